"""How the system does: for clients with a key, and for whatever supervises this process without one."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, Kind, ServiceUnavailable
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.schemas.system import HealthAnswer, LiveAnswer, ReadyAnswer
from entrygo.proto.inspection.v1 import inspection_pb2

LATE_SECONDS = 1.5
NOT_ONE_SERVES = (
    "No service takes requests, so that no key can be checked: the database does not answer them,"
    " or none of them is running. Retry shortly."
)


async def health(exchange: Exchange) -> Response:
    """GET /api/system/health: how each part is, as inspection last saw it."""
    found = await _answered(exchange)
    answer: HealthAnswer = {
        "status": found.status,
        "components": [
            {"name": part.name, "status": part.status, "detail": part.detail} for part in found.components
        ],
    }
    return json_answer(answer)


async def _answered(exchange: Exchange) -> inspection_pb2.SystemHealthResponse:
    """What inspection says; ServiceUnavailable with the reason once no service can read its database.

    Nobody can check the key then, and inspection would say nothing before its own wait for the database ends.
    """
    request = inspection_pb2.SystemHealthRequest()
    asked = asyncio.create_task(exchange.read(exchange.services.inspection.SystemHealth, request))
    try:
        while not (await asyncio.wait({asked}, timeout=LATE_SECONDS))[0]:
            if not await _any_serves(exchange):
                break
        else:
            return asked.result()
    except EntryGoError as error:
        if error.error_kind is not Kind.UNAVAILABLE or await _any_serves(exchange):
            raise
    finally:
        asked.cancel()
    raise ServiceUnavailable(NOT_ONE_SERVES)


async def _any_serves(exchange: Exchange) -> bool:
    return any((await exchange.services.serving()).values())


async def livez(request: Request) -> Response:
    """This process turns over; nothing else is asked."""
    answer: LiveAnswer = {"status": "ok"}
    return json_answer(answer)


def readyz(serving: Mapping[str, bool]) -> Response:
    """200 when every service takes requests, else 503; names each."""
    answer: ReadyAnswer = {
        "status": "ok" if all(serving.values()) else "unavailable",
        "services": {name: "ok" if is_ok else "unavailable" for name, is_ok in serving.items()},
    }
    response = json_answer(answer)
    if not all(serving.values()):
        response.status_code = 503
        response.headers["retry-after"] = "1"
    return response


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/system/health",
        handler=health,
        tag="System",
        name="systemHealth",
        summary="Verify the key and see how the system does",
        answer=HealthAnswer,
        answer_example={
            "status": "ok",
            "components": [{"name": "planning", "status": "ok", "detail": ""}],
        },
    ),
)
