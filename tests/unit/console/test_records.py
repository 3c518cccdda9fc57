"""Warehouses, brokers and importers on the console: every field of the declaration, errors at their field."""

import re
from html import unescape

import httpx
import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.gateway.console.record_forms import Filled, Input, changes, sections, stored_texts
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import Fields, Group, Many, Record
from entrygo.records.warehouse import WAREHOUSE
from tests.fakes import FakeServices
from tests.unit.console.test_export_page import asked, fields_of

WAREHOUSE_PAGE = "/setup/warehouses/wh_123"
FIELD = re.compile(
    r'<input[^>]* name="(?P<name>[^"]+)"[^>]* value="(?P<value>[^"]*)"|<select[^>]* name="(?P<choice>[^"]+)"'
    r"(?P<options>.*?)</select>",
    re.DOTALL,
)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's large form, nothing changed."""
    form = page[page.index('method="post" action="/setup/') :]
    found = {}
    for each in FIELD.finditer(form[: form.index("</form>")]):
        if each["choice"]:
            chosen = re.search(r'value="([^"]*)" selected', each["options"])
            found[each["choice"]] = unescape(chosen[1]) if chosen else ""
        elif 'type="checkbox"' not in each[0] or " checked" in each[0]:
            found[each["name"]] = unescape(each["value"])
    return found


def names(fields: Fields, prefix: str = "") -> set[str]:
    """The field of every input that the declaration asks for."""
    found = set()
    for field in fields:
        path = f"{prefix}{field.rest_name}"
        if isinstance(field.kind, Many):
            found |= names(field.kind.group.fields, f"{path}.0.")
        elif isinstance(field.kind, Group) and not any(isinstance(x.kind, Many) for x in field.kind.fields):
            found |= names(field.kind.fields, f"{path}.")
        else:
            found.add(path)
    return found


def inputs(record: Record, filled: Filled) -> dict[str, Input]:
    return {each.name: each for section in sections(record.fields, filled) for each in section.inputs}


@pytest.mark.parametrize("record", [WAREHOUSE, BROKER, IMPORTER], ids=lambda each: each.noun)
def test_form_has_every_field_of_the_declaration(record: Record) -> None:
    assert inputs(record, Filled({})).keys() == names(record.fields)


@pytest.mark.parametrize("record", [WAREHOUSE, BROKER, IMPORTER], ids=lambda each: each.noun)
def test_what_a_form_says_of_a_field_speaks_of_blanks_and_not_of_json(record: Record) -> None:
    said = " ".join(each.about for each in inputs(record, Filled({}, {})).values())
    assert not {"absent", "null"} & set(re.findall(r"\w+", said))


def test_a_text_where_a_number_belongs_is_told_how_a_number_is_written() -> None:
    wrong = {"feeSchedules.0.orderFee": "Expected number, received string", "transitDays": "Too long"}
    found = inputs(BROKER, Filled({"feeSchedules.0.orderFee": "1,50"}, wrong))
    assert found["feeSchedules.0.orderFee"].error == "Expected a number, with a point: 1.5"
    assert inputs(WAREHOUSE, Filled({}, wrong))["transitDays"].error == "Too long"
    whole = Filled({}, {"transitDays": "Expected number, received string"})
    assert inputs(WAREHOUSE, whole)["transitDays"].error == "Expected a whole number"


