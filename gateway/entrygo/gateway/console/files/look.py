"""A file looked at before anything is sent: what it holds, how it is read, what its rows become. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from entrygo.domain.errors import PayloadTooLarge, ValidationFailed
from entrygo.imports.columns import METADATA_PREFIX, Columns, is_known
from entrygo.imports.entries import Entry, Rejected, Repeat, repeats
from entrygo.imports.kinds import ORDERS, Kind, kind_named, missing, mistaken, recognised
from entrygo.imports.reading import source_of
from entrygo.imports.rows import ADDED_COLUMNS, SourceFile, SourceRow, UnreadableFile
from entrygo.imports.suggesting import spelled, suggested
from entrygo.records.csv_columns import COUNTRY

MAX_ROWS = 20_000
MAX_COLUMNS = 300
# Of the file, as it will be read.
SHOWN_ROWS = 5
# Different values of a column, beside its name.
SHOWN_VALUES = 3
SHOWN_REASONS = 5
# Of the rows that one reason refuses.
SHOWN_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column of the file: what stands in it, and what of ours it is read as; empty where it is not read."""

    position: int
    theirs: str
    values: Sequence[str]
    ours: str
    is_suggested: bool
    # Under which name an order keeps it; empty where the kind keeps nothing besides its columns.
    kept_as: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why rows would be refused: so many of them, and the lines of the first."""

    reason: str
    count: int
    lines: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything that the page of the choice shows."""

    name: str
    # What a person should know of how the file was read.
    note: str
    # Every column of the file, those included that a reject file has added.
    header: Sequence[str]
    delimiter: str
    kind: Kind
    other: Kind | None
    columns: Sequence[ColumnView]
    problems: Sequence[str]
    needed: Sequence[str]
    optional: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    row_count: int
    item_count: int
    refused_count: int
    refusals: Sequence[Refusal]
    # The first of the rows that are taken though a row before is the same, and how many there are.
    repeats: Sequence[Repeat]
    repeat_count: int

    @property
    def can_be_sent(self) -> bool:
        """Whether the choice of columns holds, and anything is left to send."""
        return not self.problems and self.item_count > 0

    @property
    def unread(self) -> list[str]:
        """The columns of the file that are read as nothing."""
        return [column.theirs for column in self.columns if not column.ours]

    @property
    def refused_besides(self) -> int:
        """Rows that would be refused for reasons which are rarer than those listed."""
        return self.refused_count - sum(each.count for each in self.refusals)

    @property
    def ours(self) -> list[str]:
        """The columns of ours that are read, in the order of the file."""
        return [column.ours for column in self.columns if column.ours]


def open_file(name: str, content: bytes) -> SourceFile:
    """ValidationFailed for what is no table, PayloadTooLarge for one that is too long or too wide."""
    try:
        source = source_of(name, content)
        rows = sum(1 for _ in islice(source.rows(), MAX_ROWS + 1))
    except UnreadableFile as error:
        raise ValidationFailed.of([("file", str(error), "invalid_type")]) from error
    if rows > MAX_ROWS or len(source.columns) > MAX_COLUMNS:
        raise PayloadTooLarge(
            f"{name} has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns: divide it, or use the command."
        )
    return source


