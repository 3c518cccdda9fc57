"""The page that asks a recipient: opening it answers nothing, its form does."""

import httpx
import pytest

from entrygo.domain.errors import ServiceUnavailable
from tests.fakes import ACCOUNT, FakeServices
from tests.fakes.broker_links import TOKEN

PATH = f"/recipient/{TOKEN}"
BROKERS = {"accountId": ACCOUNT, "items": [{"externalId": "b-1", "email": "Broker@example.com"}]}


@pytest.fixture
def stranger(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client without a key."""
    del client.headers["authorization"]
    return client


async def test_opening_the_page_asks_and_confirms_nothing(
    stranger: httpx.AsyncClient, services: FakeServices
) -> None:
    for _ in range(2):
        shown = await stranger.get(PATH)
        assert shown.status_code == 200
        assert "asked@broker.example" in shown.text
        assert "acc_123" in shown.text
        assert (await stranger.head(PATH)).status_code == 200
    assert services.recipient.state == "unconfirmed"


@pytest.mark.parametrize(("answer", "state"), [("yes", "confirmed"), ("no", "refused")])
async def test_the_form_answers_and_shows_what_was_answered(
    stranger: httpx.AsyncClient, services: FakeServices, answer: str, state: str
) -> None:
    answered = await stranger.post(PATH, data={"answer": answer})
    assert (answered.status_code, answered.headers["location"]) == (303, TOKEN)
    assert services.recipient.state == state
    banner = {"confirmed": "You accept them", "refused": "You do not want them"}[state]
    assert banner in (await stranger.get(PATH)).text


async def test_a_form_without_an_answer_changes_nothing(
    stranger: httpx.AsyncClient, services: FakeServices
) -> None:
    for form in ({}, {"answer": "perhaps"}):
        assert (await stranger.post(PATH, data=form)).status_code in (400, 415)
    assert services.recipient.state == "unconfirmed"


async def test_the_page_lets_nothing_else_in(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get(PATH)
    assert "<script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_link_that_is_none_is_a_page_that_says_so(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/recipient/a.b")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_broker_is_shown_with_the_state_of_its_address(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    synced = (await client.post("/api/brokers/sync", json=BROKERS)).json()["data"][0]
    services.recipient.address = synced["email"]
    assert (await client.get(f"/api/brokers/{synced['id']}")).json()["emailState"] == "unconfirmed"
    listed = {each["id"]: each["emailState"] for each in (await client.get("/api/brokers")).json()["data"]}
    # The other broker has no address.
    assert listed == {synced["id"]: "unconfirmed", "br_123": None}


async def test_a_broker_is_shown_without_that_state_while_execution_is_away(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    synced = (await client.post("/api/brokers/sync", json=BROKERS)).json()["data"][0]
    services.link_failure = ServiceUnavailable()
    shown = await client.get(f"/api/brokers/{synced['id']}")
    assert shown.status_code == 200
    assert shown.json()["emailState"] is None
