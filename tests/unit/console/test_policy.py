"""The policy as a form: all of it, and what a form does not show is kept."""

import httpx
import pytest

from entrygo.domain.errors import InsufficientScope
from entrygo.gateway.console.policy import policy_body, texts_of
from entrygo.proto.planning.v1 import planning_pb2
from tests.fakes import FakeServices
from tests.unit.console.test_export_page import asked, fields_of

WARNING, ERROR, INFO = "METALS_REVIEW_RECOMMENDED", "ORDER_POSTAL_CODE_MISSING", "FORMAL_ENTRY_REQUIRED"
STORED = {
    "accountId": "acc_123",
    "severities": {WARNING: "error"},
    "codesWithoutApproval": [ERROR],
    "savingsBasis": "per_importer_daily_entry",
}


async def test_every_field_of_the_policy_is_set(clerk: httpx.AsyncClient, services: FakeServices) -> None:
    hidden = fields_of((await clerk.get("/setup/policy")).text, "/setup/policy")
    typed = {
        **hidden,
        "approvalRequired": "yes",
        "agentsMayAct": "yes",
        "savingsBasis": "per_importer_daily_entry",
        f"severity.{WARNING}": "error",
        f"severity.{INFO}": "",
        f"accepted.{INFO}": "yes",
    }
    answer = await clerk.post("/setup/policy", data=typed)
    assert answer.headers["location"] == "/setup?saved#policy"
    policy = asked(services, planning_pb2.SetPolicyRequest)[-1].policy
    assert (policy.approval_required, policy.agents_may_act) == (True, True)
    assert policy.savings_basis == "per_importer_daily_entry"
    assert dict(policy.severities) == {WARNING: "error"}
    assert list(policy.codes_without_approval) == [INFO]
    page = (await clerk.get("/setup?saved")).text
    assert "only after somebody approved it by name" in page
    assert f"{WARNING} counts as an error" in page
    assert "one entry a day for each importer" in page


async def test_form_shows_what_is_stored_and_offers_what_a_policy_may_raise(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    (await program.put("/api/policy", json=STORED)).raise_for_status()
    page = (await clerk.get("/setup/policy")).text
    assert f'name="severity.{ERROR}"' not in page
    assert page.count('<option value="error" selected>') == 1
    assert fields_of(page, "/setup/policy")[f"accepted.{ERROR}"] == "yes"
    assert '<option value="per_importer_daily_entry" selected>' in page


def test_policy_that_nobody_touched_reads_as_it_was() -> None:
    policy = planning_pb2.Policy(
        severities={WARNING: "error"},
        codes_without_approval=[INFO],
        agents_may_act=True,
        savings_basis="per_importer_daily_entry",
    )
    body = policy_body(texts_of(policy), [WARNING, ERROR, INFO])
    assert body == {
        "severities": {WARNING: "error"},
        "codesWithoutApproval": [INFO],
        "approvalRequired": False,
        "agentsMayAct": True,
        "savingsBasis": "per_importer_daily_entry",
        "idempotencyKey": "",
    }


async def test_policy_that_somebody_else_changed_meanwhile_is_not_undone(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    hidden = fields_of((await clerk.get("/setup/policy")).text, "/setup/policy")
    (await program.put("/api/policy", json=STORED)).raise_for_status()
    answer = await clerk.post("/setup/policy", data={**hidden, "approvalRequired": "yes"})
    assert answer.status_code == 409
    assert "Somebody changed this while you typed" in answer.text
    assert not asked(services, planning_pb2.SetPolicyRequest)[-1].policy.approval_required


async def test_form_that_is_sent_twice_is_saved_once_and_is_no_change_by_others(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    hidden = fields_of((await clerk.get("/setup/policy")).text, "/setup/policy")
    typed = {**hidden, "approvalRequired": "yes", "savingsBasis": "per_order_entry"}
    for _ in range(2):
        answer = await clerk.post("/setup/policy", data=typed)
        assert answer.headers.get("location") == "/setup?saved#policy"
    assert len(asked(services, planning_pb2.SetPolicyRequest)) == 1


async def test_policy_that_the_key_may_not_set_is_refused_in_words(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise InsufficientScope(details={"requiredScope": "setup", "scopes": ["read"]})

    monkeypatch.setattr(services, "SetPolicy", refused)
    answer = await clerk.post("/setup/policy", data={"key": "k"})
    assert answer.status_code == 403
    assert "Your key lacks the scope setup." in answer.text
