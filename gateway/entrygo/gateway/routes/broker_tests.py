"""A test of the way to a broker, as its record stands."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from entrygo.domain.errors import NotFound
from entrygo.domain.facts import CHANNEL_NAMES
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.setup import TEST_BROKER_ANSWER, TEST_BROKER_REQUEST
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.schemas.fields import Body, IdempotencyKey
from entrygo.proto.execution.v1 import execution_pb2


class BrokerTestBody(Body):
    """A key sends one test, however often it is repeated."""

    idempotency_key: IdempotencyKey | None = None


class BrokerTest(TypedDict):
    """What became of a test of the way to a broker."""

    brokerId: str
    channel: Annotated[str, Field(description=", ".join(CHANNEL_NAMES))]
    destination: Annotated[str, Field(description="Destination without secrets")]
    outcome: Annotated[
        str,
        Field(
            description="sent; refused for good; failed, for now; unknown: it may have arrived; held: nothing"
            " left, and the message says why; sending: not over yet"
        ),
    ]
    message: Annotated[str, Field(description="Answer of the server, or why it is held")]
    madeAt: Annotated[str, Field(description="Time of the test")]


async def send_test(exchange: Exchange) -> Response:
    """POST /api/brokers/{id}/test."""
    broker_id = exchange.path_id("Broker not found.")
    body = await exchange.body(BrokerTestBody)
    request = execution_pb2.TestBrokerRequest(broker_id=broker_id, idempotency_key=body.idempotency_key or "")
    reply = await exchange.write(exchange.services.execution.TestBroker, request)
    made = reply.message
    answer: BrokerTest = {
        "brokerId": made.broker_id,
        "channel": made.channel,
        "destination": made.destination,
        "outcome": made.outcome,
        "message": made.message,
        "madeAt": made.made_at,
    }
    return json_answer(answer, replayed=reply.replayed)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/brokers/{id}/test",
        handler=send_test,
        tag="Setup",
        name="testBroker",
        summary="Test the way to a broker",
        description="Sends something that says that it is a test where packages would go by the record, and"
        " answers what became of it. Mail leaves for a confirmed recipient alone, as one of the day's; with a"
        " test key nothing leaves, and the simulated broker answers.",
        body=BrokerTestBody,
        answer=BrokerTest,
        is_patient=True,
        errors=(NotFound,),
        request_example=TEST_BROKER_REQUEST,
        answer_example=TEST_BROKER_ANSWER,
        path_parameters={"id": "Broker ID"},
    ),
)
