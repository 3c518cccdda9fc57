"""One export: what its page shows, what its forms do, and that each does it once."""

import csv
import io
import re
from typing import Any

import httpx
import pytest
from pypdf import PdfWriter

from entrygo.domain.errors import EntryFiled, InvalidExportState, PlanHashMismatch, ServiceUnavailable
from entrygo.domain.principal import ScopeName
from entrygo.gateway.console import export_actions
from entrygo.gateway.console.visit import Page
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from tests.fakes import ACCOUNT, FakeServices
from tests.unit.gateway.requests import executed_export, planned_export


def fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of a form, as its browser sends them."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    assert form, action
    return dict(re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', form[0]))


async def act(clerk: httpx.AsyncClient, export_id: str, action: str, **typed: str) -> httpx.Response:
    path = f"/exports/{export_id}"
    hidden = fields_of((await clerk.get(path)).text, f"{path}/{action}")
    return await clerk.post(f"{path}/{action}", data={**hidden, **typed})


def asked(services: FakeServices, kind: type) -> list[Any]:
    return [request for request in services.requests if isinstance(request, kind)]


def left_out(page: str) -> str:
    found = re.search(r'<section class="card" id="left-out".*?</section>', page, re.DOTALL)
    assert found
    return found[0]


async def test_page_says_how_it_stands_and_what_is_next(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    plan = await planned_export(program)
    page = (await clerk.get(f"/exports/{plan['exportId']}")).text
    for text in ("1 order to demo-broker", "To review", "USD 290.00", "yvr-01", plan["planHash"]):
        assert text in page.replace("<mark>", "").replace("</mark>", "")
    assert f'hx-get="/exports/{plan["exportId"]}/part"' in page


async def test_part_is_the_page_without_its_frame(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    export_id = (await planned_export(program))["exportId"]
    part = (await clerk.get(f"/exports/{export_id}/part", headers={"hx-request": "true"})).text
    assert "<html" not in part
    assert "1 order to demo-broker" in part


async def test_part_that_cannot_be_had_leaves_the_page_as_it_is(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ServiceUnavailable

    monkeypatch.setattr(services, "InspectExport", away)
    answer = await clerk.get("/exports/batch_1/part", headers={"hx-request": "true"})
    assert answer.status_code == 204


async def test_export_of_nobody_is_a_page_that_says_so(clerk: httpx.AsyncClient) -> None:
    for export_id in ("batch_none", "%00", "x" * 100):
        answer = await clerk.get(f"/exports/{export_id}")
        assert answer.status_code == 404
        assert "text/html" in answer.headers["content-type"]


async def test_product_is_mended_in_place_and_once(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    page = (await clerk.get(f"/exports/{export_id}")).text
    # A finding about a group is mended by its status, and the words it takes are offered.
    assert "Section 232: status" in page
    assert '<option value="not_applicable">not applicable</option>' in page
    hidden = fields_of(page, f"/exports/{export_id}/fix")
    for _ in range(2):
        answer = await clerk.post(f"/exports/{export_id}/fix", data={**hidden, "value": "not_applicable"})
        assert answer.headers["location"] == f"/exports/{export_id}?saved=prod_hoodie_001#fix"
    first, second = asked(services, sync_pb2.UpdateProductRequest)
    assert first.product.section_232.status == "not_applicable"
    assert first.idempotency_key == second.idempotency_key != ""
    page = (await clerk.get(f"/exports/{export_id}?saved=prod_hoodie_001")).text
    assert "Saved." in page
    assert '<option value="not_applicable" selected>' in page
    # What takes the body's place when something moves says it, too.
    part = f"/exports/{export_id}/part?saved=prod_hoodie_001"
    assert f'hx-get="{part}"' in page
    assert "Saved." in (await clerk.get(part, headers={"hx-request": "true"})).text


async def test_a_value_that_somebody_else_saved_meanwhile_is_not_replaced_without_a_word(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    services._exports[ACCOUNT, export_id].plan.issues.by_product[0].field = "hts_code"
    mine = fields_of((await clerk.get(f"/exports/{export_id}")).text, f"/exports/{export_id}/fix")
    await act(clerk, export_id, "fix", value="6110202079")
    refused = await clerk.post(f"/exports/{export_id}/fix", data={**mine, "value": "6110202041"})
    assert refused.status_code == 409
    assert "the value &#39;6110202079&#39; there while you typed" in refused.text
    assert len(asked(services, sync_pb2.UpdateProductRequest)) == 1
    again = {**fields_of(refused.text, f"/exports/{export_id}/fix"), "value": "6110202041"}
    assert (await clerk.post(f"/exports/{export_id}/fix", data=again)).status_code == 303


async def test_what_no_value_of_a_product_mends_has_no_field_and_says_what_does(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    [issue] = services._exports[ACCOUNT, export_id].plan.issues.by_product
    issue.field, issue.remedy = "hts_code", "Whoever runs EntryGo imports the tariff."
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert issue.remedy in page
    assert f'action="/exports/{export_id}/fix"' not in page


async def test_what_one_input_cannot_take_names_the_columns_of_a_file_that_do(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    # A group has an input for its status alone.
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "section_232_steel_weight_kg to section_232_metal_weight_pct." in page
    services._exports[ACCOUNT, export_id].plan.issues.by_product[0].field = "pga.fda"
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "(columns <code>fda_product_code</code>, <code>fda_registration</code>" in page
    assert "<code>fda_disclaimer</code>), or in your system (<code>pga.fda</code>)" in page


async def test_value_that_is_none_stays_in_its_field_beside_what_is_wrong(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    services._exports[ACCOUNT, export_id].plan.issues.by_product[0].field = "net_weight_kg"
    answer = await act(clerk, export_id, "fix", value='heavy"><b>')
    assert answer.status_code == 400
    assert "This cannot be taken as it is:" in answer.text
    assert "Net weight kg: " in answer.text
    assert 'value="heavy&#34;&gt;&lt;b&gt;"' in answer.text
    assert asked(services, sync_pb2.UpdateProductRequest) == []


async def test_only_fields_of_products_are_changed(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    for field in ("id", "external_id", "created_at", "__class__", "section_232.metals", ""):
        answer = await act(clerk, export_id, "fix", field=field, value="x")
        assert answer.status_code == 404
    assert asked(services, sync_pb2.UpdateProductRequest) == []


async def test_plan_is_made_again_of_the_same_orders_and_shows_what_changed(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    export_id = plan["exportId"]
    services._exports[ACCOUNT, export_id].plan.excluded_order_ids.append(
        services._exports[ACCOUNT, export_id].plan.included_order_ids.pop()
    )
    answer = await act(clerk, export_id, "plan", onBlocked="exclude", entryDate="2026-12-01")
    assert answer.headers["location"] == f"/exports/{export_id}?since={plan['planHash']}#changed"
    request = asked(services, planning_pb2.PlanExportRequest)[-1]
    assert list(request.order_ids) == plan["included_order_ids"]
    assert (request.batch_id, request.on_blocked, request.entry_date) == (export_id, "exclude", "2026-12-01")
    changed = (await clerk.get(f"/exports/{export_id}?since=planhash_before")).text
    assert "What the new plan changed" in changed


@pytest.mark.parametrize(("form", "state"), [("plan", "BATCHED"), ("anew", "WITHDRAWN")])
async def test_plan_that_is_made_again_asks_for_the_entry_type_that_was_asked_for(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices, form: str, state: str
) -> None:
    export_id = (await planned_export(program))["exportId"]
    export = services._exports[ACCOUNT, export_id]
    export.state, export.plan.asked_entry_type = state, "11"
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert page.count('<option value="11" selected>11, informal</option>') == 1
    await act(clerk, export_id, form, entryType="11")
    assert asked(services, planning_pb2.PlanExportRequest)[-1].entry_type == "11"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("BATCHED", "Is to take the place of"),
        ("CANCELLED", "Was to take the place of"),
        ("COMPLETED", "Takes the place of"),
        ("WITHDRAWN", "Took the place of"),
    ],
)
async def test_an_amendment_says_whether_it_took_the_place_of_the_export_before(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices, state: str, said: str
) -> None:
    export_id = (await planned_export(program))["exportId"]
    export = services._exports[ACCOUNT, export_id]
    export.supersedes, export.state = "batch_before", state
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert f'{said} <a href="/exports/batch_before">an earlier export</a>' in page


async def test_plan_that_came_out_the_same_is_said_to_be_so(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    plan = await planned_export(program)
    again = await act(clerk, plan["exportId"], "plan")
    page = (await clerk.get(again.headers["location"])).text
    assert re.search(r"Nothing: the plan is the same, expected to arrive on [0-9-]{10}\.", page)


async def test_an_order_that_stays_with_its_importer_has_the_reason_of_that_importer(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    plan = services._exports[ACCOUNT, export_id].plan
    plan.excluded_order_ids.append(plan.included_order_ids.pop())
    del plan.validation_messages[:]
    for importer, reason in (("island", "Its power ended."), ("prairie", "Its bond ended.")):
        field = f"importers[{importer}].bond"
        plan.validation_messages.add(code="C", message=reason, severity="info", field=field)
    services._facts["order", ACCOUNT, plan.excluded_order_ids[0]].importer_external_id = "island"
    shown = left_out((await clerk.get(f"/exports/{export_id}")).text)
    assert "Its power ended." in shown
    assert "Its bond ended." not in shown


async def test_an_entry_is_called_by_the_name_of_its_importer_and_else_by_its_number(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    plan = services._exports[ACCOUNT, export_id].plan
    plan.ClearField("entries")
    named = plan.entries.add(number=1, entry_type="11", importer_name="Alder Inc", importer="****2334")
    older = plan.entries.add(number=2, entry_type="11", importer="****0112")
    for entry in (named, older):
        entry.duty.processing_fee_usd = "2.77"
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "importer <bdi>Alder Inc</bdi>" in page
    assert "****2334" not in page
    assert "importer <bdi>****0112</bdi>" in page


async def test_one_control_number_is_asked_for_where_there_is_one_entry_to_have_it(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    assert 'name="papsNumber"' in (await clerk.get(f"/exports/{export_id}")).text
    services._exports[ACCOUNT, export_id].plan.entries.add(number=2, entry_type="11")
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert 'name="papsNumber"' not in page
    assert "Each of the 2 entries has a PAPS number of its own" in page


async def test_nothing_is_sent_before_the_end_of_the_hash_is_typed(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    for typed in ("", "000000", plan["planHash"]):
        answer = await act(clerk, plan["exportId"], "execute", confirm=typed, papsNumber="CRBL123")
        assert answer.status_code == 400
        assert "Type the last 6 characters" in answer.text
        assert 'value="CRBL123"' in answer.text
        # Its part would come without the refusal, and wipe it off.
        assert "hx-get" not in answer.text
        assert "/live" not in answer.text
    assert asked(services, execution_pb2.ExecuteExportRequest) == []


async def test_plan_that_was_shown_is_sent_once_however_often_the_button_is_pressed(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    path = f"/exports/{plan['exportId']}"
    hidden = fields_of((await clerk.get(path)).text, f"{path}/execute")
    form = {**hidden, "confirm": plan["planHash"][-6:].upper(), "papsNumber": "CRBL123456", "shippedOn": ""}
    for _ in range(2):
        answer = await clerk.post(f"{path}/execute", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    first, second = asked(services, execution_pb2.ExecuteExportRequest)
    assert (first.expected_plan_hash, first.shipment.paps_number) == (plan["planHash"], "CRBL123456")
    assert first == second
    assert len(services._exports[ACCOUNT, plan["exportId"]].broker_submissions) == 1


async def test_plan_that_changed_meanwhile_is_not_sent(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = await planned_export(program)

    async def another(*_: object) -> None:
        raise PlanHashMismatch

    monkeypatch.setattr(services, "ExecuteExport", another)
    answer = await act(clerk, plan["exportId"], "execute", confirm=plan["planHash"][-6:])
    assert answer.status_code == 409
    assert "The plan is not the one that was expected" in answer.text


@pytest.mark.parametrize(
    ("reasons", "is_chosen"),
    [
        (["ORDER_DESTINATION_MISMATCH"], False),
        (["ORDER_ALREADY_EXPORTED"], False),
        (["PRODUCT_ORIGIN_MISSING"], True),
        ([], False),
    ],
)
async def test_next_plan_leaves_orders_with_an_error_out_only_where_this_one_was_asked_to(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    reasons: list[str],
    is_chosen: bool,
) -> None:
    export_id = (await planned_export(program))["exportId"]
    plan = services._exports[ACCOUNT, export_id].plan
    plan.excluded_order_ids.append("ord_elsewhere")
    if reasons:
        plan.excluded_orders.add(order_id="ord_elsewhere", reasons=reasons)
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert ('<option value="exclude" selected>' in page) is is_chosen


@pytest.mark.parametrize(
    "state", ["BATCHED", "EXECUTING", "COMPLETED", "FAILED", "CANCELLED", "WITHDRAWN", "SUPERSEDED"]
)
@pytest.mark.parametrize("page", export_actions.PAGES, ids=lambda page: page.path.rpartition("/")[2])
async def test_what_was_wrong_with_a_form_is_said_also_where_its_place_is_gone(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    page: Page,
    state: str,
) -> None:
    """Another clerk sent, cancelled or withdrew it, and this one's tab is of before."""
    export_id = (await planned_export(program))["exportId"]
    services._exports[ACCOUNT, export_id].state = state
    answer = await clerk.post(
        page.path.format(id=export_id), data={"field": "name", "product": "prod_cap_002"}
    )
    assert (answer.status_code == 303) or answer.text.count('role="alert"') == 1


async def test_blocked_plan_has_no_button_to_send_it(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await planned_export(program))["exportId"]
    services._exports[ACCOUNT, export_id].plan.readiness_state = "BLOCKED"
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert f'action="/exports/{export_id}/execute"' not in page
    assert f'action="/exports/{export_id}/plan"' in page


async def test_what_left_is_sent_again_withdrawn_or_amended_with_a_reason(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await executed_export(program))["exportId"]
    for action in ("resend", "amend", "withdraw"):
        assert (await act(clerk, export_id, action)).status_code == 400
    assert (await act(clerk, export_id, "resend", reason="Never came")).status_code == 303
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "Never came" in page
    amended = await act(clerk, export_id, "amend", reason="One less", leaveOut="ord_1, ord_2\r\nSO 1001\r\n")
    assert amended.headers["location"].startswith("/exports/batch_")
    [*_, request] = asked(services, execution_pb2.AmendExportRequest)
    assert list(request.leave_out_order_ids) == ["ord_1", "ord_2"]
    assert list(request.leave_out_external_order_ids) == ["SO 1001"]
    assert (await act(clerk, export_id, "withdraw", reason="Truck broke")).status_code == 303
    assert "Withdrawn" in (await clerk.get(f"/exports/{export_id}")).text


async def test_amending_what_was_filed_leads_to_the_tick_that_corrects_it(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    export_id = (await executed_export(program))["exportId"]

    async def filed(*_: object) -> None:
        raise EntryFiled

    monkeypatch.setattr(services, "AmendExport", filed)
    answer = await act(clerk, export_id, "amend", reason="One less", afterEntry="yes")
    assert answer.status_code == 409
    assert "tick “The entry is already filed” below" in answer.text
    assert "amend it with afterEntry" not in answer.text
    # What was ticked stays so.
    assert 'name="afterEntry" value="yes" checked' in answer.text


async def test_plan_is_cancelled(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    services: FakeServices,
) -> None:
    export_id = (await planned_export(program))["exportId"]
    assert (await act(clerk, export_id, "cancel")).status_code == 303
    assert "Cancelled" in (await clerk.get(f"/exports/{export_id}")).text

    async def refused(*_: object) -> None:
        raise InvalidExportState(details={"currentState": "CANCELLED"})

    monkeypatch.setattr(services, "CancelExport", refused)
    answer = await clerk.post(f"/exports/{export_id}/cancel", data={"key": "k"})
    assert answer.status_code == 409


async def test_orders_of_an_export_that_gave_them_back_are_planned_as_another_one(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(program)
    export_id = plan["exportId"]
    assert (await clerk.post(f"/exports/{export_id}/anew", data={"key": "k"})).status_code == 409
    assert "as a new export" not in (await clerk.get(f"/exports/{export_id}")).text
    services._exports[ACCOUNT, export_id].state = "WITHDRAWN"
    assert "Plan 1 order as a new export" in (await clerk.get(f"/exports/{export_id}")).text
    answer = await act(clerk, export_id, "anew", entryDate="2026-12-02")
    assert answer.headers["location"].startswith("/exports/batch_")
    request = asked(services, planning_pb2.PlanExportRequest)[-1]
    assert list(request.order_ids) == plan["included_order_ids"]
    assert (request.batch_id, request.entry_date) == ("", "2026-12-02")


async def test_key_that_may_only_read_is_offered_nothing_else(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def reader(*_: object) -> identity_pb2.WhoAmIResponse:
        return identity_pb2.WhoAmIResponse(account_id=ACCOUNT, mode="test", scopes=[str(ScopeName.READ)])

    planned, executed = await planned_export(program), await executed_export(program)
    monkeypatch.setattr(services, "WhoAmI", reader)
    for export_id in (planned["exportId"], executed["exportId"]):
        page = (await clerk.get(f"/exports/{export_id}")).text
        assert re.findall(r'<form method="post" action="([^"]+)"', page) == ["/logout"]
        assert "Test data: nothing here reaches a broker." in page


async def test_what_others_wrote_is_text(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await executed_export(program))["exportId"]
    export = services._exports[ACCOUNT, export_id]
    export.broker_submissions[-1].broker_reason = "<script>alert(1)</script>"
    export.broker_submissions[-1].server_answer = "250 <img src=x> queued"
    export.customs_package.artifacts.append(
        events_pb2.Artifact(filename='"><img src=x>.json', media_type="application/json", size_bytes=1)
    )
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "its server: 250 &lt;img src=x&gt; queued" in page


async def test_documents_are_shown_and_downloaded(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    export_id = (await executed_export(program))["exportId"]
    page = (await clerk.get(f"/exports/{export_id}")).text
    address = re.search(r'href="(/packages/[^"]+manifest.json)"', page)
    assert address
    shown = await clerk.get(address[1])
    assert "&#34;manifest&#34;: true" in shown.text
    file = await clerk.get(f"{address[1]}/file")
    assert file.content == b'{"manifest":true}'
    # A browser asks so for what a link says is a download.
    assert (await clerk.get(f"{address[1]}/file", headers={"accept": "*/*"})).content == file.content
    assert file.headers["content-disposition"] == 'attachment; filename="manifest.json"'
    # Only what is HTML is framed.
    assert (await clerk.get(f"{address[1]}/shown")).status_code == 404


async def document_of(
    program: httpx.AsyncClient, services: FakeServices, media_type: str
) -> tuple[str, events_pb2.Artifact]:
    """The address of an executed export's document, as one of this type, and what is said of it."""
    export_id = (await executed_export(program))["exportId"]
    package = services._exports[ACCOUNT, export_id].customs_package
    package.artifacts[0].media_type = media_type
    return f"/packages/{package.id}/documents/manifest.json", package.artifacts[0]


async def test_html_document_is_framed_without_rights(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    address, _ = await document_of(program, services, "text/html")
    assert f'<iframe class="preview" src="{address}/shown"' in (await clerk.get(address)).text
    shown = await clerk.get(f"{address}/shown")
    assert shown.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert shown.headers["content-disposition"].startswith("inline")


async def test_pdf_is_shown_as_pictures_of_its_pages(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    address, artifact = await document_of(program, services, "application/pdf")
    services.contents["manifest.json"] = pdf_of(pages=2)
    page = (await clerk.get(address)).text
    assert [f"{address}/pages/{number}" in page for number in (1, 2, 3)] == [True, True, False]
    # As a browser asks for what an <img> names.
    shown = await clerk.get(f"{address}/pages/2", headers={"accept": "image/avif,image/webp,*/*;q=0.8"})
    assert (shown.headers["content-type"], shown.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    for number in ("0", "3", "x", "-1", "²", "99999"):
        assert (await clerk.get(f"{address}/pages/{number}")).status_code == 404
    # What is no PDF inside is left to be downloaded.
    services.contents["manifest.json"] = b"%PDF-1.7 broken"
    assert "download it" in (await clerk.get(address)).text
    artifact.media_type = "text/csv"
    assert (await clerk.get(f"{address}/pages/1")).status_code == 404


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", "|"), ("iso-8859-1", ";")],
)
async def test_table_in_the_layout_of_a_broker_is_shown_as_one(
    clerk: httpx.AsyncClient,
    program: httpx.AsyncClient,
    services: FakeServices,
    encoding: str,
    delimiter: str,
) -> None:
    address, _ = await document_of(program, services, "text/csv")
    lines = (
        delimiter.join(f'"{cell}"' for cell in row) for row in (("Maker", "Goods"), ("Böhm", "Mug, red"))
    )
    services.contents["manifest.json"] = "\r\n".join(("", *lines)).encode(encoding)
    page = (await clerk.get(address)).text
    assert all(f"<div>{cell}</div>" in page for cell in ("Böhm", "Mug, red"))
    assert '<th scope="col">Goods</th>' in page


async def test_table_with_a_cell_that_no_reader_takes_is_shown_as_text(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    address, _ = await document_of(program, services, "text/csv")
    services.contents["manifest.json"] = b'"%b"' % (b"x" * (csv.field_size_limit() + 1))
    assert (await clerk.get(address)).status_code == 200


def pdf_of(*, pages: int) -> bytes:
    writer, content = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.write(content)
    return content.getvalue()


async def test_what_became_of_one_that_may_have_arrived_is_written_down(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await executed_export(program))["exportId"]
    services._exports[ACCOUNT, export_id].broker_submissions[-1].status = "unknown"
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "Ask the broker and record the answer" in page
    refused = await act(clerk, export_id, "broker-answer", outcome="arrived", note="Kim, on the phone")
    assert refused.status_code == 400
    assert "Noted by: Required" in refused.text
    # What was typed stays.
    assert 'value="Kim, on the phone"' in refused.text
    done = await act(
        clerk, export_id, "broker-answer", outcome="arrived", notedBy="Dana", note="Kim, on the phone"
    )
    assert done.status_code == 303
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "noted by Dana: Kim, on the phone" in page
    assert "With the broker" in page
    # What is known is not asked again; an answer may still be written down.
    assert 'value="arrived"' not in page
    assert 'value="acknowledged"' in page


async def test_numbers_of_several_entries_are_given_at_once_and_a_wrong_one_is_named_by_its_entry(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient, services: FakeServices
) -> None:
    export_id = (await executed_export(program))["exportId"]
    export = services._exports[ACCOUNT, export_id]
    export.plan.ClearField("entries")
    for number in (1, 2, 3):
        export.plan.entries.add(number=number, entry_type="11")
    said = {"outcome": "acknowledged", "notedBy": "Dana", "note": "Kim, on the phone"}
    # The first has none yet: what is wrong is the second of the call's, and the third entry's.
    given = {"entryNumber_1": "", "entryNumber_2": "ABC-1234568-4", "entryNumber_3": "12"}
    refused = await act(clerk, export_id, "broker-answer", **said, **given)
    assert refused.status_code == 400
    assert "Entry 3: Not an entry number" in refused.text
    assert 'value="ABC-1234568-4"' in refused.text, "what was typed beside it stays"
    given["entryNumber_3"] = "ABC-1234569-2"
    done = await act(clerk, export_id, "broker-answer", **said, **given)
    assert done.status_code == 303
    [*_, taken] = asked(services, execution_pb2.NoteBrokerAnswerRequest)
    numbers = {each.entry: each.entry_number for each in taken.entry_numbers}
    assert numbers == {2: "ABC-1234568-4", 3: "ABC-1234569-2"}
    page = (await clerk.get(f"/exports/{export_id}")).text
    assert "<strong>ABC-1234569-2</strong> (entry 3)" in page


async def test_stream_of_nobodys_export_is_not_opened(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    answer = await clerk.get("/exports/batch_none/live", headers={"accept": "text/html, text/event-stream"})
    assert answer.status_code == 404
    assert not services.watched.is_set()
