"""A broker's layout is tested when it is saved: what could give no document is refused, and by what name."""

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.facts import Broker
from entrygo.domain.template_layout import ENCODINGS, FIELDS
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.reading import Facts
from entrygo.rpc.facts import broker_from_proto
from entrygo.sync.read_setup import read_brokers

Column = sync_pb2.BrokerTemplateColumn


def read(*columns: Column, **template: object) -> Facts:
    layout = sync_pb2.BrokerTemplate(columns=columns, **template)  # type: ignore[arg-type]
    broker = sync_pb2.Broker(external_id="b", template=layout)
    [draft] = read_brokers(sync_pb2.SyncBrokersRequest(account_id="acc_123", items=[broker]))
    return draft.facts


def issues_of(*columns: Column, **template: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as raised:
        read(*columns, **template)
    assert raised.value.details is not None
    return [
        (issue["path"].removeprefix("items.0.template."), issue["message"])
        for issue in raised.value.details["issues"]
    ]


def test_a_layout_is_kept_whole_with_the_defaults_of_what_it_leaves_out() -> None:
    assert read(Column(header=" HTS ", field="hts_code"), rows="order_line", header_row=0) == {
        "template": {
            "format": "csv",
            "rows": "order_line",
            "sheet": "Lines",
            "encoding": "utf-8",
            "delimiter": "comma",
            "decimal_mark": "point",
            "date_format": "YYYY-MM-DD",
            "header_row": 0,
            "columns": [{"header": "HTS", "field": "hts_code"}],
        }
    }


def test_the_layout_that_is_kept_is_the_one_that_documents_are_made_by() -> None:
    kept = read(Column(header="W", field="net_weight_kg", unit="lb"), header_row=0)
    broker = broker_from_proto(sync_pb2.Broker(id="br_1", external_id="b", **kept))  # type: ignore[arg-type]
    assert broker.template is not None
    assert (broker.template.header_row, broker.template.columns[0].unit) == (0, "lb")
    assert Broker(id="br_1", external_id="b").template is None


def test_a_field_that_there_is_not_is_refused_with_those_there_are() -> None:
    [(path, message)] = issues_of(Column(header="A", field="hts"))
    assert path == "columns.0.field"
    assert message == f"There is no field 'hts'. There are: {', '.join(FIELDS['entry_line'])}"
    [(path, message)] = issues_of(Column(header="A", text="{sku}/{hts_code}"))
    assert (path, "'sku'" in message) == ("columns.0.text", True)
    # Of an order line there is another set.
    assert "template" in read(Column(header="A", field="sku"), rows="order_line")


def test_a_layout_needs_columns_with_headers_of_their_own() -> None:
    assert issues_of() == [("columns", "Required")]
    assert issues_of(Column(field="hts_code")) == [("columns.0.header", "Required")]
    twice = [Column(header=header, constant="x") for header in ("Value", "VALUE")]
    assert issues_of(*twice) == [("columns.1.header", "Column 1 has this header, too")]


@pytest.mark.parametrize(
    ("column", "path", "message"),
    [
        ({"field": "hts_code", "constant": "x"}, "constant", "Give one of field, constant"),
        ({"text": "{hts_code"}, "text", "Each { needs its }"),
        ({"field": "hts_code", "unit": "lb"}, "unit", "Only a weight has a unit"),
        ({"field": "net_weight_kg", "unit": "st"}, "unit", ""),
        ({"field": "sold_on", "format": "MM/YYYY"}, "format", "Expected a date format"),
        ({"field": "sold_on", "format": "0.00"}, "format", "Expected a date format"),
        ({"field": "sold_on", "format": "DD/MM/YYYY%"}, "format", "Expected a date format"),
        ({"field": "value_usd", "format": "0,00"}, "format", "Expected a number format"),
        ({"field": "value_usd", "format": "YYYY-MM-DD"}, "format", "Expected a number format"),
        ({"field": "hts_code", "format": "0"}, "format", "A code is written dotted or plain"),
        ({"field": "importer_name", "format": "x"}, "format", "Text has the format capitals"),
        ({"constant": "x", "format": "0"}, "format", "A constant, or a blank column"),
    ],
)
def test_what_could_give_no_document_is_refused_at_once(
    column: dict[str, str], path: str, message: str
) -> None:
    [(found, said)] = issues_of(Column(header="A", **column))
    assert found == f"columns.0.{path}"
    assert said.startswith(message)


def test_what_the_encoding_has_not_is_refused_in_headers_and_constants() -> None:
    assert issues_of(Column(header="Größe", constant="Ł"), encoding="us-ascii") == [
        ("columns.0.header", "The encoding has no 'öß'"),
        ("columns.0.constant", "The encoding has no 'Ł'"),
    ]
    assert "template" in read(Column(header="Größe", constant="Ł"), encoding="utf-16")
    assert "template" in read(Column(header="Größe", constant="Ł"), encoding="us-ascii", format="xlsx")


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ({"sheet": "a/b"}, "sheet"),
        ({"sheet": "x" * 32}, "sheet"),
        ({"encoding": "ebcdic"}, "encoding"),
        ({"delimiter": "#"}, "delimiter"),
        ({"rows": "line"}, "rows"),
        ({"format": "pdf"}, "format"),
        ({"date_format": "YYYY"}, "dateFormat"),
        ({"header_row": 51}, "headerRow"),
    ],
)
def test_what_the_layout_as_a_whole_does_not_take_is_refused(template: dict[str, object], path: str) -> None:
    [(found, _)] = issues_of(Column(header="A", constant="x"), **template)
    assert found == path


def test_no_layout_is_a_layout_without_columns() -> None:
    assert read(format="none")["template"]["format"] == "none"  # type: ignore[index, call-overload]


def test_every_encoding_is_one_that_python_knows() -> None:
    assert all("x".encode(name) for name in ENCODINGS.values())
