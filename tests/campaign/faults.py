"""The faults that the nemesis may choose from: each begins, lasts a while, and is healed when it ends."""

import asyncio
import contextlib
import random
import resource
import signal
from collections.abc import Iterator, Sequence

import psutil

from entrygo.execution.state.failpoints import AMBIGUOUS_FAILPOINTS, FAILPOINTS
from tests.campaign.cluster import DATABASE_AWAY, Cluster
from tests.campaign.nemesis import Fault, Unavailable
from tests.campaign.nodes import Node
from tests.contract.smtp_faults import Fault as MailFault
from tests.harness.processes import frozen

DAY = 86_400
CLOCK_STEPS = (-DAY, -600, -5, 5, 600, DAY)
MAIL_FAULTS = tuple(fault for fault in MailFault if fault is not MailFault.NONE)
# A store that takes files up to this size is full for every document and mail.
FULL_BYTES = 512
SLOW_MOVES = """
DO $do$ BEGIN
    CREATE FUNCTION planning.dawdle() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep({pause}); RETURN NEW; END';
    CREATE TRIGGER dawdle BEFORE UPDATE ON planning.exports
        FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION planning.dawdle();
END $do$
"""


async def kill(cluster: Cluster, choose: random.Random) -> str:
    """kill -9 of a replica; whoever keeps the processes starts it again."""
    node = choose.choice(cluster.nodes)
    node.send(signal.SIGKILL)
    return node.name


async def hang(cluster: Cluster, choose: random.Random) -> str:
    """SIGSTOP of a replica, often for longer than any lease; then it wakes as if nothing had been."""
    node = choose.choice(cluster.nodes)
    seconds = choose.uniform(0.5, 8)
    node.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        node.send(signal.SIGCONT)
    return f"{node.name} for {seconds:.1f} s"


async def die_between_steps(cluster: Cluster, choose: random.Random) -> str:
    """The execution process dies that comes next to one of the points between two steps."""
    return await _die_at(choose.choice(FAILPOINTS), cluster)


async def die_while_sending(cluster: Cluster, choose: random.Random) -> str:
    """It dies when the mail may have gone out, and nobody has noted what became of it."""
    return await _die_at(choose.choice(sorted(AMBIGUOUS_FAILPOINTS)), cluster)


async def _die_at(point: str, cluster: Cluster) -> str:
    cluster.failpoint.write_text(point, encoding="utf-8")
    try:
        for _ in range(40):
            if not cluster.failpoint.exists():
                return point
            await asyncio.sleep(0.1)
    finally:
        cluster.failpoint.unlink(missing_ok=True)
    return f"{point} (nobody came there)"


async def roll(cluster: Cluster, choose: random.Random) -> str:
    """The replicas of a service are replaced one after the other, as in an upgrade."""
    service = choose.choice(sorted({node.service for node in cluster.nodes}))
    for node in cluster.of(service):
        await _replace(node)
    return service


async def _replace(node: Node) -> None:
    before = node.starts
    node.send(signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(20):
            while node.starts == before or not await node.is_ready():  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.1)


async def cut_sessions(cluster: Cluster, choose: random.Random) -> str:
    """Sessions of one login, or of all, are ended by the database, some in the middle of a transaction."""
    login = choose.choice(
        ("%", "entrygo_sync", "entrygo_planning", "entrygo_execution", "entrygo_inspection")
    )
    count = 0
    for _ in range(choose.randint(1, 5)):
        with contextlib.suppress(*DATABASE_AWAY):
            [row] = await cluster.fetch(
                "SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity"
                " WHERE usename LIKE $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
                login,
            )
            count += row["ended"]
        await asyncio.sleep(choose.uniform(0, 0.2))
    return f"{count} of {login}"


async def crash_postgres(cluster: Cluster, choose: random.Random) -> str:
    """The database dies as with its machine, and is away for a while."""
    seconds = choose.uniform(0, 4)
    await asyncio.to_thread(cluster.postgres.kill)
    try:
        await asyncio.sleep(seconds)
    finally:
        await cluster.start_postgres()
    return f"away for {seconds:.1f} s"


async def slow_moves(cluster: Cluster, choose: random.Random) -> str:
    """A move of an export is slow between its look at the row and its end: others come between, or wait."""
    seconds, pause = choose.uniform(3, 8), choose.uniform(0.1, 0.5)
    await cluster.fetch(SLOW_MOVES.format(pause=f"{pause:.2f}"))
    try:
        await asyncio.sleep(seconds)
    finally:
        await cluster.fetch("DROP FUNCTION planning.dawdle CASCADE")
    return f"by {pause:.2f} s for {seconds:.1f} s"


