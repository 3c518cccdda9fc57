"""The pages behind a signed link: readable without a script, a key or an account, and safe to show."""

import re

import httpx
import pytest

from entrygo.domain.errors import InvalidExportState, RateLimited, ServiceUnavailable, ValidationFailed
from entrygo.gateway.link_pages import MAX_FORM_BYTES, MAX_FORM_FIELDS
from entrygo.proto.execution.v1 import execution_pb2
from tests.fakes import FakeServices
from tests.fakes.broker_links import PACK, TOKEN

PATH = f"/broker/{TOKEN}"


@pytest.fixture
def broker(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client without a key."""
    del client.headers["authorization"]
    return client


async def test_the_page_shows_the_package_and_its_documents(broker: httpx.AsyncClient) -> None:
    answer = await broker.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for text in ("cp_ch100001", "manifest.json", "14 KB", "customs@northshore.example.com", "9 Jun 2026"):
        assert text in answer.text
    assert f'href="{TOKEN}/pack.zip"' in answer.text


async def test_the_page_says_what_is_to_be_filed_for_whom_where_and_when(broker: httpx.AsyncClient) -> None:
    page = re.sub(r"<[^>]+>", "", (await broker.get(PATH)).text)
    for text in (
        "North Shore Goods, Richmond, BC, CA",
        "Alder Inc; Birch LLC",
        "USD 290.00",
        "Orders2",
        "Entry lines3",
        "Blaine, WA, 3004",
        "12 Mar 2026",
        "Dana Lee, +1 604 555 0100",
        "type 11, 2 lines, USD 180.00, 1 order",
    ):
        assert text in page


async def test_a_package_from_before_has_its_page_without_the_shipment(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    services.link.ClearField("summary")
    answer = await broker.get(PATH)
    assert answer.status_code == 200
    assert "The shipment" not in answer.text


class Chunks:
    """A stream that does not begin with what it is, and knows whether it was closed."""

    is_closed = False

    async def __anext__(self) -> execution_pb2.ArtifactChunk:
        return execution_pb2.ArtifactChunk(content=b"bytes at once")

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("path", ["pack.zip", "documents/manifest.json"])
async def test_a_document_that_does_not_say_what_it_is_is_closed(
    broker: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    chunks = Chunks()
    monkeypatch.setattr(services, "document", lambda *_: chunks, raising=False)
    answer = await broker.get(f"{PATH}/{path}")
    assert (answer.status_code, chunks.is_closed) == (404, True)


async def test_each_document_can_be_fetched_alone(broker: httpx.AsyncClient) -> None:
    assert f'href="{TOKEN}/documents/manifest.json"' in (await broker.get(PATH)).text
    answer = await broker.get(f"{PATH}/documents/manifest.json")
    assert (answer.status_code, answer.content) == (200, b"manifest.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert (await broker.get(f"{PATH}/documents/none.json")).status_code == 404


async def test_what_a_link_is_asked_for_counts_for_the_address_that_asks(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    for path in (PATH, f"{PATH}/pack.zip", f"{PATH}/documents/manifest.json"):
        await broker.get(path)
    assert [each.peer for each in services.link_calls] == ["127.0.0.1"] * 3


async def test_the_page_needs_nothing_else_and_lets_nothing_in(broker: httpx.AsyncClient) -> None:
    answer = await broker.get(PATH)
    assert not re.search(r"<script|<link|<img|src=|https?://|style=", answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"


async def test_an_acknowledgement_is_recorded_once_and_then_shown(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    form = {"answer": "acknowledge", "entry_number": "ABC-1234567-6"}
    answer = await broker.post(PATH, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, TOKEN)
    shown = await broker.get(str(answer.url.join(answer.headers["location"])))
    assert "Acknowledged 12 Mar 2026, 09:30 UTC" in shown.text
    assert "Entry number ABC-1234567-6" in shown.text
    assert services.link.broker_submission.entry_number == "ABC-1234567-6"


async def test_a_rejection_is_recorded_with_its_reason(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    answer = await broker.post(PATH, data={"answer": "reject", "reason": "The MID is missing."})
    assert answer.status_code == 303
    assert services.link.broker_submission.broker_reason == "The MID is missing."
    assert "The MID is missing." in (await broker.get(PATH)).text


async def test_what_others_wrote_is_shown_as_text(broker: httpx.AsyncClient, services: FakeServices) -> None:
    await broker.post(PATH, data={"answer": "reject", "reason": "<script>alert(1)</script>"})
    services.link.broker_submission.reason = '"><img src=x onerror=alert(1)>'
    text = (await broker.get(PATH)).text
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text


async def test_a_wrong_entry_number_stays_in_the_form_beside_what_is_wrong(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    given = {"entry_number_1": "ABC-1234567-6", "entry_number_2": '12"><b>'}
    answer = await broker.post(PATH, data={"answer": "acknowledge", **given})
    assert answer.status_code == 400
    assert "Entry 2: Not an entry number" in answer.text
    assert 'value="12&#34;&gt;&lt;b&gt;"' in answer.text
    [wrong] = re.findall(r'<input id="(\w+)"[^>]*aria-invalid="true"', answer.text)
    assert wrong == "entry_number_2"
    assert 'value="ABC-1234567-6"' in answer.text, "what was typed beside it stays, too"
    assert services.link.broker_submission.status == "sent"


async def test_each_entry_has_a_field_and_its_numbers_are_shown(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    services.link.summary.entries[0].paps_numbers.append("CCBT20260001")
    services.link.summary.entries[1].filed_as = "XYZ-7654321-0"
    text = (await broker.get(PATH)).text
    assert re.findall(r'name="(entry_number\w*)"', text) == ["entry_number_1", "entry_number_2"]
    assert "CCBT20260001" in text
    assert "filed as XYZ-7654321-0; do not file it again" in text
    assert 'name="entry_number_2" value="XYZ-7654321-0"' in text
    first = {"answer": "acknowledge", "entry_number_1": "ABC-1234567-6"}
    await broker.post(PATH, data=first)
    assert "Entry number ABC-1234567-6 (entry 1)" in (await broker.get(PATH)).text
    services.link.broker_submission.ClearField("entry_numbers")
    given = {"entry_number_1": "ABC-1234567-6", "entry_number_2": "ABC-1234568-4"}
    await broker.post(PATH, data={"answer": "acknowledge", **given})
    shown = (await broker.get(PATH)).text
    assert "Entry numbers ABC-1234567-6 (entry 1), ABC-1234568-4 (entry 2)" in shown
    assert 'name="entry_number_2" value="ABC-1234568-4"' in shown


async def test_the_number_of_the_only_entry_stands_in_its_field_where_it_was_filed_before(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    del services.link.summary.entries[1:]
    services.link.summary.entries[0].filed_as = "XYZ-7654321-0"
    text = (await broker.get(PATH)).text
    assert 'name="entry_number" value="XYZ-7654321-0"' in text
    assert "(filed before; not to be filed again)" in text
    assert 'name="summary_number" value="XYZ-7654321-0"' in text


async def test_the_forms_stand_before_many_files_which_are_grouped_by_entry(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    few = (await broker.get(PATH)).text
    assert "<details" not in few
    for number in range(1, 3):
        for each in range(12):
            services.link.artifacts.add(filename=f"entry-{number}_{each}.csv", size_bytes=1, sha256="ab")
    text = (await broker.get(PATH)).text
    assert "<details" in text.partition("manifest.json")[0]
    assert text.index("Show the ") < text.index("Entry 1</th>") < text.index("Entry 2</th>")


async def test_what_is_wrong_with_pasted_lines_is_said_by_row_and_column(
    broker: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise ValidationFailed.of(
            [("lines.1.htsCode", "Ten digits", "invalid"), ("lines.4.valueUsd", "Not a number", "invalid")]
        )

    monkeypatch.setattr(services, "AnswerBrokerLink", refused)
    answer = await broker.post(PATH, data={"answer": "acknowledge"})
    assert answer.status_code == 400
    assert "Row 2: hts_code: Ten digits; Row 5: value_usd: Not a number" in answer.text


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("entryDate", "Entry date"),
        ("summaryDate", "Summary date"),
        ("liquidation.feesUsd", "Liquidated fees (USD)"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_by_the_name_that_the_form_has_for_it(
    broker: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch, path: str, label: str
) -> None:
    async def refused(*_: object) -> None:
        raise ValidationFailed.of([(path, "Not like this", "custom")])

    monkeypatch.setattr(services, "AnswerBrokerLink", refused)
    form = {"answer": "summary", "summary_entry": "1", "summary_number": "ABC-1234567-6"}
    answer = await broker.post(PATH, data=form)
    assert f"{label}: Not like this" in answer.text
    assert f">{label}</label>" in answer.text


async def test_a_form_without_an_answer_changes_nothing(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    for form in ({"reason": "x"}, {"answer": "reject", "reason": ""}, {"answer": "delete"}):
        assert (await broker.post(PATH, data=form)).status_code == 400
    assert services.link.broker_submission.status == "sent"


async def test_an_answer_in_the_moment_of_sending_asks_to_try_again(
    broker: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise InvalidExportState("Please try again shortly.")

    monkeypatch.setattr(services, "AnswerBrokerLink", busy)
    answer = await broker.post(PATH, data={"answer": "acknowledge"})
    assert answer.status_code == 409
    assert "Please try again shortly." in answer.text


async def test_the_pack_is_downloaded_whole_with_its_digest(broker: httpx.AsyncClient) -> None:
    answer = await broker.get(f"{PATH}/pack.zip")
    assert answer.content == PACK
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(PACK))
    assert 'filename="cp_ch100001.zip"' in answer.headers["content-disposition"]
    head = await broker.head(f"{PATH}/pack.zip")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(PACK)))


@pytest.mark.parametrize("path", ["", "/pack.zip"])
async def test_another_token_gets_a_page_that_says_why(broker: httpx.AsyncClient, path: str) -> None:
    answer = await broker.get(f"/broker/b3RoZXI.b3RoZXI{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "only the link in the newest mail is valid" in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("token", ["x", "a.b.c", "a" * 600 + ".b", "a.%00", "%E2%80%AE.a", "..%2F.."])
async def test_what_cannot_be_a_token_is_not_even_asked_about(
    broker: httpx.AsyncClient, services: FakeServices, token: str
) -> None:
    assert (await broker.get(f"/broker/{token}")).status_code == 404
    assert services.link_calls == []


async def test_a_link_is_found_with_the_full_stop_that_a_mail_program_added(
    broker: httpx.AsyncClient,
) -> None:
    assert (await broker.get(f"{PATH}.")).status_code == 200


async def test_the_forms_take_no_more_than_forms_send(broker: httpx.AsyncClient) -> None:
    too_much = await broker.post(PATH, data={"answer": "reject", "reason": "x" * MAX_FORM_BYTES})
    assert too_much.status_code == 413
    assert (await broker.post(PATH, json={"answer": "acknowledge"})).status_code == 415
    many = "&".join(f"f{number}=x" for number in range(MAX_FORM_FIELDS + 1))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await broker.post(PATH, content=many, headers=headers)).status_code == 415


async def test_no_key_is_passed_on_for_a_link(client: httpx.AsyncClient, services: FakeServices) -> None:
    await client.get(PATH)
    assert [call.authorization for call in services.link_calls] == [""]


@pytest.mark.parametrize(("failure", "status"), [(ServiceUnavailable(), 503), (RateLimited(), 429)])
async def test_an_outage_is_a_page_with_a_time_to_wait(
    broker: httpx.AsyncClient, services: FakeServices, failure: Exception, status: int
) -> None:
    services.link_failure = failure
    answer = await broker.get(PATH)
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "1")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_test_data_says_so(broker: httpx.AsyncClient, services: FakeServices) -> None:
    assert "Test data" not in (await broker.get(PATH)).text
    services.link.mode = "test"
    assert "Test data" in (await broker.get(PATH)).text


async def test_page_of_a_withdrawn_package_says_why_and_has_no_form(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    services.link.closed.state, services.link.closed.at = "withdrawn", "2026-03-12T09:30:00.000Z"
    services.link.closed.reason = "The truck <b>broke</b> down"
    services.link.broker_submission.entry_number = "ABC-1234567-6"
    shown = (await broker.get(PATH)).text
    assert "Withdrawn 12 Mar 2026, 09:30 UTC: please do not file it" in shown
    assert "The truck &lt;b&gt;broke&lt;/b&gt; down" in shown
    assert "You gave entry number ABC-1234567-6 (entry 1): please cancel it" in shown
    assert "<form" not in shown


async def test_page_of_a_replaced_package_leads_to_the_one_that_replaces_it(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    services.link.closed.state, services.link.closed.at = "superseded", "2026-03-12T09:30:00.000Z"
    services.link.closed.reason = "One order taken off"
    services.link.closed.replaced_by_number = "cp_ch100001-A1"
    services.link.closed.replaced_by_url = "https://entrygo.example/broker/new.token"
    shown = (await broker.get(PATH)).text
    assert "Replaced 12 Mar 2026, 09:30 UTC by cp_ch100001-A1: please do not file this one" in shown
    assert 'href="https://entrygo.example/broker/new.token"' in shown
    assert "<form" not in shown


async def test_what_was_entered_is_given_back_from_a_pasted_table_and_then_shown(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    form = {
        "answer": "summary",
        "summary_entry": "2",
        "summary_number": "ABC-1234567-6",
        "summary_entry_date": "2026-11-27",
        "summary_lines": "hts_code\tcountry_of_origin\tvalue_usd\tduty_usd\n"
        "4202.92.31.20\tCN\t2,950\t$1,625.45\n",
        "summary_duty": "1625.45",
        "liquidated_on": "",
    }
    answer = await broker.post(PATH, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, TOKEN)
    given = services.summarized
    [line] = given.summary.lines
    assert (given.entry, given.summary.entry_date, given.summary.duty_usd) == (2, "2026-11-27", "1625.45")
    assert (line.hts_code, line.country_of_origin, line.value_usd, line.duty_usd) == (
        "4202.92.31.20",
        "CN",
        "2950",
        "1625.45",
    )
    assert not given.summary.HasField("liquidation")
    shown = (await broker.get(PATH)).text
    assert "What you entered" in shown
    assert '<td data-label="Duty, USD">1625.45</td>' in shown


async def test_a_decimal_comma_of_a_pasted_table_is_left_for_execution_to_refuse(
    broker: httpx.AsyncClient, services: FakeServices
) -> None:
    lines = "hts_code;value_usd;duty_usd\n4202.92.31.20;1234,50;100,00\n"
    form = {"answer": "summary", "summary_entry": "1", "summary_lines": lines, "summary_fees": "34,58"}
    await broker.post(PATH, data=form)
    [line] = services.summarized.summary.lines
    given = (line.value_usd, line.duty_usd, services.summarized.summary.fees_usd)
    assert given == ("1234,50", "100,00", "34,58")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"summary_entry": "two"}, "Entry: Expected a whole number"),
        ({"summary_lines": "code,value\n1,2\n"}, "Lines: No column hts_code."),
        ({"summary_lines": "hts_code,line\n4202923120,x\n"}, "Expected a whole number"),
    ],
)
async def test_a_summary_that_cannot_be_read_stays_in_the_form(
    broker: httpx.AsyncClient, services: FakeServices, changes: dict[str, str], problem: str
) -> None:
    form = {"answer": "summary", "summary_entry": "1", "summary_number": "ABC-1234567-6", **changes}
    answer = await broker.post(PATH, data=form)
    assert answer.status_code == 400
    assert problem in answer.text
    assert form["summary_number"] in answer.text
    assert not services.summarized.entry
