"""`python -m tests.upgrade`: from an earlier commit to this one, both at work on one database meanwhile.

Exports in every state are made by the earlier release, the migrations run beside it, then its processes are
replaced in the documented order while a warehouse goes on, and at last the present release is alone. After
each step everything that was ever acknowledged is asked for again. Not part of `make test`. It takes a
PostgreSQL, a broker and a mail server of its own; nothing else on the machine is touched.
"""

import asyncio
import random
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import grpc
import httpx

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.state.failpoints import AFTER_CLAIM
from entrygo.process.failpoints import FILE_PREFIX, VARIABLE
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.rpc.calls import Metadata, service_metadata
from tests.harness import processes
from tests.harness.brokers import run_tansu
from tests.harness.mail import SmtpSink
from tests.harness.postgres import run_postgres, with_database
from tests.upgrade.client import Broken, Warehouse
from tests.upgrade.releases import Installation, NoHistory, Release, earlier, present

BEFORE = "3d8aa34"  # 0.1.0-rc1; another as the first argument
ACCOUNT = "acc_123"
WORKERS = 3
LIFECYCLES = 2  # of each worker, in each mixture
SETTLE_SECONDS = 60.0
LATER = "451 4.3.0 later"
# Releases since peers have TLS take its settings, too.
SETUP = (
    "import asyncio, sys; from entrygo.cli.up import demo_account as demo;"
    "security = [demo.RpcClientSettings()] if hasattr(demo, 'RpcClientSettings') else [];"
    "asyncio.run(demo.ensure_setup_data(sys.argv[1], sys.argv[2], *security))"
)
ON_BEHALF = "from entrygo.rpc import calls; print(hasattr(calls, 'on_behalf_metadata'))"
TAKES_BACK = (
    "from entrygo.proto.execution.v1 import execution_pb2 as execution;"
    "print(hasattr(execution, 'AmendExportRequest'))"
)
RULESET = "from entrygo.planning.rules import RULESET_VERSION; print(RULESET_VERSION)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What the steps work with."""

    old: Release
    new: Release
    installation: Installation
    warehouse: Warehouse
    sink: SmtpSink
    failpoint: Path
    # Whether the earlier release withdraws and amends, too.
    takes_back: bool


def main(arguments: list[str]) -> int:
    """The exit status: 0 when everything held, 3 when this clone has no history."""
    # Ended from outside, it ends what it has started all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as stack:
            old = stack.enter_context(earlier(arguments[0] if arguments else BEFORE))
            postgres = stack.enter_context(run_postgres())
            broker = stack.enter_context(run_tansu())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entrygo-upgrade-")))
            asyncio.run(_run(old, postgres, broker.bootstrap, folder))
    except NoHistory as error:
        print(f"skipped: {error}")
        return 3
    except Broken as error:
        print(f"BROKEN: {error}")
        return 1
    return 0


async def _run(old: Release, postgres: str, kafka: str, folder: Path) -> None:
    server = await asyncpg.connect(postgres)
    await server.execute("CREATE DATABASE entrygo")
    await server.close()
    async with _mail_server() as sink:
        settings = {
            "ENTRYGO_DATABASE_URL": with_database(postgres, "entrygo"),
            "ENTRYGO_KAFKA_BOOTSTRAP": kafka,
            "ENTRYGO_SMTP_URL": sink.url,
            # As of the sink of `entrygo up`: what is tested is that mail leaves, and once.
            "ENTRYGO_MAIL_RECIPIENTS": "open",
            "ENTRYGO_MAIL_DAILY_PER_ACCOUNT": "0",
            "ENTRYGO_MAIL_DAILY_PER_RECIPIENT": "0",
            "ENTRYGO_ARTIFACTS_URL": (folder / "artifacts").as_uri(),
            "ENTRYGO_SERVICE_TOKEN": secrets.token_hex(16),
            "ENTRYGO_LINK_SECRET": secrets.token_hex(16),
            "ENTRYGO_BROKER_RETRY_SECONDS": "[3600]",
            "ENTRYGO_STOP_GRACE_SECONDS": "10",
            "ENTRYGO_EXECUTION_LEASE_SECONDS": "5",
        }
        installation = Installation(settings, folder)
        installation.choose_ports(old, present())
        try:
            await _drill(old, installation, sink, folder / "failpoint")
        except BaseException:
            await asyncio.to_thread(_show_logs, folder)
            raise
        finally:
            installation.end()