async def test_form_that_is_saved_unchanged_changes_nothing(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    page = (await clerk.get(WAREHOUSE_PAGE)).text
    answer = await clerk.post(WAREHOUSE_PAGE, data=form_of(page))
    assert answer.headers["location"] == f"{WAREHOUSE_PAGE}?saved"
    assert asked(services, sync_pb2.UpdateWarehouseRequest) == []


async def test_what_was_changed_is_set_and_what_was_emptied_is_cleared(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    before = form_of((await clerk.get(WAREHOUSE_PAGE)).text)
    await clerk.post(WAREHOUSE_PAGE, data={**before, "name": "Old"})
    page = (await clerk.get(WAREHOUSE_PAGE)).text
    changed = {
        "name": "",
        "transitDays": "3",
        "importerOfRecord.address.city": "Blaine",
        "relatedParties": "no",
    }
    await clerk.post(WAREHOUSE_PAGE, data={**form_of(page), **changed})
    _, request = asked(services, sync_pb2.UpdateWarehouseRequest)
    assert list(request.clear) == ["name"]
    assert request.warehouse.transit_days == 3
    assert request.warehouse.importer_of_record.address.city == "Blaine"
    assert request.warehouse.HasField("related_parties")
    assert not request.warehouse.related_parties


async def test_change_of_somebody_else_meanwhile_is_not_undone_unseen(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    form = form_of((await clerk.get(WAREHOUSE_PAGE)).text)
    answer = await clerk.post(WAREHOUSE_PAGE, data={**form, "seen": "earlier", "phone": "+1 604 555 0100"})
    assert answer.status_code == 409
    assert "Somebody changed this while you typed" in answer.text
    assert 'value="+1 604 555 0100"' in answer.text
    assert asked(services, sync_pb2.UpdateWarehouseRequest) == []


async def test_what_is_wrong_is_said_above_the_form_in_the_words_that_stand_at_its_fields(
    clerk: httpx.AsyncClient,
) -> None:
    form = {"externalId": "w-2", "transitDays": "one", "address.country": "Canada", "key": "k"}
    page = (await clerk.post("/setup/warehouses/new", data=form)).text
    for said in ("Transit days: Expected a whole number", "Address: country: Two letters, such as CA or US"):
        assert f"<li>{said}</li>" in page
    assert 'id="wrong-address-country">Two letters, such as CA or US' in page


async def test_what_is_wrong_stands_at_its_field(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise ValidationFailed.of([("items.0.email", "Expected an email address", "invalid_string")])

    monkeypatch.setattr(services, "SyncBrokers", refused)
    form = {"externalId": "b-2", "email": "nobody", "feeSchedules.0.feeFormal": "95", "key": "k"}
    page = (await clerk.post("/setup/brokers/new", data=form)).text
    assert asked(services, sync_pb2.SyncBrokersRequest) == []
    form |= {"feeSchedules.0.validFrom": "2026-01-01", "feeSchedules.0.feeInformal": "20"}
    form |= {
        "feeSchedules.0.includedLines": "5",
        "feeSchedules.0.lineFee": "3",
        "feeSchedules.0.orderFee": "0",
    }
    assert 'id="wrong-feeSchedules-0-validFrom">Required' in page
    answer = await clerk.post("/setup/brokers/new", data=form)
    assert answer.status_code == 400
    assert 'id="wrong-email">Expected an email address' in answer.text
    assert 'name="feeSchedules.0.feeFormal" type="text" value="95"' in answer.text


async def test_a_new_record_does_not_change_the_one_that_has_its_id(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    form = {"externalId": "main", "name": "Main", "transitDays": "2", "key": "k-1"}
    made = await clerk.post("/setup/warehouses/new", data=form)
    again = await clerk.post("/setup/warehouses/new", data=form)
    assert again.headers["location"] == made.headers["location"]
    refused = await clerk.post("/setup/warehouses/new", data={**form, "name": "Second", "key": "k-2"})
    assert refused.status_code == 400
    assert 'id="wrong-externalId">There is one with this id already, called Main: open it' in refused.text
    assert 'value="Second"' in refused.text
    assert len(asked(services, sync_pb2.SyncWarehousesRequest)) == 1


async def test_broker_is_added_with_documents_and_fees(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    form = {
        "externalId": "b-2",
        "name": "Second",
        "documents.manifest": "yes",
        "feeSchedules.0.validFrom": "2026-01-01",
        "feeSchedules.0.feeFormal": "95.5",
        "feeSchedules.0.feeInformal": "20",
        "feeSchedules.0.includedLines": "5",
        "feeSchedules.0.lineFee": "3",
        "feeSchedules.0.orderFee": "0",
        "key": "k-1",
    }
    answer = await clerk.post("/setup/brokers/new", data=form)
    assert re.fullmatch(r"/setup/brokers/br_\w+\?saved", answer.headers["location"])
    [broker] = asked(services, sync_pb2.SyncBrokersRequest)[-1].items
    assert (broker.external_id, broker.name, list(broker.documents)) == ("b-2", "Second", ["manifest"])
    [fee] = broker.fee_schedules
    assert (fee.fee_formal, fee.included_lines, fee.currency) == ("95.5", 5, "USD")


def test_list_that_is_changed_is_sent_whole_and_an_emptied_one_is_cleared() -> None:
    stored = {"powersOfAttorney.0.broker": "a", "powersOfAttorney.1.broker": "b"}
    added = {**stored, "powersOfAttorney.2.broker": "c"}
    fields = IMPORTER.fields
    assert changes(fields, added, stored) == {
        "powersOfAttorney": [{"broker": "a"}, {"broker": "b"}, {"broker": "c"}]
    }
    assert changes(fields, {}, stored) == {"powersOfAttorney": []}
    assert changes(fields, stored, stored) == {}


def test_object_with_a_list_in_it_is_a_text_of_json() -> None:
    stored = {"template": {"format": "csv", "columns": [{"header": "HTS", "field": "hts_code"}]}}
    texts = stored_texts(BROKER.fields, stored)
    assert inputs(BROKER, Filled(texts))["template"].kind == "json"
    assert changes(BROKER.fields, texts, texts) == {}
    assert changes(BROKER.fields, {**texts, "template": '{"format": "xlsx"}'}, texts) == {
        "template": {"format": "xlsx"}
    }
    with pytest.raises(ValidationFailed):
        changes(BROKER.fields, {"template": "{"}, {})


async def test_record_of_nobody_is_not_found(clerk: httpx.AsyncClient) -> None:
    for path in ("/setup/brokers/br_none", "/setup/importers/imp_none"):
        assert (await clerk.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("sent", "The test got there."), ("held", "Nothing was sent."), ("unknown", "may have got there")],
)
async def test_way_to_a_broker_is_tested_where_its_record_is_written(
    clerk: httpx.AsyncClient, services: FakeServices, outcome: str, words: str
) -> None:
    services.trial_outcome = outcome
    address = "/setup/brokers/br_123"
    hidden = fields_of((await clerk.get(address)).text, f"{address}/test")
    first = await clerk.post(f"{address}/test", data=hidden)
    assert first.status_code == 200
    assert words in first.text
    assert "broker@example.com" in first.text
    await clerk.post(f"{address}/test", data=hidden)
    assert {each.idempotency_key for each in asked(services, execution_pb2.TestBrokerRequest)} == {
        hidden["key"]
    }


async def test_brokers_own_layout_is_shown_from_its_record(
    clerk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    assert "br_123/layout" not in (await clerk.get("/setup/brokers/br_123")).text
    layout = {"rows": "order_line", "columns": [{"header": "HTSUS No.", "field": "hts_code"}]}
    (await program.patch("/api/brokers/br_123", json={"template": layout})).raise_for_status()
    page = (await clerk.get("/setup/brokers/br_123")).text
    assert 'href="/setup/brokers/br_123/layout"' in page
    shown = (await clerk.get("/setup/brokers/br_123/layout", params={"export": "batch_1"})).text
    assert "broker_template.csv" in shown
    assert "/exports/batch_1" in shown
    nobody = await clerk.get("/setup/brokers/br_none/layout")
    assert nobody.status_code == 404
