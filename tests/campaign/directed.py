"""Faults that bring about the one moment in which a single protection counts, whatever the load is at.

Each waits for what it needs to be in the database, not for a time, so that it does not matter how busy the
machine is. They are taken where they are named.
"""

import asyncio
import contextlib
import random
import signal
from collections.abc import Awaitable, Callable

import asyncpg
from aiokafka import AIOKafkaProducer

from entrygo.execution.state.failpoints import AFTER_CLAIM
from entrygo.messaging.events import EXPORTS_TOPIC
from entrygo.messaging.seal import HEADER, Seal
from entrygo.proto.events.v1 import events_pb2
from tests.campaign.cluster import DATABASE_AWAY, POLL_SECONDS, SETTINGS, Cluster
from tests.campaign.nemesis import Fault
from tests.contract.smtp_faults import Fault as MailFault

# For one thing that the load, or another process, is to do.
PATIENCE_SECONDS = 30.0
OVERTAKEN_AT_ONCE = 3
# Two that end before, and as many at once as the mail server has places.
SILENT_AT_MOST = 6


async def die_after_a_claim(cluster: Cluster, choose: random.Random) -> str:
    """The execution process dies that comes next to where planning has given it an export."""
    cluster.failpoint.write_text(AFTER_CLAIM, encoding="utf-8")

    async def has_died() -> bool:
        return not cluster.failpoint.exists()

    try:
        is_dead = await _comes_true(has_died)
    finally:
        cluster.failpoint.unlink(missing_ok=True)
    return AFTER_CLAIM if is_dead else "(nobody came there)"


async def take_over_a_mail(cluster: Cluster, choose: random.Random) -> str:
    """A process hangs just before its mail leaves; another one sends it; then the first wakes and goes on."""
    first, second = choose.sample(cluster.of("execution"), 2)
    attempt: tuple[str, int] | None = None
    is_sent = False
    try:
        # While the other one hangs, what begins is the first one's.
        second.send(signal.SIGSTOP)
        known = await _under_way(cluster)
        cluster.mail.fault = MailFault.RCPT_HANG

        async def has_begun() -> bool:
            nonlocal attempt
            attempt = min(await _under_way(cluster) - known, default=None)
            return attempt is not None

        if await _comes_true(has_begun):
            first.send(signal.SIGSTOP)
            cluster.mail.fault = MailFault.NONE
            second.send(signal.SIGCONT)
            is_sent = await _comes_true(lambda: _was_sent_later(cluster, attempt))
    finally:
        cluster.mail.fault = MailFault.NONE
        # Of those that hang the server answers every session: the first one hears that it may go on.
        cluster.mail.go_on()
        for node in (first, second):
            node.send(signal.SIGCONT)
    return f"from {first.name} by {second.name}" if is_sent else "(no mail was taken over)"


async def _under_way(cluster: Cluster) -> set[tuple[str, int]]:
    """Attempts of which no mail can have left: submission and number."""
    rows = await cluster.fetch(
        "SELECT id, attempts FROM execution.broker_submissions"
        " WHERE status = 'sending' AND phase = 'envelope'"
    )
    return {(row["id"], row["attempts"]) for row in rows}


async def _was_sent_later(cluster: Cluster, attempt: tuple[str, int] | None) -> bool:
    """Whether a later attempt than this one ended well."""
    assert attempt is not None
    rows = await cluster.fetch(
        "SELECT FROM execution.broker_submissions WHERE id = $1 AND attempts > $2 AND status = 'sent'",
        *attempt,
    )
    return bool(rows)


async def lose_a_reply(cluster: Cluster, choose: random.Random) -> str:
    """The mail server takes one mail, and its sender never hears of that."""
    before = len(cluster.mail.accepted)

    async def was_taken() -> bool:
        return len(cluster.mail.accepted) > before

    cluster.mail.fault = MailFault.DOT_TAKEN_DROP
    try:
        was_lost = await _comes_true(was_taken)
    finally:
        cluster.mail.fault = MailFault.NONE
    return "of a mail" if was_lost else "(no mail came)"