def look(source: SourceFile, noun: str = "", choices: Mapping[int, str] | None = None) -> Look:
    """The file as it would be read: of the kind that is named, else of the one that it seems to be.

    `choices`: what of ours the columns are read as, by their positions; without it, what is suggested.
    """
    names = [name for name in source.columns if name not in ADDED_COLUMNS]
    kind = kind_named(noun) or recognised(names) or ORDERS
    suggestions = suggested(names, kind.known)
    chosen = (
        suggestions
        if choices is None
        else {name: choices[at] for at, name in enumerate(source.columns) if choices.get(at)}
    )
    problems = _problems(source, chosen, kind)
    columns = _columns(chosen, source)
    entries = [] if problems else list(kind.entries(source, columns))
    refused = [entry for entry in entries if isinstance(entry, Rejected)]
    repeated = [each for entry in entries if isinstance(entry, Entry) for each in repeats(entry)]
    return Look(
        name=source.name,
        note=source.note,
        header=source.columns,
        delimiter=source.delimiter,
        kind=kind,
        other=mistaken(names, kind),
        columns=_views(source, kind, chosen, suggestions),
        problems=problems,
        needed=[name for alternatives in kind.required for name in alternatives],
        optional=_optional(kind, names),
        rows=[columns.named(row) for row in islice(source.rows(), SHOWN_ROWS)],
        row_count=sum(1 for _ in source.rows()),
        item_count=len(entries) - len(refused),
        refused_count=len(refused),
        refusals=_refusals(refused),
        repeats=sorted(repeated, key=lambda each: each.line)[:SHOWN_LINES],
        repeat_count=len(repeated),
    )


def entries_of(source: SourceFile, found: Look) -> list[Entry | Rejected]:
    """The items to send, and the rows that cannot become any."""
    chosen = {column.theirs: column.ours for column in found.columns if column.ours}
    return list(found.kind.entries(source, _columns(chosen, source)))


def _refusals(refused: Sequence[Rejected]) -> list[Refusal]:
    """The commonest reasons first."""
    lines: dict[str, list[int]] = {}
    for each in refused:
        lines.setdefault(each.reason, []).append(each.row.line)
    commonest = sorted(lines.items(), key=lambda each: len(each[1]), reverse=True)[:SHOWN_REASONS]
    return [Refusal(reason, len(every), sorted(every)[:SHOWN_LINES]) for reason, every in commonest]


def _columns(chosen: Mapping[str, str], source: SourceFile) -> Columns:
    return Columns(chosen, tuple(name for name in source.columns if name not in chosen))


def _problems(source: SourceFile, chosen: Mapping[str, str], kind: Kind) -> list[str]:
    targets = list(chosen.values())
    doubled = sorted({ours for ours in targets if targets.count(ours) > 1})
    strange = sorted({ours for ours in targets if not _may_be(ours, kind)})
    if strange:
        raise ValidationFailed.of([("columns", f"{strange[0]} is no column of ours", "invalid_enum_value")])
    if not any(True for _ in source.rows()):
        return ["The file has a header and no rows."]
    return [
        *(f"Two columns are read as {ours}: choose one." for ours in doubled),
        *(f"Choose the column that holds {one}." for one in missing(kind, targets)),
    ]


def _may_be(ours: str, kind: Kind) -> bool:
    return is_known(ours, kind.known) or (kind.keeps_metadata and ours.startswith(METADATA_PREFIX))


def _views(
    source: SourceFile, kind: Kind, chosen: Mapping[str, str], suggestions: Mapping[str, str]
) -> list[ColumnView]:
    values: dict[str, dict[str, None]] = {name: {} for name in source.columns}
    for row in source.rows():
        _note_values(row, values)
    return [
        ColumnView(
            position=position,
            theirs=name,
            values=list(values[name]),
            ours=chosen.get(name, ""),
            is_suggested=name in chosen and spelled(name) != chosen[name] == suggestions.get(name),
            kept_as=f"{METADATA_PREFIX}{name.strip().replace(' ', '_').lower()}"
            if kind.keeps_metadata and not is_known(name, kind.known)
            else "",
        )
        for position, name in enumerate(source.columns)
        if name not in ADDED_COLUMNS
    ]


def _note_values(row: SourceRow, values: Mapping[str, dict[str, None]]) -> None:
    for name, cell in row.cells.items():
        if cell and name in values and len(values[name]) < SHOWN_VALUES:
            values[name][cell] = None


def _optional(kind: Kind, names: Sequence[str]) -> list[str]:
    """Ours that may be missing: those of the declaration, and the countries' own that the file has."""
    needed = {name for alternatives in kind.required for name in alternatives}
    declared = [name for name in kind.known if name not in needed and COUNTRY not in name]
    countries = [name for name in names if is_known(name, kind.known) and name not in kind.known]
    return [*declared, *countries]
