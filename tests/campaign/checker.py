"""Finds what does not hold of a history and of what is left when it ends. Pure: values in, findings out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.campaign import effect_invariants, inspect_invariants, write_invariants
from tests.campaign.final_state import FinalState
from tests.campaign.history import History

Invariant = Callable[[History, FinalState], Iterator[str]]

INVARIANTS: Mapping[str, Invariant] = MappingProxyType(
    {
        each.__name__.replace("_", " "): each
        for each in (
            write_invariants.no_acknowledged_write_is_lost,
            write_invariants.replays_are_equal,
            write_invariants.a_key_is_used_for_one_payload,
            write_invariants.each_write_is_there_once,
            effect_invariants.no_order_leaves_twice,
            effect_invariants.each_export_has_one_package,
            effect_invariants.no_mail_is_sent_twice,
            effect_invariants.each_export_has_one_submission,
            inspect_invariants.inspect_never_goes_back,
            inspect_invariants.inspect_shows_what_was_acknowledged,
            inspect_invariants.list_and_inspect_agree,
            effect_invariants.events_are_whole_and_move_by_the_table,
            effect_invariants.documents_are_what_was_promised,
            effect_invariants.nothing_crosses_accounts,
            write_invariants.answers_are_deserved,
            effect_invariants.everything_settles,
        )
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant that does not hold, and where."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


def check(history: History, final: FinalState) -> list[Finding]:
    """Everything that does not hold; empty when all is well."""
    return [
        Finding(name, what) for name, invariant in INVARIANTS.items() for what in invariant(history, final)
    ]