async def overtake_events(cluster: Cluster, choose: random.Random) -> str:
    """The relay of planning is held up, and later events of an export reach the topic before earlier ones."""
    overtaken: set[str] = set()
    held = await asyncpg.connect(cluster.database_url)
    producer = AIOKafkaProducer(bootstrap_servers=cluster.broker.bootstrap, acks="all")
    try:
        await producer.start()
        async with held.transaction():
            # Without its lease the relay deletes nothing and leads nobody; those who append do not need it.
            await held.execute("LOCK TABLE planning.relay_lease IN ACCESS EXCLUSIVE MODE")
            # One batch may be on its way from before; what is queued by now is not overtaken.
            [row] = await cluster.fetch("SELECT coalesce(max(id), 0) AS last FROM planning.outbox")

            async def is_enough() -> bool:
                for event in await _second_ones(cluster, row["last"]):
                    if event.stream_id not in overtaken:
                        await _publish(producer, event)
                        overtaken.add(event.stream_id)
                return len(overtaken) >= OVERTAKEN_AT_ONCE

            await _comes_true(is_enough)
    finally:
        await producer.stop()
        await held.close()
    return f"of {len(overtaken)} exports"


async def let_nobody_in(cluster: Cluster, choose: random.Random) -> str:
    """The mail server ends every connection at once, so that none is under way when it is well again.

    Until every process has left it alone: none makes more than SILENT_AT_MOST attempts before it does.
    """

    async def left_alone() -> bool:
        rows = await cluster.fetch(
            "SELECT coalesce(sum(attempts), 0) AS tries FROM execution.broker_submissions"
            " WHERE status = 'prepared'"
        )
        return int(rows[0]["tries"]) >= SILENT_AT_MOST * len(cluster.of("execution"))

    cluster.mail.fault = MailFault.GREETING_DROP
    cluster.mail.close()
    try:
        is_alone = await _comes_true(left_alone)
    finally:
        cluster.mail.fault = MailFault.NONE
    return "until it was left alone" if is_alone else "for as long as there was"


async def _second_ones(cluster: Cluster, after: int) -> list[events_pb2.Event]:
    """Of each export of which two events and more have been queued since, the second."""
    rows = await cluster.fetch("SELECT payload FROM planning.outbox WHERE id > $1 ORDER BY id", after)
    queued: dict[str, list[events_pb2.Event]] = {}
    for row in rows:
        event = events_pb2.Event.FromString(row["payload"])
        queued.setdefault(event.stream_id, []).append(event)
    return [events[1] for events in queued.values() if len(events) > 1]


async def _publish(producer: AIOKafkaProducer, event: events_pb2.Event) -> None:
    """As the relay does; returns once the broker has it."""
    value = event.SerializeToString()
    seal = Seal((SETTINGS["ENTRYGO_SERVICE_TOKEN"],)).of(value)
    await producer.send_and_wait(EXPORTS_TOPIC, value, key=event.stream_id.encode(), headers=[(HEADER, seal)])


async def _comes_true(holds: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it did, in the time that is had for it. Other processes do it: there is no event to await."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with contextlib.suppress(*DATABASE_AWAY):
                    if await holds():
                        return True
                await asyncio.sleep(POLL_SECONDS)
    return False


NAMED_FAULTS = (
    Fault("die after a claim", "failpoint", die_after_a_claim),
    # A process that hung for long must find its session still waiting, not timed out.
    Fault(
        "take over a mail", "processes", take_over_a_mail, settings={"ENTRYGO_SMTP_COMMAND_SECONDS": "120"}
    ),
    Fault("lose a reply", "mail", lose_a_reply),
    Fault("let nobody in", "mail", let_nobody_in),
    # What the fold made of a gap stands until the checker has looked: nobody folds it again meanwhile.
    Fault(
        "overtake events",
        "broker",
        overtake_events,
        settings={"ENTRYGO_INSPECTION_RECONCILE_SECONDS": "3600"},
    ),
)
