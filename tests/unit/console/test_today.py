"""Today: each export in the column of whose turn it is, and what is wrong with the system said above."""

import re

import httpx
import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.time import rfc3339
from entrygo.process.clock import utc_now
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.fakes import ACCOUNT, FakeServices
from tests.unit.gateway.requests import executed_export, planned_export


def column(page: str, turn: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="column-{turn}">(.*?)</section>', page, re.DOTALL)
    assert found
    return found[1]


async def test_new_account_is_shown_three_steps(clerk: httpx.AsyncClient) -> None:
    page = (await clerk.get("/")).text
    assert "Three steps to the first export" in page
    assert "Nothing waits for you." in page
    for step in ('<a href="/setup">Add a', '<a href="/files">drop them here</a>'):
        assert step in page


async def test_plan_waits_for_the_desk_and_what_was_sent_for_the_broker(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    waiting = (await planned_export(program))["exportId"]
    sent = (await executed_export(program))["exportId"]
    services._exports[ACCOUNT, sent].broker_submissions[-1].status = "sent"
    page = (await clerk.get("/")).text
    assert f'href="/exports/{waiting}" aria-label="1 order: To review, yvr-01 to demo-broker"' in page
    assert f'href="/exports/{waiting}"' in column(page, "yours")
    assert f'href="/exports/{sent}"' in column(page, "broker")
    assert page.count(f'href="/exports/{waiting}"') == page.count(f'href="/exports/{sent}"') == 1
    assert "Three steps" not in page
    # The number beside a title is that of the rows below it.
    for turn in ("yours", "ours", "broker", "nobody"):
        part = column(page, turn)
        assert f'<span class="count">{part.count("<li")}</span>' in part


@pytest.mark.parametrize("state", ["CANCELLED", "WITHDRAWN", "SUPERSEDED"])
async def test_what_was_closed_without_an_entry_is_among_what_is_done(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices, state: str
) -> None:
    export_id = (await planned_export(program))["exportId"]
    export = services._exports[ACCOUNT, export_id]
    export.state, export.created_at = state, rfc3339(utc_now())
    assert f'href="/exports/{export_id}"' in column((await clerk.get("/")).text, "nobody")


async def test_other_accounts_are_not_shown(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    services._exports["acc_999", "theirs"] = services._exports.pop((ACCOUNT, export_id))
    assert export_id not in (await clerk.get("/")).text


async def test_what_runs_badly_is_said_and_what_runs_well_is_not(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "planning" not in (await clerk.get("/")).text

    async def degraded(*_: object) -> inspection_pb2.SystemHealthResponse:
        part = inspection_pb2.ComponentHealth(name="projection", status="degraded", detail="Lags behind.")
        return inspection_pb2.SystemHealthResponse(status="degraded", components=[part])

    monkeypatch.setattr(services, "SystemHealth", degraded)
    assert "projection: Lags behind." in (await clerk.get("/")).text


async def test_service_that_is_away_takes_its_part_of_the_page_alone(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ServiceUnavailable

    monkeypatch.setattr(services, "ListExports", away)
    answer = await clerk.get("/")
    assert answer.status_code == 200
    assert "may be incomplete" in answer.text
    assert "Three steps" not in answer.text


async def test_what_others_named_is_shown_as_text(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    services._exports[ACCOUNT, export_id].plan.warehouse_id = "<script>alert(1)</script>"
    page = (await clerk.get("/")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_part_of_today_is_the_page_without_its_frame(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    export_id = (await planned_export(program))["exportId"]
    assert 'hx-get="/part"' in (await clerk.get("/")).text
    part = (await clerk.get("/part", headers={"hx-request": "true"})).text
    assert "<html" not in part
    assert f"/exports/{export_id}" in part
