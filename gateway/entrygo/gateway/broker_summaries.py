"""The form in which a broker gives back what it entered: from its fields to the message. Decides nothing."""

from collections.abc import Mapping

from entrygo.domain.errors import ValidationFailed
from entrygo.imports.choosing import WrongColumns, choose_columns
from entrygo.imports.entries import without_thousands
from entrygo.imports.entry_summaries import LINE
from entrygo.imports.reading import source_of
from entrygo.imports.rows import UnreadableFile
from entrygo.proto.execution.v1 import execution_pb2

MAX_DIGITS = 3
# The fields of the form, and what they are called on it.
FIELDS: Mapping[str, str] = {
    "summary_entry": "Entry",
    "summary_number": "Entry number",
    "summary_entry_date": "Entry date",
    "summary_date": "Summary date",
    "summary_lines": "Lines",
    "summary_duty": "Total duty (USD)",
    "summary_fees": "Total fees (USD)",
    "liquidated_on": "Liquidated on",
    "liquidated_duty": "Liquidated duty (USD)",
    "liquidated_fees": "Liquidated fees (USD)",
}
# By the paths under which execution refuses what stands in them.
_FIELD_OF = {
    "entry": "summary_entry",
    "entryNumber": "summary_number",
    "entryDate": "summary_entry_date",
    "summaryDate": "summary_date",
    "lines": "summary_lines",
    "dutyUsd": "summary_duty",
    "feesUsd": "summary_fees",
    "liquidation.liquidatedOn": "liquidated_on",
    "liquidation.dutyUsd": "liquidated_duty",
    "liquidation.feesUsd": "liquidated_fees",
}
_LIQUIDATION = ("liquidated_on", "liquidated_duty", "liquidated_fees")


def label_of(path: str) -> str:
    """What the form calls the field that an issue is about; empty for what is none of its fields."""
    return FIELDS.get(_FIELD_OF.get(path, path), "")


def read_form(fields: Mapping[str, str]) -> execution_pb2.AnswerBrokerLinkRequest.Summarized:
    """What the form says, unchecked but for what is no number or no table. Raises ValidationFailed."""
    given = {name: fields.get(name, "").strip() for name in FIELDS}
    summary = execution_pb2.EntrySummary(
        entry_number=given["summary_number"],
        entry_date=given["summary_entry_date"],
        summary_date=given["summary_date"],
        lines=_lines(given["summary_lines"]),
        duty_usd=without_thousands(given["summary_duty"]),
        fees_usd=without_thousands(given["summary_fees"]),
    )
    if any(given[name] for name in _LIQUIDATION):
        on, duty, fees = (given[name] for name in _LIQUIDATION)
        summary.liquidation.liquidated_on = on
        summary.liquidation.duty_usd = without_thousands(duty)
        summary.liquidation.fees_usd = without_thousands(fees)
    entry = _whole("summary_entry", given["summary_entry"])
    return execution_pb2.AnswerBrokerLinkRequest.Summarized(entry=entry, summary=summary)


def _lines(text: str) -> list[execution_pb2.SummaryLine]:
    """A pasted table as lines; blank cells and further columns are passed over."""
    if not text:
        return []
    try:
        source = source_of("The table", text.encode())
        columns = choose_columns(source.columns, {}, known=tuple(LINE), required=(("hts_code",),))
        rows = list(source.rows())
    except WrongColumns as error:
        raise _wrong("lines", error.what) from error
    except UnreadableFile as error:
        raise _wrong("lines", str(error)) from error
    if faults := [f"line {row.line}: {row.fault}" for row in rows if row.fault]:
        raise _wrong("lines", faults[0])
    return [_line(columns.named(row)) for row in rows]


def _line(cells: Mapping[str, str]) -> execution_pb2.SummaryLine:
    return execution_pb2.SummaryLine(
        line=_whole("line", cells["line"]) if cells.get("line") else 0,
        hts_code=cells.get("hts_code", ""),
        country_of_origin=cells.get("country_of_origin", ""),
        value_usd=without_thousands(cells.get("value_usd", "")),
        quantity=without_thousands(cells.get("quantity", "")),
        unit=cells.get("unit", ""),
        duty_usd=without_thousands(cells.get("duty_usd", "")),
    )


def _whole(field: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise _wrong(field, "Expected a whole number, at most 999")
    return int(text)


def _wrong(field: str, message: str) -> ValidationFailed:
    return ValidationFailed.of([(field, message, "invalid_string")])
