"""The broker of test mode: delivers nothing, and does what the broker's e-mail address asks of it.

`accept@…`, `reject@…` and `bounce@…` take the package and answer a moment later; `refuse@…` refuses it at
once, `timeout@…` is not reached, `hangup@…` takes it and hangs up. Any other takes it and stays silent.
What follows a `+` is free: `reject+missing-mid@example.com`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from entrygo.domain.entry_number import entry_number
from entrygo.execution.broker.channels.base import BeforeData, Delivery, Outcome, Result
from entrygo.execution.state.records import SubmissionStatus

SENT = Result(Outcome.SENT, "Simulated: test data is never sent to a broker.")
_RESULTS: Mapping[str, Result] = MappingProxyType(
    {
        "refuse": Result(Outcome.REFUSED, "550 5.7.1 Simulated: this broker refuses everything."),
        "timeout": Result(Outcome.TRANSIENT, "Simulated: the broker's server does not answer."),
        "hangup": Result(Outcome.UNKNOWN, "Simulated: the connection was lost after the package was sent."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """The answer of the simulated broker once it has the package."""

    status: SubmissionStatus
    reason: str | None = None
    gives_numbers: bool = False

    @staticmethod
    def number_of(entry: int) -> str:
        """`TST-0000001-8` for the first entry."""
        return entry_number("TST", entry)


_REACTIONS: Mapping[str, Reaction] = MappingProxyType(
    {
        "accept": Reaction(status=SubmissionStatus.ACKNOWLEDGED, gives_numbers=True),
        "reject": Reaction(
            status=SubmissionStatus.REJECTED, reason="Simulated: this broker rejects everything."
        ),
        "bounce": Reaction(
            status=SubmissionStatus.FAILED, reason="Simulated: 550 5.1.1 returned, no such mailbox."
        ),
    }
)


def reaction_of(recipient: str | None) -> Reaction | None:
    """What this broker answers later, if anything."""
    return _REACTIONS.get(_wish(recipient))


class SimulatedChannel:
    """Goes through the same phases as a real channel."""

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        result = _RESULTS.get(_wish(delivery.recipient), SENT)
        if result.outcome in (Outcome.SENT, Outcome.UNKNOWN):
            await before_data()
        return result

    async def close(self) -> None:
        return None


def _wish(recipient: str | None) -> str:
    local = (recipient or "").rpartition("@")[0]
    return local.partition("+")[0].lower()
