"""A broker's layout shown beforehand: by a made-up entry, by a plan, by the first of several entries."""

from decimal import Decimal

from entrygo.domain.facts import Broker, BrokerTemplate, Importer
from entrygo.domain.snapshot import PlannedEntry
from entrygo.execution.documents.template_preview import MAX_ROWS, preview
from tests.unit.execution.rendered import sheets_of
from tests.unit.execution.snapshots import make_large_snapshot, make_snapshot

BROKER = Broker(id="br_1", external_id="b", documents=("manifest",))


def layout(*fields: str, **template: object) -> BrokerTemplate:
    columns = [{"header": field, "field": field} for field in fields]
    return BrokerTemplate.model_validate({"columns": columns, **template})


def test_without_a_plan_a_made_up_entry_shows_it() -> None:
    shown = preview(BROKER, layout("tariff_number", "entered_value", rows="tariff_line"), None)
    assert shown.header == ["tariff_number", "entered_value"]
    assert sorted(map(list, shown.rows)) == [
        ["4202923120", "60"],
        ["6110202041", "165"],
        ["99030531", "0"],
        ["99038803", "0"],
    ]
    assert shown.content.decode().splitlines()[0] == '"tariff_number","entered_value"'
    assert "Sample" in preview(BROKER, layout("importer_name"), None).rows[0][0]


def test_a_plan_shows_its_own_lines_whatever_documents_the_broker_takes() -> None:
    shown = preview(BROKER, layout("hts_code", "value_usd"), make_snapshot())
    assert shown.rows == [["6202308061", "220.00"], ["6505003030", "139.99"]]
    assert shown.row_count == 2


def test_of_many_rows_the_first_are_shown_and_all_are_counted() -> None:
    shown = preview(BROKER, layout("line_number", rows="order_line", format="xlsx"), make_large_snapshot(200))
    assert (len(shown.rows), shown.row_count, shown.filename) == (MAX_ROWS, 300, "broker_template.xlsx")
    assert len(sheets_of(shown.content)["Lines"]) == MAX_ROWS + 1


def test_of_several_importers_the_first_entry_is_shown() -> None:
    entries = tuple(
        PlannedEntry(number=n, order_ids=(order,), lines=1, value_usd=Decimal(1), importer_id=importer)
        for n, order, importer in ((1, "ord_123", None), (2, "ord_124", "imp_1"))
    )
    other = Importer(id="imp_1", external_id="i", name="Other Brand Inc.")
    snapshot = make_snapshot(entries=entries, importers=(other,))
    shown = preview(BROKER, layout("importer_name", "package_number"), snapshot)
    assert {tuple(row) for row in shown.rows} == {("Northshore Imports LLC", "PREVIEW-E1")}
