"""A linked submission in the words and forms of the broker's page. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from entrygo.domain.time import parse_rfc3339
from entrygo.gateway.console.words import counted, money
from entrygo.gateway.entry_numbers import MAX_FIELDS
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2

_KIBIBYTE = 1024
SHOWN_PAPS = 4
_OF_AN_ENTRY = re.compile(r"entry-([0-9]+)_")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    filename: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """What was given back of an entry."""

    entry: int
    entry_number: str
    duty: str
    fees: str
    recorded_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedEntry:
    """One entry that is to be filed, or corrected under the number that it was filed as."""

    number: int
    importer: str
    figures: str
    paps_numbers: str
    filed_as: str
    # What the broker gave so far.
    entry_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentGroup:
    """The documents of one entry, or of the truck."""

    title: str
    documents: tuple[DocumentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryView:
    """The package in short; what nobody stated is empty."""

    shipper: str
    contact: str
    value: str
    orders: int
    lines: int
    port: str
    arrives_on: str
    entries: tuple[ShippedEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerView:
    """Everything the page shows; `status` picks its colour and its words."""

    is_test: bool
    package_number: str
    export_id: str
    sender: str
    prepared_at: str
    expires_on: str
    status: str
    answered_at: str
    entry_number: str
    # Of each entry, as far as the broker gave them: `2: ABC-1234567-6` where there are several.
    numbers: tuple[str, ...]
    broker_reason: str
    reason: str
    documents: tuple[DocumentGroup, ...]
    document_count: int
    entries: tuple[EntryView, ...]
    # With more than one of them each has fields of its own; the first ones, as many as a form can have.
    forms: tuple[ShippedEntry, ...]
    unshown_forms: int
    # The entry that the link is of; empty for all.
    entry: str
    pack_size: str
    pack_sha256: str
    # Of a package that is not to be filed any more; empty for one that is.
    closed: str
    closed_at: str
    closed_reason: str
    replaced_by: str
    replaced_by_url: str
    # None in packages from before it was kept.
    summary: SummaryView | None


def broker_view(link: execution_pb2.BrokerLink) -> BrokerView:
    """What the page's template shows of a link."""
    submission = link.broker_submission
    numbers = {each.entry: each.entry_number for each in submission.entry_numbers}
    if submission.entry_number and not numbers:
        # An execution of the previous release names the first alone.
        numbers = {submission.entry or 1: submission.entry_number}
    summary = _summary(link.summary, numbers) if link.HasField("summary") else None
    shipped = summary.entries if summary else ()
    return BrokerView(
        is_test=link.mode == "test",
        package_number=link.package_number,
        export_id=link.export_id,
        sender=link.sender,
        prepared_at=moment(link.prepared_at),
        expires_on=moment(link.expires_at).partition(",")[0],
        status=submission.status,
        answered_at=moment(submission.answered_at) if submission.HasField("answered_at") else "",
        entry_number=submission.entry_number,
        numbers=tuple(
            f"{number} (entry {entry})" if len(shipped) > 1 else number for entry, number in numbers.items()
        ),
        broker_reason=submission.broker_reason,
        reason=submission.reason,
        documents=_grouped(link.artifacts),
        document_count=len(link.artifacts),
        forms=shipped[:MAX_FIELDS],
        unshown_forms=max(0, len(shipped) - MAX_FIELDS),
        entry=str(submission.entry) if submission.entry else "",
        entries=tuple(map(_entry, link.entries)),
        pack_size=size(link.pack.size_bytes),
        pack_sha256=link.pack.sha256,
        closed=link.closed.state,
        closed_at=moment(link.closed.at) if link.closed.at else "",
        closed_reason=link.closed.reason,
        replaced_by=link.closed.replaced_by_number,
        replaced_by_url=link.closed.replaced_by_url,
        summary=summary,
    )


def _grouped(artifacts: Iterable[events_pb2.Artifact]) -> tuple[DocumentGroup, ...]:
    """By the entry that begins a document's name; those of the truck first, as they come."""
    groups: dict[str, list[DocumentView]] = {}
    for each in artifacts:
        named = _OF_AN_ENTRY.match(each.filename)
        title = f"Entry {named[1]}" if named else ""
        view = DocumentView(filename=each.filename, size=size(each.size_bytes), sha256=each.sha256)
        groups.setdefault(title, []).append(view)
    return tuple(DocumentGroup(title=title, documents=tuple(views)) for title, views in groups.items())


def _summary(kept: execution_pb2.BrokerLink.Summary, numbers: Mapping[int, str]) -> SummaryView:
    return SummaryView(
        shipper=", ".join(filter(None, (kept.shipper, kept.shipper_place))),
        contact=kept.contact,
        value=money(kept.value_usd),
        orders=kept.orders,
        lines=sum(entry.lines for entry in kept.entries),
        port=kept.port,
        arrives_on=f"{date.fromisoformat(kept.arrives_on):%-d %b %Y}" if kept.arrives_on else "",
        entries=tuple(
            ShippedEntry(
                number=entry.number,
                importer=entry.importer,
                figures=f"type {entry.entry_type}, {counted(entry.lines, 'line')}, {money(entry.value_usd)},"
                f" {counted(entry.orders, 'order')}",
                paps_numbers=", ".join(entry.paps_numbers[:SHOWN_PAPS])
                + (" …" if len(entry.paps_numbers) > SHOWN_PAPS else ""),
                filed_as=entry.filed_as,
                entry_number=numbers.get(entry.number, ""),
            )
            for entry in kept.entries
        ),
    )


def _entry(outcome: events_pb2.EntryOutcome) -> EntryView:
    return EntryView(
        entry=outcome.entry,
        entry_number=outcome.entry_number,
        duty=outcome.duty_usd,
        fees=outcome.fees_usd,
        recorded_at=moment(outcome.recorded_at),
    )


def moment(text: str) -> str:
    """A moment in UTC as the broker's pages say it: `11 Mar 2026, 16:10 UTC`."""
    return f"{parse_rfc3339(text):%-d %b %Y, %H:%M} UTC"


def size(count: int) -> str:
    """A number of bytes as people say it: `12 KB`."""
    if count < _KIBIBYTE:
        return f"{count} bytes"
    if count < _KIBIBYTE**2:
        return f"{count / _KIBIBYTE:.0f} KB"
    return f"{count / _KIBIBYTE**2:.1f} MB"
