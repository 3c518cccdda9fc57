"""`python -m tests.attack [WORD …]`: attacks a running system of its own, one way after the other.

With words, in those ways alone whose name holds one of them. Beside each an honest client asks; printed are
the answers by class, what leaked, what broke, the honest client's p99 over that of calm times, and the
memory of the part that grew most. Fails when anything leaked or broke, when an honest request failed, where
a ratio or the memory is beyond its bound, or where a way had too few attempts to say anything.
ENTRYGO_ATTACK_SECONDS is how long each way lasts; one that is slow goes on until it has had its least.

Attackers have machines of their own: here they have what the system and the honest client leave of this
one (ENTRYGO_ATTACK_NICE, 19; at 0 they take their share of its cores, and a ratio says that, too).
"""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from tests.attack.addresses import lead_inside
from tests.attack.agents import hold_agents, sweep_agents
from tests.attack.busy import be_busy, plan_much
from tests.attack.files import drop_files
from tests.attack.floods import guess_keys_on_grpc, guess_keys_on_rest, send_large_bodies
from tests.attack.honest import Answer, Errand, Honest, honest_client
from tests.attack.idling import hold_connections, hold_streams, trickle
from tests.attack.large_messages import send_large_messages
from tests.attack.links import try_links
from tests.attack.messages import send_spoilt_messages
from tests.attack.odd_requests import ask_oddly
from tests.attack.parts import Parts
from tests.attack.records import ask_for_others_records
from tests.attack.sign_in import try_the_console
from tests.attack.sweep import open_links_of_entries, sweep_operations, sweep_rpcs
from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.attack.unread import leave_unread
from tests.harness.groups import TOGETHER_SETTING
from tests.harness.system import System, running_system
from tests.isolation.callers import keys_of
from tests.isolation.victim import Victim, make_victim

SECONDS_SETTING = "ENTRYGO_ATTACK_SECONDS"
DEFAULT_SECONDS = "20"
NICE_SETTING = "ENTRYGO_ATTACK_NICE"
DEFAULT_NICE = "19"
# By way, one where none is named: what it takes to try all of it once.
LEAST_ATTEMPTS = {"dropped files": 17}
# How much longer it may take for that.
LONGEST = 15
CALM_SECONDS = 5.0
WORST_RATIO = 3.0
# Above what the parts had when nobody attacked them.
WORST_MEBIBYTES = 400.0
SHOWN = 5
# A public address that answers nobody (AS112, RFC 7535). The endpoint is disabled before anything is sent.
ABROAD = "https://192.31.196.1/"

