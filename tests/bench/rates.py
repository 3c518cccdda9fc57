"""The rows that are rates: subjects take turns under the same load, round by round."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.costs import Meter
from tests.bench.figures import ratios, subject_figures
from tests.bench.load import Turn, drive
from tests.bench.subjects import ONE_PROCESS, OURS, Pack, Subject

CLIENTS = 16
WARM_UP = 0.15  # of a turn's seconds
# What a turn leaves to be done behind its answers (events, projections) belongs to it.
SETTLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    name: str
    title: str
    kind: str  # "sync" or "lifecycle"
    orders: int
    pack: Pack = Pack.THREE


ROWS = (
    Row("sync_100", "sync, 100 orders a request (orders/s)", "sync", 100),
    Row("sync_1", "sync, 1 order a request (orders/s)", "sync", 1),
    Row("lifecycle_1", "lifecycle of 1 order, three documents (/s)", "lifecycle", 1),
    Row("lifecycle_50", "lifecycle of 50 orders, three documents (/s)", "lifecycle", 50),
    Row("pack_1", "lifecycle of 1 order, whole pack (/s)", "lifecycle", 1, pack=Pack.WHOLE),
    Row("pack_50", "lifecycle of 50 orders, whole pack (/s)", "lifecycle", 50, pack=Pack.WHOLE),
    Row("pack_1_but_pdf", "lifecycle of 1 order, whole pack but its PDF (/s)", "lifecycle", 1, Pack.BUT_PDF),
    Row(
        "pack_50_but_pdf",
        "lifecycle of 50 orders, whole pack but its PDF (/s)",
        "lifecycle",
        50,
        Pack.BUT_PDF,
    ),
)


async def measure(row: Row, subjects: Sequence[Subject], *, rounds: int, seconds: float) -> dict[str, Any]:
    """The figures of one row. Every second round goes through the subjects backwards."""
    for subject in subjects:
        await _turn(row, subject, seconds * WARM_UP)
    turns: dict[str, list[Turn]] = {subject.name: [] for subject in subjects}
    costs: dict[str, list[dict[str, float]]] = {subject.name: [] for subject in subjects}
    for number in range(rounds):
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            meter = Meter(subject.processes)
            before = meter.read()
            turns[subject.name].append(await _turn(row, subject, seconds))
            await asyncio.sleep(SETTLE_SECONDS)
            costs[subject.name].append(meter.since(before))
    items = row.orders if row.kind == "sync" else 1
    return {
        "name": row.name,
        "title": row.title,
        "clients": CLIENTS,
        "subjects": {name: subject_figures(turns[name], costs[name], items) for name in turns},
        "ratios": {name: ratios(turns, of=name) for name in (OURS, ONE_PROCESS) if name in turns},
    }


async def _turn(row: Row, subject: Subject, seconds: float) -> Turn:
    async def work(number: int) -> None:
        await (subject.sync if row.kind == "sync" else subject.lifecycle)(number, row.orders)

    try:
        return await drive(CLIENTS, seconds, work)
    finally:
        subject.close()
