"""What a mail to the broker says, once as text and once as HTML: the same words and figures. Pure.

HTML has no script, image or address of ours but the link; every text of outside origin is escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from entrygo.execution.package.figures import amount, plain_figure
from entrygo.execution.package.summary import PackageSummary, SummarisedEntry

_STYLE = "font-family:Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45;color:#14202b"
_LABEL = "padding:2px 16px 2px 0;color:#5a6a78;vertical-align:top"
_NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and what stands beside them."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Link:
    """An address to open, in a line of its own."""

    url: str


Part = str | Facts | Link


def facts_of(summary: PackageSummary) -> Facts:
    """Who ships, for whom, how much, where and when."""
    return Facts(
        (
            *shipper_of(summary).rows,
            *(_entry(entry, is_only=len(summary.entries) == 1) for entry in summary.entries),
            ("Port of entry", summary.port),
            ("Expected entry date", summary.arrives_on.isoformat()),
            ("Orders", f"{summary.orders:,}"),
            ("Value", f"USD {amount(summary.value_usd)}"),
            ("Pieces", summary.quantities),
            ("Gross weight", _kilograms(summary)),
        )
    )


def shipper_of(summary: PackageSummary) -> Facts:
    """Who ships, and whom to ask."""
    return Facts(
        (
            ("Shipper", _joined(summary.shipper, summary.shipper_place)),
            ("Contact", summary.contact),
        )
    )


def in_short(summary: PackageSummary) -> str:
    """For the line of a mailbox: importer, port, date."""
    importers = list(dict.fromkeys(entry.importer for entry in summary.entries if entry.importer))
    named = importers[0] if len(importers) == 1 else f"{len(importers)} importers" if importers else ""
    return _joined(named, summary.port, summary.arrives_on.isoformat())


def as_text(parts: Sequence[Part]) -> str:
    """The mail as plain text: paragraphs with an empty line between."""
    return "\n\n".join(map(_text, parts)) + "\n"


def as_html(parts: Sequence[Part]) -> str:
    """The same mail as a whole HTML document, every text escaped."""
    body = "".join(map(_html, parts))
    return f'<!doctype html>\n<html lang="en"><body style="{_STYLE}">\n{body}</body></html>\n'


def _text(part: Part) -> str:
    match part:
        case Facts(rows):
            width = max(len(label) for label, _ in rows) + 2
            return "\n".join(f"{label + ':':<{width}}{value or _NOT_STATED}" for label, value in rows)
        case Link(url):
            return url
        case _:
            return part


def _html(part: Part) -> str:
    match part:
        case Facts(rows):
            listed = "".join(
                f'<tr><td style="{_LABEL}">{escape(label)}</td><td>{escape(value or _NOT_STATED)}</td></tr>\n'
                for label, value in rows
            )
            return f"<table>\n{listed}</table>\n"
        case Link(url):
            return f'<p><a href="{escape(url)}">Open the package</a></p>\n'
        case _:
            return "<p>" + escape(part).replace("\n", "<br>\n") + "</p>\n"


def _entry(entry: SummarisedEntry, *, is_only: bool) -> tuple[str, str]:
    counts = (_counted(entry.lines, "line"), _counted(entry.orders, "order"))
    label = "Importer, entry" if is_only else f"Entry {entry.number}"
    value = f"USD {amount(entry.value_usd)}"
    paps = entry.paps_number and f"PAPS {entry.paps_number}"
    filed = entry.filed_as and f"filed as {entry.filed_as}"
    return label, _joined(entry.importer, filed, f"type {entry.entry_type} (estimate)", *counts, value, paps)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _kilograms(summary: PackageSummary) -> str:
    known = summary.gross_weight_kg
    return "" if known is None else f"{plain_figure(known)} kg"


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
