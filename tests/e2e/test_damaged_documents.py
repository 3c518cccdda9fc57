"""Documents that rot, and disks that are full or read-only, under the whole system: health shows it."""

import asyncio
import hashlib
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.contract.rest.documented import Rest, error_of, key_header, planned, unique
from tests.harness.system import System

DOWNLOAD = "/api/customs-packages/{}/artifacts/manifest.json"
SECONDS = 60.0
# A store that takes files up to this size is full for every document.
FULL_BYTES = 512


@contextmanager
def full(system: System) -> Iterator[None]:
    """Files can be begun and not be finished, by a limit of the processes that write them."""
    process = system.process("execution")
    if not hasattr(process, "rlimit"):
        pytest.skip("limits of a running process can be set on Linux alone")
    writing = (process, *process.children())
    for each in writing:
        each.rlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for each in writing:
            each.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def read_only(system: System) -> Iterator[None]:
    """The folder of the documents takes no writes, as a disk after an error of its own."""
    place = str(system.home / "artifacts")
    if not is_mounted("--bind", place, place):
        pytest.skip("this user may not mount a file system")
    try:
        assert is_mounted("-o", "remount,bind,ro", place)
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def is_mounted(*arguments: str) -> bool:
    """Whether it was done: it takes root, and Linux."""
    command = shutil.which("mount")
    if command is None:
        return False
    return subprocess.run([command, *arguments], check=False, capture_output=True).returncode == 0


def altered(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"1", b"2"))


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def missing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [altered, truncated, missing])
async def test_a_damaged_document_is_an_error_and_degrades_health_until_it_is_brought_back(
    system: System, damage: Callable[[Path], None]
) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        asked = {"accountId": system.account_id, "batchId": await planned(rest)}
        package_id = (await rest.post("/api/exports/execute", asked))["customs_package_id"]
        manifest = (await client.get(DOWNLOAD.format(package_id))).content
        stored = await asyncio.to_thread(stored_file, system.home, manifest)
        await asyncio.to_thread(damage, stored)
        error_of(await client.get(DOWNLOAD.format(package_id)), status=500, code="INTERNAL_ERROR")
        await until_artifacts_are(rest, "degraded")
        await asyncio.to_thread(bring_back, stored, manifest)
        assert (await client.get(DOWNLOAD.format(package_id))).content == manifest
        await until_artifacts_are(rest, "ok")


@pytest.mark.parametrize("store", [full, read_only])
async def test_a_store_that_takes_no_writes_is_an_outage_and_degrades_health_until_it_does(
    system: System, store: Callable[[System], AbstractContextManager[None]]
) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        asked = {"accountId": system.account_id, "batchId": await planned(rest)}
        headers = key_header(unique("execute"))
        with store(system):
            answer = await client.post("/api/exports/execute", json=asked, headers=headers)
            error_of(answer, status=503, code="SERVICE_UNAVAILABLE")
            assert "retry-after" in answer.headers
            await until_artifacts_are(rest, "degraded")
        async with asyncio.timeout(SECONDS):
            while answer.status_code != 200:
                answer = await client.post("/api/exports/execute", json=asked, headers=headers)
                await asyncio.sleep(0.1)
        await until_artifacts_are(rest, "ok")
        assert len(system.mails_of(asked["batchId"])) == 1


def bring_back(file: Path, content: bytes) -> None:
    """As an operator does, for the owner alone as everything there."""
    file.touch(mode=0o600)
    file.write_bytes(content)


def stored_file(home: Path, content: bytes) -> Path:
    [found] = home.glob(f"artifacts/live/**/{hashlib.sha256(content).hexdigest()}")
    return found


async def until_artifacts_are(rest: Rest, status: str) -> None:
    """Health is looked at, not announced: all of it says so once each part was looked at again."""
    async with asyncio.timeout(SECONDS):
        while True:
            health = await rest.get("/api/system/health")
            [artifacts] = [each for each in health["components"] if each["name"] == "artifacts"]
            if artifacts["status"] == health["status"] == status:
                return
            await asyncio.sleep(0.1)