def _show_logs(folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        print(f"--- {log.name}\n{processes.tail(log)}")


async def _drill(old: Release, installation: Installation, sink: SmtpSink, failpoint: Path) -> None:
    new = present()
    with _step("the earlier release starts"):
        old.run("entrygo.cli.main", "migrate", environment=installation.settings)
        key = _make_key(old, installation)
        for name in ("sync", "planning", "inspection", "execution", "gateway"):
            await installation.start(old, name, **{VARIABLE: f"{FILE_PREFIX}{failpoint}"})
        old.run_code(SETUP, installation.target(old, "sync"), key, environment=installation.settings)
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        warehouse = Warehouse(key, ACCOUNT, installation.gateways, asyncio.sleep, random.Random(seed), client)
        drill = Drill(
            old=old,
            new=new,
            installation=installation,
            warehouse=warehouse,
            sink=sink,
            failpoint=failpoint,
            takes_back=_says_true(old, TAKES_BACK, installation),
        )
        await _upgrade(drill)


async def _upgrade(drill: Drill) -> None:
    warehouse, installation = drill.warehouse, drill.installation
    unplanned, cut_off = await _make_everything(drill)
    planned_before = await _dry_run(warehouse, unplanned)
    with _step("migrations of the present release, beside the earlier one"):
        load = asyncio.create_task(_load(drill))
        for line in drill.new.run(
            "entrygo.cli.main", "migrate", environment=installation.settings
        ).splitlines():
            print(f"   {line}")
        await load
        await warehouse.check(changed=[cut_off])
        await warehouse.check_documents()
    await _replace_execution(drill, cut_off)
    await _replace_others(drill)
    with _step("the present release alone"):
        await _load(drill)
        await _settled(drill)
        await warehouse.check_documents()
        planned_after = await _dry_run(warehouse, unplanned)
        rules = [_ruleset_of(release, installation) for release in (drill.old, drill.new)]
        print(f"   rules {rules[0]}: {planned_before}\n   rules {rules[1]}: {planned_after}")
        if rules[0] == rules[1] and planned_after != planned_before:
            raise Broken("the same orders are planned differently by the same rules")
    states = ", ".join(sorted({view["state"] for view in warehouse.views.values()}))
    print(f"{len(drill.sink.mails)} mails")
    print(f"{len(warehouse.views)} exports ({states}), {len(warehouse.writes)} writes, each as it was")
    print(f"asked again: {dict(warehouse.repeated) or 'nothing'}")


async def _make_everything(drill: Drill) -> tuple[list[str], str]:
    """An export in every state. Returns orders of none, and the export whose execution died half way."""
    warehouse = drill.warehouse
    with _step("exports in every state, made by the earlier release"):
        for _ in range(3):
            await warehouse.lifecycle()
        if drill.takes_back:
            await warehouse.change_of_mind()
        batched = await warehouse.plan(await warehouse.orders(2))
        await warehouse.plan(await warehouse.orders(), batchId=batched["exportId"])
        blocked = await warehouse.plan(await warehouse.orders(destinationPostalCode=""))
        if blocked["readinessState"] != "BLOCKED":
            raise Broken(f"not blocked: {blocked}")
        cancelled = await warehouse.plan(await warehouse.orders())
        await warehouse.write(f"/api/exports/{cancelled['exportId']}/cancel", {"reason": "not needed"})
        drill.sink.answers.append(LATER)
        waiting = await warehouse.plan(await warehouse.orders())
        await warehouse.execute(waiting)
        executing, failed = [await warehouse.plan(await warehouse.orders()) for _ in range(2)]
        await _claim(drill, executing["exportId"], fails=False)
        await _claim(drill, failed["exportId"], fails=True)
        for plan in (batched, blocked, cancelled, waiting, executing, failed):
            await warehouse.remember(plan["exportId"])
        [submission] = warehouse.views[waiting["exportId"]]["brokerSubmissions"]
        if (submission["status"], submission["attempts"]) != ("prepared", 1):
            raise Broken(f"its mail was not refused for later: {submission}")
        cut_off = await _die_half_way(drill)
        print("   " + ", ".join(sorted(f"{view['state']}" for view in warehouse.views.values())))
        return await warehouse.orders(2), cut_off


async def _claim(drill: Drill, export_id: str, *, fails: bool) -> None:
    """As execution does it: with the services' credential, or in 0.1.0-rc1 with the caller's key."""
    metadata: Metadata = (("authorization", f"Bearer {drill.warehouse.api_key}"),)
    if _says_true(drill.old, ON_BEHALF, drill.installation):
        token = drill.installation.settings["ENTRYGO_SERVICE_TOKEN"]
        metadata = service_metadata(token, Visible.whole(Tenant(ACCOUNT, Mode.LIVE)))
    async with grpc.aio.insecure_channel(drill.installation.target(drill.old, "planning")) as channel:
        stub = planning_pb2_grpc.PlanningStub(channel)
        execution_id = f"exec_{secrets.token_hex(8)}"
        claim = planning_pb2.ClaimExportRequest(export_id=export_id, execution_id=execution_id)
        await stub.ClaimExport(claim, metadata=metadata)
        if fails:
            error = planning_pb2.ReleaseExportRequest.Failed(error_code="BROKEN", message="of the drill")
            release = planning_pb2.ReleaseExportRequest(
                export_id=export_id, execution_id=execution_id, failed=error
            )
            await stub.ReleaseExport(release, metadata=metadata)


async def _die_half_way(drill: Drill) -> str:
    """The earlier execution process dies between two steps; its caller will ask again."""
    plan = await drill.warehouse.plan(await drill.warehouse.orders())
    drill.failpoint.write_text(AFTER_CLAIM, encoding="utf-8")
    asking = asyncio.create_task(drill.warehouse.execute(plan))
    status = await asyncio.to_thread(drill.installation.forget, drill.old, "execution")
    if status != 137:
        raise Broken(f"the earlier execution ended with {status}")
    asking.cancel()
    await drill.installation.start(drill.old, "execution")
    return str(plan["exportId"])


async def _replace_execution(drill: Drill, cut_off: str) -> None:
    """First: planning of the present release takes claims from present executions alone."""
    warehouse = drill.warehouse
    with _step("execution of both releases, under load"):
        await drill.installation.start(drill.new, "execution")
        await _load(drill)
        async with asyncio.timeout(SETTLE_SECONDS):
            # Another process takes it up; there is no event to await.
            while (await warehouse.get(f"/api/exports/{cut_off}"))["state"] != "COMPLETED":  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await warehouse.remember(cut_off)
        await _settled(drill)
    with _step("the earlier execution ends, under load"):
        load = asyncio.create_task(_load(drill))
        await asyncio.to_thread(drill.installation.stop, drill.old, "execution")
        await load
        await _settled(drill)


async def _replace_others(drill: Drill) -> None:
    for name in ("sync", "planning", "inspection", "gateway"):
        with _step(f"{name} of both releases, then of the present one, under load"):
            await drill.installation.start(drill.new, name)
            await _load(drill)
            load = asyncio.create_task(_load(drill))
            await asyncio.to_thread(drill.installation.stop, drill.old, name)
            await load
            await _settled(drill)


async def _load(drill: Drill) -> None:
    """Lifecycles side by side, some of which are not the end; each request at another gateway."""

    async def work() -> None:
        for _ in range(LIFECYCLES):
            await drill.warehouse.lifecycle()

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(work())
        if drill.takes_back:
            group.create_task(drill.warehouse.change_of_mind())


async def _settled(drill: Drill) -> None:
    """Everything is as it was said, lists included once they have caught up, and each mail went out once."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            await drill.warehouse.check()
            break
        except Broken:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(1)
    mails = [str(mail.message["X-EntryGo-Submission"]) for mail in drill.sink.mails]
    twice = {submission for submission in mails if mails.count(submission) > 1}
    sent = {
        submission["id"]
        for view in drill.warehouse.views.values()
        for submission in view["brokerSubmissions"]
        if submission["status"] == "sent"
    }
    if twice or sent - set(mails):
        raise Broken(f"mailed twice: {twice}; not mailed: {sent - set(mails)}")


async def _dry_run(warehouse: Warehouse, order_ids: list[str]) -> tuple[str, str, int]:
    """How these orders are planned now, which stores nothing."""
    plan = await warehouse.preview(order_ids)
    return str(plan["planHash"]), str(plan["readinessState"]), int(plan["complianceScore"])


def _says_true(release: Release, code: str, installation: Installation) -> bool:
    return release.run_code(code, environment=installation.settings).strip() == "True"


def _ruleset_of(release: Release, installation: Installation) -> str:
    """A plan's hash names the version of the rules: where that differs, so may the plan."""
    return release.run_code(RULESET, environment=installation.settings).strip()


def _make_key(release: Release, installation: Installation) -> str:
    accounts = ("entrygo.cli.main", "accounts", "create", "--id", ACCOUNT, "--name", "Upgraded")
    release.run(*accounts, environment=installation.settings)
    made = release.run(
        "entrygo.cli.main", "keys", "create", "--account", ACCOUNT, environment=installation.settings
    )
    return next(word for word in made.split() if word.startswith("shpbndl_live_"))


@asynccontextmanager
async def _mail_server() -> AsyncIterator[SmtpSink]:
    sink = SmtpSink()
    server = await asyncio.get_running_loop().create_server(sink.session, processes.LOOPBACK, 0)
    sink.port = int(server.sockets[0].getsockname()[1])
    async with server:
        yield sink


@contextmanager
def _step(name: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"… {name}", flush=True)
    yield
    print(f"ok {time.monotonic() - started:4.0f} s  {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
