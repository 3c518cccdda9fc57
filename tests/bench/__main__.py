"""`make bench`, or `python -m tests.bench`: measures a system of its own beside the monolith and the floor.

Prints what it finds as it goes and writes it as JSON; asserts nothing.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import uvloop

from tests.bench.costs import largest
from tests.bench.counts import count_lifecycle
from tests.bench.crowd import measure_crowd
from tests.bench.floor import Floor
from tests.bench.hops import hops_figures, measure_hops
from tests.bench.large import SIZES, measure_large
from tests.bench.large_export import measure_large_export
from tests.bench.lifecycle_rows import learn_lifecycle
from tests.bench.machine import describe
from tests.bench.profiles import measure_profiles
from tests.bench.quiet import analyze, measure_growth, measure_idle, measure_visible
from tests.bench.rates import ROWS, Row, measure
from tests.bench.subjects import BareRows, Pack, Rest, Subject, monolith, name_of, ours
from tests.harness.system import System, running_system

# 10,000 orders of one importer, and of five.
WEEKS = {"large_10000": 0, "importers_10000": 5}
# Each of an account of its own.
WEEKS_IN_TURN = 3
OTHERS = ("hops", "profile", *WEEKS, *(size.name for size in SIZES), "visible", "idle", "growth", "crowd")
NAMES = (*(row.name for row in ROWS), *OTHERS)
# Take minutes for themselves: only where it is named.
ONLY_ON_REQUEST = {"growth", "crowd"}
IDLE_SECONDS = 20.0
# One account does what a machine can: on a quick one more than an account may.
UNLIMITED = {
    f"ENTRYGO_{rate}_PER_SECOND": "1000000"
    for rate in ("REQUESTS", "ITEMS", "ACCOUNT_REQUESTS", "ACCOUNT_ITEMS")
}
WARM_UP_LIFECYCLES = 5


class Bench:
    """One run: the subjects, and what was found so far. `system` has a process a service, `together` one."""

    def __init__(
        self, system: System, together: System, arguments: argparse.Namespace, stack: AsyncExitStack
    ) -> None:
        self._system = system
        self._together = together
        self._rounds: int = arguments.rounds
        self._seconds: float = arguments.seconds
        self._stack = stack
        self._monoliths: list[Subject] = []
        self._rates_of_small: dict[str, float] = {}
        self.found: dict[str, Any] = {
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "rounds": self._rounds,
            "seconds": self._seconds,
            **describe(),
        }

    async def run(self, names: Sequence[str]) -> None:
        for row in ROWS:
            if row.name in names:
                self._note("rates", await self._measure(row))
        three = await ours(self._system, pack=Pack.THREE)
        if "hops" in names:
            counts = await count_lifecycle(three, self._system)
            hops = hops_figures(await measure_hops(three, self._system), counts)
            self._note("hops", {"counts": counts, "hops": hops})
        if "profile" in names:
            self._note("profile", await measure_profiles(three))
        if "visible" in names:
            await self._visible()
        for name, importers in WEEKS.items():
            if name in names:
                for system in (self._system, self._together):
                    self._note("large", await self._week(system, name, importers))
        for size in SIZES:
            if size.name in names:
                for system in (self._system, self._together):
                    pack = await ours(system, pack=Pack.WHOLE)
                    self._note("large", {"subject": pack.name, **await measure_large(pack, size)})
        if "idle" in names:
            await self._idle()
        if "growth" in names:
            self._note("growth", await measure_growth(three, self._system, self._seconds * self._rounds))
        if "crowd" in names:
            self._note("crowd", await measure_crowd(three, self._system, self._seconds * self._rounds))

    async def _visible(self) -> None:
        for system in (self._system, self._together):
            subject = await ours(system, pack=Pack.THREE)
            rate = self._rates_of_small.get(subject.name) or await self._quick_rate(subject)
            seconds = self._seconds * self._rounds
            found = await measure_visible(subject, system, full_rate=rate, seconds=seconds)
            self._note("visible", {"subject": subject.name, **found})

    async def _idle(self) -> None:
        # PostgreSQL is measured as a whole, and they ask it things at rest, too.
        await self._end_the_others()
        systems = (self._system, self._together)
        subjects = [await ours(system, pack=Pack.THREE) for system in systems]
        measuring = (
            measure_idle(subject, system, IDLE_SECONDS)
            for subject, system in zip(subjects, systems, strict=True)
        )
        for subject, found in zip(subjects, await asyncio.gather(*measuring), strict=True):
            self._note("idle", {"subject": subject.name, **found})

    async def _measure(self, row: Row) -> dict[str, Any]:
        own = await ours(self._system, pack=row.pack)
        one = await ours(self._together, pack=row.pack)
        subjects: list[Subject] = [own, one, *await self._compared(row)]
        async with Floor.open(self._system.database_url) as floor:
            if row.kind == "lifecycle":
                for number in range(WARM_UP_LIFECYCLES):
                    export_id = await own.export(number, row.orders)
                    await one.export(number, row.orders)
                own.close()
                one.close()
                await asyncio.sleep(1)  # its last events are projected
                floor.learn(row.orders, await learn_lifecycle(self._system.database_url, export_id))
                for system in (self._system, self._together):
                    await analyze(system)
            subjects.append(BareRows(floor, self._system))
            figures = await measure(row, subjects, rounds=self._rounds, seconds=self._seconds)
        if row.name == "lifecycle_1":
            self._rates_of_small = {each.name: _median_rate(figures, each) for each in (own, one)}
        return figures

    async def _compared(self, row: Row) -> Sequence[Subject]:
        """Both forms of the monolith; a sync is the same in both. Its documents are three in any case."""
        if row.pack is Pack.BUT_PDF:
            return ()
        if not self._monoliths:
            for workflows in (False, True):
                subject = await self._stack.enter_async_context(monolith(self._system, workflows=workflows))
                self._monoliths.append(subject)
        return self._monoliths if row.kind == "lifecycle" else self._monoliths[:1]

    async def _end_the_others(self) -> None:
        await self._stack.aclose()
        self._monoliths.clear()

    async def _quick_rate(self, subject: Rest) -> float:
        row = next(row for row in ROWS if row.name == "lifecycle_1")
        figures = await measure(row, [subject], rounds=1, seconds=self._seconds)
        return _median_rate(figures, subject)

    async def _week(self, system: System, name: str, importers: int) -> dict[str, Any]:
        weeks = [await measure_large_export(system, importers=importers) for _ in range(WEEKS_IN_TURN)]
        return {
            "subject": name_of(system),
            "name": name,
            "importers": max(importers, 1),
            "exports": 1,
            "orders": weeks[0].orders,
            "documents": weeks[0].documents,
            "plan_seconds": median(week.plan_seconds for week in weeks),
            "plan_seconds_in_turn": [week.plan_seconds for week in weeks],
            "execute_seconds": median(week.execute_seconds for week in weeks),
            "plan_peak_mib": largest(week.plan_peaks for week in weeks),
            "execute_peak_mib": largest(week.execute_peaks for week in weeks),
        }

    def _note(self, section: str, figures: dict[str, Any] | list[dict[str, Any]]) -> None:
        print(orjson.dumps({section: figures}, option=orjson.OPT_INDENT_2).decode(), flush=True)
        if section in ("rates", "large", "visible", "idle"):
            self.found.setdefault(section, []).append(figures)
        else:
            self.found[section] = figures


def _median_rate(figures: Mapping[str, Any], subject: Subject) -> float:
    return float(figures["subjects"][subject.name]["per_second"]["median"])


async def run(arguments: argparse.Namespace) -> None:
    async with (
        running_system(UNLIMITED) as system,
        running_system({**UNLIMITED, "ENTRYGO_TOGETHER": "true"}) as together,
        AsyncExitStack() as stack,
    ):
        bench = Bench(system, together, arguments, stack)
        try:
            await bench.run(arguments.only)
        finally:
            content = orjson.dumps(bench.found, option=orjson.OPT_INDENT_2)
            await asyncio.to_thread(arguments.out.write_bytes, content + b"\n")
            print(f"written: {arguments.out}")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    usual = [name for name in NAMES if name not in ONLY_ON_REQUEST]
    parser.add_argument(
        "--only", nargs="+", choices=NAMES, default=usual, help="these rows; all but growth and crowd"
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="of a subject's turn")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each subject, interleaved")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="where the JSON goes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(run(parse(sys.argv[1:]))))
