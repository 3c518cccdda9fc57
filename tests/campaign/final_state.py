"""What is there when a campaign has ended and everything had its time to settle: values for the checker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as sync holds it."""

    account: str
    id: str
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One row of the ledger of what was sent to brokers."""

    account: str
    id: str
    export_id: str
    status: str
    attempts: int
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A customs package. `documents`: name → digest that is promised, digest of what is answered."""

    account: str
    id: str
    export_id: str
    number: str
    documents: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event in its owner's log."""

    account: str
    source: str
    export_id: str
    sequence: int
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export: its state in its owner's row, in the list, and what inspect answers."""

    account: str
    id: str
    state: str
    order_ids: tuple[str, ...]
    listed: Mapping[str, Any] | None
    inspected: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that the brokers' server took."""

    submission_id: str
    export_id: str
    message_id: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalState:
    """All of it. `unsettled` names what was still under way when its time was over."""

    orders: Sequence[Order] = ()
    exports: Sequence[Export] = ()
    packages: Sequence[Package] = ()
    submissions: Sequence[Submission] = ()
    events: Sequence[Event] = ()
    mails: Sequence[Mail] = ()
    # (account, order id, export id): which export has the order for good.
    claims: Sequence[tuple[str, str, str]] = ()
    outbox: int = 0
    dead_letters: int = 0
    unsettled: Sequence[str] = ()
