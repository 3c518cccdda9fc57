"""A broker's own layout: which column of theirs holds which field of ours, and how it is written."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from entrygo.domain.template_layout import (
    CAPITALS,
    DECIMAL_MARKS,
    DEFAULT_DATE,
    DELIMITERS,
    DOTTED,
    ENCODINGS,
    FIELDS,
    LAYOUT_FORMATS,
    LAYOUT_ROWS,
    PLAIN,
    WEIGHT_UNITS,
    Content,
    ImpossibleFormat,
    date_format,
    number_format,
    placeholders,
)
from entrygo.records.kinds import Field, Group, Many, Text, Whole, Words
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.texts import bounded_text

T = TypeVar("T")

MAX_COLUMNS = 100
MAX_HEADER = 120  # characters
MAX_CONSTANT = 500  # characters
MAX_HEADER_ROW = 50
MAX_SHEET = 31  # characters; a workbook takes no more
# What no name of a sheet may hold, and what our reference to it would have to escape.
_NOT_IN_A_SHEET = frozenset("[]:*?/\\'&<>\"")


def sheet(value: str) -> str:
    """A name that a workbook takes for a sheet."""
    value = bounded_text(value, MAX_SHEET)
    if not _NOT_IN_A_SHEET.isdisjoint(value):
        raise Wrong("A sheet's name has none of [ ] : * ? / \\ ' & < > \"")
    return value


def check_template(template: Mapping[str, Any], path: str, issues: Issues) -> None:
    """Issues for what would give no document: unknown fields, headers twice, formats that fit no value."""
    _possible(date_format, template["date_format"], f"{path}.dateFormat", issues)
    columns = template.get("columns", [])
    if not columns and template["format"] != "none":
        issues.required(f"{path}.columns")
    encoding = ENCODINGS[template["encoding"]] if template["format"] == "csv" else "utf-8"
    seen: dict[str, int] = {}
    for index, column in enumerate(columns):
        where = f"{path}.columns.{index}"
        header = column.get("header", "")
        if not header and template["header_row"]:
            issues.required(f"{where}.header")
        if header and seen.setdefault(header.casefold(), index) != index:
            issues.add(
                f"{where}.header",
                f"Column {seen[header.casefold()] + 1} has this header, too",
                "not_unique",
            )
        for name in ("header", "constant", "text"):
            _fits(column.get(name, ""), encoding, f"{where}.{name}", issues)
        _check_column(column, FIELDS[template["rows"]], where, issues)


def _check_column(
    column: Mapping[str, Any], known: Mapping[str, Content], where: str, issues: Issues
) -> None:
    sources = [name for name in ("field", "constant", "text") if name in column]
    if len(sources) > 1:
        issues.add(f"{where}.{sources[1]}", f"Give one of {', '.join(sources)}", "invalid_type")
        return
    content = None
    if "field" in column:
        content = known.get(column["field"])
        if content is None:
            _unknown(column["field"], known, f"{where}.field", issues)
            return
    elif "text" in column:
        content = Content.TEXT
        named = _possible(placeholders, column["text"], f"{where}.text", issues) or []
        for name in named:
            if name not in known:
                _unknown(name, known, f"{where}.text", issues)
    if "unit" in column and content is not Content.WEIGHT:
        issues.add(f"{where}.unit", "Only a weight has a unit", "invalid_type")
    if "format" in column:
        for message in _wrong_format(column["format"], content):
            issues.add(f"{where}.format", message, "invalid_string")


def _wrong_format(pattern: str, content: Content | None) -> Iterator[str]:
    match content:
        case Content.DATE | Content.NUMBER | Content.WEIGHT:
            try:
                date_format(pattern) if content is Content.DATE else number_format(pattern)
            except ImpossibleFormat as impossible:
                yield str(impossible)
        case Content.CODE if pattern not in (DOTTED, PLAIN):
            yield f"A code is written {DOTTED} or {PLAIN}"
        case Content.TEXT if pattern != CAPITALS:
            yield f"Text has the format {CAPITALS}, or none"
        case None:
            yield "A constant, or a blank column, has no format"


def _possible(check: Callable[[str], T], given: str, path: str, issues: Issues) -> T | None:
    try:
        return check(given)
    except ImpossibleFormat as impossible:
        issues.add(path, str(impossible), "invalid_string")
        return None


def _fits(text: str, encoding: str, path: str, issues: Issues) -> None:
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        odd = text[error.start : error.end]
        issues.add(path, f"The encoding has no {odd!r}", "invalid_string")


def _unknown(name: str, known: Mapping[str, Content], path: str, issues: Issues) -> None:
    issues.add(path, f"There is no field {name!r}. There are: {', '.join(known)}", "unrecognized_key")


TEMPLATE_COLUMN = Group(
    "BrokerTemplateColumn",
    (
        Field("header", Text(MAX_HEADER), "Theirs; blank only where the layout has no header"),
        Field("field", Text(64), "Ours; with none of field, constant and text the column stays blank"),
        Field("constant", Text(MAX_CONSTANT), "The same in every row"),
        Field("text", Text(MAX_CONSTANT), "Several fields in one: `{exporter_city}, {exporter_region}`"),
        Field(
            "format",
            Text(32),
            "`MM/DD/YYYY` of a date, `0.00` or `#,##0.00` of a number, `dotted` or `plain` of a tariff"
            " number, `capitals` of a text",
        ),
        Field("unit", Words(WEIGHT_UNITS), "Of a weight; kg when absent"),
    ),
    "One column of a broker's layout.",
)

BROKER_TEMPLATE = Group(
    "BrokerTemplate",
    (
        Field("format", Words(LAYOUT_FORMATS), "none: no such document is made", default="csv"),
        Field(
            "rows",
            Words(LAYOUT_ROWS),
            "What each row is: an entry line, a tariff number of one (chapter 99 first), an order line",
            default="entry_line",
        ),
        Field("sheet", Text(MAX_SHEET, sheet), "Of a workbook", default="Lines"),
        Field("encoding", Words(tuple(ENCODINGS)), "Of a CSV", default="utf-8"),
        Field("delimiter", Words(tuple(DELIMITERS)), "Of a CSV", default="comma"),
        Field("decimal_mark", Words(tuple(DECIMAL_MARKS)), "Of a CSV", default="point"),
        Field("date_format", Text(32), "Of dates whose column has no format", default=DEFAULT_DATE),
        Field(
            "header_row",
            Whole(MAX_HEADER_ROW),
            "The row that has the headers; those above it stay blank, 0 is without headers",
            default=1,
        ),
        Field("columns", Many(TEMPLATE_COLUMN, rest_maximum=MAX_COLUMNS), "In the order of the layout"),
    ),
    "The broker's own layout, given whole: what is left out has its default, not what was stored.",
    is_whole=True,
    agree=check_template,
)
