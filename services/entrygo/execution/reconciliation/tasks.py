"""What becomes of an entry's tasks once another summary was given. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.execution.reconciliation.comparing import Difference
from entrygo.execution.reconciliation.summary import Recorded, Task, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Differences to open tasks for, and known tasks that changed."""

    opened: tuple[Difference, ...]
    changed: tuple[Task, ...]


def settle(known: Sequence[Task], found: Sequence[Difference], now: datetime) -> Settled:
    """An open task that is no difference any more is resolved; one that a person closed stays so."""
    current = {_key(each): each for each in found}
    changed: list[Task] = []
    for task in known:
        if task.state is TaskState.RESOLVED:
            continue
        found_again = current.get((task.code, task.place))
        if found_again is not None and _is_same(task, found_again):
            del current[task.code, task.place]
        elif task.state is TaskState.OPEN:
            changed.append(replace(task, state=TaskState.RESOLVED, closed_at=now))
    return Settled(opened=tuple(current.values()), changed=tuple(changed))


def state_of(recorded: Recorded, tasks: Sequence[Task]) -> str:
    """How an entry stands: differs, settled or matches; entered where no duty could be compared."""
    if any(task.state is TaskState.OPEN for task in tasks):
        return "differs"
    if any(task.state is TaskState.CLOSED for task in tasks):
        return "settled"
    is_compared = recorded.summary.duty_usd is not None and recorded.estimated.duty_low_usd is not None
    return "matches" if is_compared else "entered"


def reasons(tasks: Sequence[Task]) -> list[str]:
    """The codes of the open ones, each once."""
    return sorted({task.code for task in tasks if task.state is TaskState.OPEN})


def _key(difference: Difference) -> tuple[str, str]:
    return str(difference.reason), difference.place


def _is_same(task: Task, difference: Difference) -> bool:
    return (task.expected, task.actual) == (difference.expected, difference.actual)
