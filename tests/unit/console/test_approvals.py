"""An approval by name: asked for before somebody tries to send, given on the page of the export."""

import json

import httpx
import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.planning.v1 import planning_pb2
from tests.fakes import ACCOUNT, FakeServices
from tests.fakes.memory import PLANNED_AT
from tests.unit.console.test_export_page import act, asked
from tests.unit.gateway.requests import planned_export

ASKED_HERE = "policy asks for an approval by name before this plan is sent"


async def test_plan_is_approved_by_name(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    answer = await act(clerk, plan["exportId"], "approve", approvedBy="Dana")
    assert answer.status_code == 303
    [request] = asked(services, planning_pb2.ApproveExportRequest)
    assert (request.plan_hash, request.approved_by) == (plan["planHash"], "Dana")


async def test_approval_of_this_plan_stands_where_it_is_sent_and_that_of_another_does_not(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    events = services._exports[ACCOUNT, plan["exportId"]].events
    payload = {"approvedBy": "Dana <b>", "planHash": "planhash_before"}
    events.add(id="evt_a", type="export.approved", created_at=PLANNED_AT, payload_json=json.dumps(payload))
    assert "Approved by" not in (await clerk.get(f"/exports/{plan['exportId']}")).text
    events[-1].payload_json = json.dumps({**payload, "planHash": plan["planHash"]})
    page = (await clerk.get(f"/exports/{plan['exportId']}")).text
    assert "Approved by <bdi>Dana &lt;b&gt;</bdi>." in page


async def page_with(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices, **policy: object
) -> str:
    """The page of an export that is to be reviewed, under a policy."""
    services._policies[ACCOUNT] = planning_pb2.Policy(**policy)  # type: ignore[arg-type]
    return (await clerk.get(f"/exports/{(await planned_export(program))['exportId']}")).text


async def test_page_says_above_send_that_an_approval_is_asked_for_and_because_of_what(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    page = await page_with(clerk, program, services, approval_required=True)
    code = "METALS_REVIEW_RECOMMENDED"
    assert f'{ASKED_HERE}, because of <a href="/docs/errors#{code.lower()}">{code}</a>.' in page
    assert page.count('/approve"') == 1
    places = [page.index(each) for each in (ASKED_HERE, "<details open>", '/approve"', '/execute"')]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "policy", [{}, {"approval_required": True, "codes_without_approval": ["METALS_REVIEW_RECOMMENDED"]}]
)
async def test_page_asks_for_no_approval_that_the_policy_does_not(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices, policy: dict[str, object]
) -> None:
    page = await page_with(clerk, program, services, **policy)
    assert ASKED_HERE not in page
    assert "This account's policy does not ask for it. It applies only to this plan." in page
    assert page.index('/execute"') < page.index('/approve"')


async def test_plan_that_is_approved_asks_no_more(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    services._policies[ACCOUNT] = planning_pb2.Policy(approval_required=True)
    payload = json.dumps({"approvedBy": "Dana", "planHash": plan["planHash"]})
    events = services._exports[ACCOUNT, plan["exportId"]].events
    events.add(id="evt_a", type="export.approved", created_at=PLANNED_AT, payload_json=payload)
    page = (await clerk.get(f"/exports/{plan['exportId']}")).text
    assert ASKED_HERE not in page
    assert "Approved by <bdi>Dana</bdi>." in page


async def test_page_is_shown_while_nobody_can_say_what_the_policy_is(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> None:
        raise ServiceUnavailable

    monkeypatch.setattr(services, "GetPolicy", away)
    page = (await clerk.get(f"/exports/{(await planned_export(program))['exportId']}")).text
    assert "Needed if the account's policy requires it." in page


@pytest.mark.parametrize(
    ("scope", "approves", "said"),
    [
        ("exports:plan", True, "Your key may not send (scope exports:execute)."),
        ("exports:execute", False, "Your key may not give it (scope exports:plan)."),
    ],
)
async def test_who_may_not_send_can_approve_and_who_may_not_approve_is_told(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
    scope: str,
    approves: bool,
    said: str,
) -> None:
    export_id = (await planned_export(program))["exportId"]
    services._policies[ACCOUNT] = planning_pb2.Policy(approval_required=True)

    async def who(*_: object) -> identity_pb2.WhoAmIResponse:
        return identity_pb2.WhoAmIResponse(account_id=ACCOUNT, mode="live", scopes=["read", scope])

    monkeypatch.setattr(services, "WhoAmI", who)
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert said in page
    assert (f"{export_id}/approve" in page) is approves
    assert (f"{export_id}/execute" in page) is not approves