async def hang_postgres(cluster: Cluster, choose: random.Random) -> str:
    """The database, with all its sessions, neither answers nor ends."""
    seconds = choose.uniform(0.5, 6)
    with _frozen(cluster.postgres.process):
        await asyncio.sleep(seconds)
    return f"for {seconds:.1f} s"


async def wipe_broker(cluster: Cluster, choose: random.Random) -> str:
    """The broker dies with all that it held, and comes back empty."""
    seconds = choose.uniform(0, 5)
    await asyncio.to_thread(cluster.broker.stop)
    try:
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(cluster.start_broker)
    return f"away for {seconds:.1f} s"


async def hang_broker(cluster: Cluster, choose: random.Random) -> str:
    seconds = choose.uniform(0.5, 6)
    with _frozen(cluster.broker.process):
        await asyncio.sleep(seconds)
    return f"for {seconds:.1f} s"


async def mail_trouble(cluster: Cluster, choose: random.Random) -> str:
    """The brokers' mail server misbehaves at one point of the dialogue; at times it restarts after it."""
    fault, seconds = choose.choice(MAIL_FAULTS), choose.uniform(1, 8)
    cluster.mail.fault = fault
    try:
        await asyncio.sleep(seconds)
    finally:
        cluster.mail.fault = MailFault.NONE
        if choose.random() < 0.5:
            cluster.mail.close()
    return f"{fault.value} for {seconds:.1f} s"


async def lose_store(cluster: Cluster, choose: random.Random) -> str:
    """The folder of documents and mails is away: nothing can be read or written there."""
    seconds = choose.uniform(0.5, 5)
    aside = cluster.artifacts.with_name("artifacts-aside")
    cluster.artifacts.rename(aside)
    try:
        # A file: otherwise the store would make itself a new folder.
        cluster.artifacts.touch()
        await asyncio.sleep(seconds)
    finally:
        cluster.artifacts.unlink()
        aside.rename(cluster.artifacts)
    return f"for {seconds:.1f} s"


async def fill_store(cluster: Cluster, choose: random.Random) -> str:
    """Files can be begun and not be finished, as on a full disk: by the limits of the execution processes."""
    seconds = choose.uniform(0.5, 5)
    limited = [
        each
        for node in cluster.of("execution")
        if (process := node.process) is not None
        for each in _with_children(process)
    ]
    try:
        for process in limited:
            _limit_files(process, FULL_BYTES)
        await asyncio.sleep(seconds)
    finally:
        for process in limited:
            _limit_files(process, resource.RLIM_INFINITY)
    return f"for {seconds:.1f} s"


def _with_children(process: psutil.Process) -> Sequence[psutil.Process]:
    """It and those that make its documents; one that has just ended has none."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return (process, *process.children())
    return ()


def _limit_files(process: psutil.Process, limit: int) -> None:
    if not hasattr(process, "rlimit"):
        raise Unavailable("limits of a running process can be set on Linux alone")
    with contextlib.suppress(psutil.NoSuchProcess):
        process.rlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


async def step_clock(cluster: Cluster, choose: random.Random) -> str:
    """The clocks of the second replicas go wrong by up to a day, and right again."""
    if cluster.clock is None:
        raise Unavailable("libfaketime is not installed (package faketime)")
    step, seconds = choose.choice(CLOCK_STEPS), choose.uniform(2, 8)
    cluster.clock.move(step)
    try:
        await asyncio.sleep(seconds)
    finally:
        cluster.clock.move(0)
    return f"{step:+d} s for {seconds:.1f} s"


@contextlib.contextmanager
def _frozen(process: psutil.Process) -> Iterator[None]:
    """As `frozen`; what ends meanwhile, or begins, is its own affair."""
    try:
        with frozen(process):
            yield
    except psutil.NoSuchProcess:
        yield


FAULTS = (
    Fault("kill", "processes", kill, weight=6),
    Fault("hang", "processes", hang, weight=5),
    Fault("die between steps", "failpoint", die_between_steps, weight=4),
    Fault("die while sending", "failpoint", die_while_sending, weight=2),
    Fault("rolling restart", "processes", roll, weight=2),
    Fault("cut sessions", "postgres", cut_sessions, weight=4),
    Fault("crash PostgreSQL", "postgres", crash_postgres),
    Fault("hang PostgreSQL", "postgres", hang_postgres),
    Fault("slow moves", "postgres", slow_moves),
    Fault("wipe broker", "broker", wipe_broker, weight=2),
    Fault("hang broker", "broker", hang_broker),
    Fault("mail trouble", "mail", mail_trouble, weight=5),
    Fault("lose store", "store", lose_store, weight=1),
    Fault("fill store", "store", fill_store, weight=1),
    Fault("step clock", "clock", step_clock),
)
