"""A backup taken under load, what happened after it, and what the restored system knows and does."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrygo.cli.up.home import Home
from tests.contract.rest.documented import Rest, key_header, planned, unique
from tests.harness.system import PATIENT, System, running_system

EXECUTE = "/api/exports/execute"
PLAN = "/api/exports/plan"
WORKERS = 2
PATIENCE_SECONDS = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the user of PostgreSQL may pass through, too."""
    made = Path(tempfile.mkdtemp(prefix="entrygo-backup-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


# A second system is started beside the shared one, on the broker of that one, whose log went on.
@pytest.mark.timeout(600)
async def test_a_restored_system_knows_what_was_acknowledged_and_nothing_that_kafka_heard_later(
    system: System, folder: Path
) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        key = unique("execute")
        waiting = await planned(rest)
        acknowledged = [await executed(rest, await planned(rest), key)]
        load = [asyncio.create_task(keep_executing(rest, acknowledged)) for _ in range(WORKERS)]
        await asyncio.wait_for(until_longer(acknowledged, WORKERS, load), PATIENCE_SECONDS)
        before = list(acknowledged)
        await system.entrygo("backup", str(folder / "backup"))
        # Each worker is always within a lifecycle: those that end next were under way meanwhile.
        await asyncio.wait_for(until_longer(acknowledged, len(before) + WORKERS, load), PATIENCE_SECONDS)
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
        await executed(rest, waiting)
        later = (await executed(rest, await planned(rest)))["exportId"]
        assert await state_of(rest, waiting) == await state_of(rest, later) == "COMPLETED"
        reached = await position(system)

    (folder / "new").mkdir()
    await asyncio.to_thread(restore, folder / "backup", folder / "new" / "home")
    assert readable_by_others(folder / "new" / "home") == []
    settings = {**PATIENT, "ENTRYGO_KAFKA_BOOTSTRAP": system.kafka_bootstrap}
    async with running_system(settings, folder / "new") as new, new.client(system.api_key) as client:
        rest = Rest(client, new)
        await check_lists(rest, before, waiting, later)
        for export in before:
            assert await state_of(rest, export["exportId"]) == "COMPLETED"
            assert await documents_verify(rest, export["customs_package_id"])
        assert (await client.get(f"/api/exports/{later}")).status_code == 404
        body = {"accountId": new.account_id, "batchId": before[0]["exportId"]}
        replayed = await client.post(EXECUTE, json=body, headers=key_header(key))
        assert replayed.headers["idempotency-replayed"] == "true"
        assert replayed.json() == before[0]
        async with asyncio.timeout(PATIENCE_SECONDS):
            # It reads in another process; there is no event to await.
            while await position(new) < reached:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await check_lists(rest, before, waiting, later)
        assert await state_of(rest, waiting) == "BATCHED"
        again = await executed(rest, waiting)
        assert await documents_verify(rest, again["customs_package_id"])
        assert len(list(new.mail_dir.glob("*.eml"))) == 1, "nothing from before the backup is mailed again"


def test_a_backup_that_was_altered_or_is_newer_or_has_a_target_with_data_is_refused(folder: Path) -> None:
    (folder / "backup").mkdir()
    home = Home(folder / "home")
    assert "holds no complete backup" in restore(folder / "backup", home.root, returncode=1)
    (folder / "backup" / "a").write_text("altered")
    write_manifest(folder / "backup", migrations="{}")
    assert "missing or altered" in restore(folder / "backup", home.root, returncode=1)
    (folder / "backup" / "a").write_text("as it was")
    write_manifest(folder / "backup", migrations='{"sync":["9999_add_what_is_to_come.sql"]}')
    assert "newer release (9.0.0)" in restore(folder / "backup", home.root, returncode=1)
    assert not home.root.exists(), "what is refused has touched nothing"
    write_manifest(folder / "backup", migrations="{}")
    home.prepare()
    with home.lock():
        assert "running already" in restore(folder / "backup", home.root, returncode=1)
    home.postgres_data.mkdir()
    assert "there already" in restore(folder / "backup", home.root, returncode=1)


def write_manifest(backup: Path, *, migrations: str) -> None:
    digest = hashlib.sha256(b"as it was").hexdigest()
    (backup / "manifest.json").write_text(
        f'{{"format":1,"taken_at":"2026-01-01T00:00:00Z","release":"9.0.0","migrations":{migrations},'
        f'"dumps":[],"files":{{"a":"{digest}"}}}}'
    )


def restore(backup: Path, home: Path, *, returncode: int = 0) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ENTRYGO_")}
    done = subprocess.run(
        [sys.executable, "-m", "entrygo.cli.main", "restore", str(backup)],
        env={**clean, "ENTRYGO_HOME": str(home), "COLUMNS": "500"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


async def executed(rest: Rest, batch_id: str, key: str | None = None) -> dict[str, Any]:
    return await rest.post(EXECUTE, {"accountId": rest.system.account_id, "batchId": batch_id}, key)


async def keep_executing(rest: Rest, acknowledged: list[dict[str, Any]]) -> None:
    while True:
        acknowledged.append(await executed(rest, await planned(rest)))


async def until_longer(
    acknowledged: list[dict[str, Any]], count: int, load: list["asyncio.Task[None]"]
) -> None:
    """Returns once there are so many; raises what ended a worker."""
    while len(acknowledged) < count:
        ended, _ = await asyncio.wait(load, timeout=0.1)
        for worker in ended:
            worker.result()


async def state_of(rest: Rest, export_id: str) -> str:
    state: str = (await rest.get(f"/api/exports/{export_id}"))["state"]
    return state


async def check_lists(rest: Rest, before: list[dict[str, Any]], waiting: str, later: str) -> None:
    """What was executed before the backup is listed as that, what was after it is not."""
    listed = await states_in_the_list(rest)
    assert {listed[export["exportId"]] for export in before} == {"COMPLETED"}
    assert listed[waiting] == "BATCHED"
    assert later not in listed


async def position(system: System) -> int:
    """How much of the topic its inspection has read."""
    [row] = await system.fetch("SELECT coalesce(sum(next_offset), 0) FROM inspection.consumer_positions")
    return int(row[0])


async def states_in_the_list(rest: Rest) -> dict[str, str]:
    """Of every export of the account, by id, as the list pages show it."""
    states: dict[str, str] = {}
    path = "/api/exports?limit=100"
    while True:
        page = await rest.get(path)
        states |= {each["exportId"]: each["state"] for each in page["data"]}
        if not page["nextCursor"]:
            return states
        path = f"/api/exports?limit=100&cursor={page['nextCursor']}"


async def documents_verify(rest: Rest, package_id: str) -> bool:
    """Whether every document comes with the digest that its package names."""
    package = await rest.get(f"/api/customs-packages/{package_id}")
    assert package["artifacts"]
    for each in package["artifacts"]:
        answer = await rest.client.get(f"/api/customs-packages/{package_id}/artifacts/{each['filename']}")
        if answer.status_code != 200 or hashlib.sha256(answer.content).hexdigest() != each["sha256"]:
            return False
    return True


def readable_by_others(home: Path) -> list[Path]:
    """Files of ours in a home that more than their owner may read; PostgreSQL keeps its own."""
    ours = (path for path in home.rglob("*") if path.is_file() and "postgres" not in path.parts)
    return [path for path in ours if path.stat().st_mode & 0o077]
