"""Keys on the console: made with the key typed once more, shown once, replaced, revoked."""

import httpx
import pytest

from entrygo.domain.errors import InsufficientScope
from entrygo.proto.identity.v1 import identity_pb2
from tests.fakes import KEY, FakeServices
from tests.unit.console.test_export_page import asked

SECRET = f"shpbndl_live_{'n' * 43}"
FORM = {"name": "WMS", "scope.read": "yes", "scope.exports:plan": "yes", "expiresInDays": "30", "key": "k-1"}


async def made(clerk: httpx.AsyncClient, **changed: str) -> httpx.Response:
    return await clerk.post("/setup/keys", data={**FORM, "yourKey": KEY, **changed})


async def test_key_is_shown_once_and_by_no_other_page(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    page = (await made(clerk)).text
    assert SECRET in page
    # The form below it is for another key, under an idempotency key of its own.
    assert 'value="k-1"' not in page
    [request] = asked(services, identity_pb2.CreateKeyRequest)
    assert (request.name, list(request.scopes)) == ("WMS", ["read", "exports:plan"])
    assert (request.expires_in_days, request.idempotency_key) == (30, "k-1")
    for path in ("/setup", "/setup/keys"):
        answer = await clerk.get(path)
        assert answer.status_code == 200
        assert SECRET not in answer.text
        assert KEY not in answer.text


async def test_form_that_is_sent_twice_makes_one_key_and_says_so(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await made(clerk)
    page = (await made(clerk)).text
    assert SECRET not in page
    assert "the key was shown then" in page
    assert len(services.keys_of_all) == 1


async def test_key_is_made_with_the_key_that_is_typed_and_not_with_the_session(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await made(clerk)
    used = [call.authorization for call in services.calls]
    assert f"Bearer {KEY}" in used[-3:]


@pytest.mark.parametrize("typed", ["", "with blanks in it", "shpbndl_live_" + "x" * 43])
async def test_without_a_good_key_none_is_made_and_the_form_is_kept(
    clerk: httpx.AsyncClient, services: FakeServices, typed: str
) -> None:
    answer = await made(clerk, yourKey=typed)
    assert answer.status_code == 400
    assert services.keys_of_all == []
    assert 'value="WMS"' in answer.text
    assert not typed or typed not in answer.text
    # The session goes on.
    assert (await clerk.get("/setup/keys")).status_code == 200


async def test_what_is_wrong_with_a_key_is_said_beside_what_was_typed(clerk: httpx.AsyncClient) -> None:
    answer = await made(clerk, name="", expiresInDays="soon")
    assert answer.status_code == 400
    for text in ("Name: Required", "Expires in days: ", 'value="soon"'):
        assert text in answer.text


async def test_key_is_replaced_and_revoked(clerk: httpx.AsyncClient, services: FakeServices) -> None:
    await made(clerk)
    [key] = services.keys_of_all
    form = {"yourKey": KEY, "overlapHours": "2", "key": "k-2"}
    page = (await clerk.post(f"/setup/keys/{key.id}/rotate", data=form)).text
    assert SECRET in page
    assert asked(services, identity_pb2.RotateKeyRequest)[-1].overlap_hours == 2
    answer = await clerk.post(f"/setup/keys/{key.id}/revoke", data={})
    assert answer.headers["location"] == "/setup/keys?revoked"
    assert services.keys_of_all[0].status == "revoked"
    assert "The key is revoked." in (await clerk.get("/setup/keys?revoked")).text
    assert (await clerk.post("/setup/keys/key_none/revoke", data={})).status_code == 404


async def test_right_that_is_missing_is_explained_on_the_page(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise InsufficientScope(details={"requiredScope": "exports:execute", "scopes": ["setup"]})

    monkeypatch.setattr(services, "CreateKey", refused)
    answer = await made(clerk)
    assert answer.status_code == 403
    assert "Your key lacks the scope exports:execute." in answer.text


async def test_who_may_not_change_setup_sees_no_keys(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def reader(*_: object) -> identity_pb2.WhoAmIResponse:
        return identity_pb2.WhoAmIResponse(account_id="acc_123", mode="test", scopes=["read"])

    monkeypatch.setattr(services, "WhoAmI", reader)
    page = (await clerk.get("/setup/keys")).text
    assert "may not see or change keys" in page
    assert "Make the key" not in page