Attack = Callable[[Target, Tally], Coroutine[None, None, None]]
ATTACKS: Mapping[str, Attack] = {
    "unknown keys, REST": guess_keys_on_rest,
    "unknown keys, gRPC": guess_keys_on_grpc,
    "silent connections": hold_connections,
    "trickled heads and bodies": trickle,
    "idle streams": hold_streams,
    "bodies of 8 MB": send_large_bodies,
    "odd requests and paths": ask_oddly,
    "others' records": ask_for_others_records,
    "addresses inside": lead_inside,
    "spoilt protobuf": send_spoilt_messages,
    "large messages, gRPC": send_large_messages,
    "brokers' links": try_links,
    "sign-in of the console": try_the_console,
    "dropped files": drop_files,
    "narrow keys, every RPC": sweep_rpcs,
    "narrow keys, every operation": sweep_operations,
    "narrow keys, every tool of agents": sweep_agents,
    "held connections of agents": hold_agents,
    "links of single entries": open_links_of_entries,
    "unread answers": leave_unread,
    "a busy tenant": be_busy,
    "a busy tenant of large exports": plan_much,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one attack showed."""

    name: str
    tally: Tally
    calm: Sequence[Answer]
    honest: Sequence[Answer]
    memory_before: Mapping[str, float]
    memory: Mapping[str, float]
    # By part, the honest client's share in it.
    cpu_seconds: Mapping[str, float]

    @property
    def failed(self) -> int:
        """Requests of the honest client that were not answered with 200."""
        return sum(each.status != 200 for each in self.honest)

    @property
    def grown(self) -> tuple[float, str]:
        """By how many MiB, and which part: the one that grew most."""
        return max((most - self.memory_before.get(part, most), part) for part, most in self.memory.items())

    @property
    def busiest(self) -> Sequence[tuple[str, float]]:
        """The three parts that took the most CPU time, and their seconds."""
        return sorted(self.cpu_seconds.items(), key=lambda each: -each[1])[:3]


def main(words: Sequence[str]) -> int:
    """Gives the exit status: 0 when everything held."""
    wanted = {
        name: work for name, work in ATTACKS.items() if not words or any(word in name for word in words)
    }
    seconds = float(os.environ.get(SECONDS_SETTING, DEFAULT_SECONDS))
    rows, calm = asyncio.run(_attack_all(wanted, seconds))
    p99 = _p99(calm)
    print(f"honest client, calm: p99 {1000 * p99:.0f} ms of {len(calm)} requests")
    return max((_print_row(row, p99) for row in rows), default=0)


async def _attack_all(attacks: Mapping[str, Attack], seconds: float) -> tuple[list[Row], list[Answer]]:
    async with running_system(_shape()) as system, keys_of(system) as keys:
        connection = await asyncpg.connect(system.database_url)
        try:
            victim = await make_victim(system, connection, ABROAD)
            async with honest_client(_errand(system, victim)) as honest:
                os.nice(int(os.environ.get(NICE_SETTING, DEFAULT_NICE)))
                target = Target(victim=victim, keys=keys)
                await honest.is_under_way()
                rows = [await _attack(name, work, target, honest, seconds) for name, work in attacks.items()]
        finally:
            await connection.close()
    return rows, [answer for row in rows for answer in row.calm]


def _shape() -> Mapping[str, str]:
    return {"ENTRYGO_TOGETHER": os.environ.get(TOGETHER_SETTING, "false")}


async def _attack(name: str, work: Attack, target: Target, honest: Honest, seconds: float) -> Row:
    parts, tally = Parts(target.victim.system), Tally()
    watching = asyncio.create_task(parts.watch())
    quiet = time.time()
    await asyncio.sleep(CALM_SECONDS)
    began, before, used_before = time.time(), parts.most_memory(), parts.cpu_seconds()
    task = asyncio.create_task(work(target, tally))
    await _lasted(task, tally, seconds, _least(name))
    ended, used = time.time(), parts.cpu_seconds()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    watching.cancel()
    print(f"{name}: {tally.attempts} attempts", flush=True)
    return Row(
        name=name,
        tally=tally,
        calm=honest.between(quiet, began),
        honest=honest.between(began, ended),
        memory_before=before,
        memory=parts.most_memory(),
        cpu_seconds={name: seconds - used_before.get(name, 0.0) for name, seconds in used.items()},
    )


async def _lasted(task: "asyncio.Task[None]", tally: Tally, seconds: float, least: int) -> None:
    """For so long; then on until there were as many attempts, within bounds."""
    await asyncio.wait({task}, timeout=seconds)
    end = time.monotonic() + (LONGEST - 1) * seconds
    while tally.attempts < least and not task.done() and time.monotonic() < end:
        await asyncio.wait({task}, timeout=1.0)


def _least(name: str) -> int:
    return LEAST_ATTEMPTS.get(name, 1)


def _errand(system: System, victim: Victim) -> Errand:
    return Errand(
        base_url=system.base_url,
        key=system.api_key,
        account_id=system.account_id,
        warehouse_id=system.warehouse_id,
        broker_id=system.broker_id,
        export_id=victim.open,
        order_ids=victim.open_order_ids,
    )


def _print_row(row: Row, calm: float) -> int:
    """Gives 1 when something did not hold."""
    tally, (grown, part), p99 = row.tally, row.grown, _p99(row.honest)
    ratio = p99 / calm
    answers = ", ".join(f"{count} {answer}" for answer, count in tally.answers.most_common())
    print(f"\n{row.name}: {tally.attempts} attempts: {answers}")
    print(f"  leaks {len(tally.leaks)}, broken {len(tally.broken)}")
    honest = f"{1000 * p99:.0f} ms of {len(row.honest)}, ratio {ratio:.2f}"
    print(f"  honest p99 {honest}, {row.failed} failed")
    for asked in sorted({each.asked for each in row.honest}):
        before, during = (1000 * _p99_of(each, asked) for each in (row.calm, row.honest))
        print(f"    {asked}: {before:.0f} ms calm, {during:.0f} ms")
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in row.busiest)
    print(f"  CPU seconds {spent}")
    print(f"  memory {part} {grown:+.0f} MiB to {row.memory[part]:.0f}")
    for found in (*dict.fromkeys(tally.leaks[:SHOWN]), *dict.fromkeys(tally.broken[:SHOWN])):
        print(f"  ! {found}")
    if is_too_few := tally.attempts < _least(row.name):
        print(f"  ! says nothing: fewer than {_least(row.name)} attempts")
    is_broken = tally.leaks or tally.broken or row.failed
    return bool(is_broken or is_too_few or ratio >= WORST_RATIO or grown >= WORST_MEBIBYTES)


def _p99_of(answers: Sequence[Answer], asked: str) -> float:
    return _p99([each for each in answers if each.asked == asked])


def _p99(answers: Sequence[Answer]) -> float:
    seconds = sorted(each.seconds for each in answers)
    return seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)] if seconds else float("inf")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
