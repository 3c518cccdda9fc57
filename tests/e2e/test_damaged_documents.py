"""Documents that rot, and a full disk, under the whole system: callers get an error, and health shows it."""

import asyncio
import hashlib
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.contract.rest.documented import Rest, error_of, key_header, planned, unique
from tests.harness.system import System

DOWNLOAD = "/api/customs-packages/{}/artifacts/manifest.json"
SECONDS = 20.0
# A store that takes files up to this size is full for every document.
FULL_BYTES = 512


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
        await asyncio.to_thread(stored.write_bytes, manifest)
        assert (await client.get(DOWNLOAD.format(package_id))).content == manifest
        await until_artifacts_are(rest, "ok")


async def test_a_full_store_is_an_outage_and_degrades_health_until_there_is_room(system: System) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        asked = {"accountId": system.account_id, "batchId": await planned(rest)}
        headers = key_header(unique("execute"))
        with full_store(system.process("execution")):
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


@contextmanager
def full_store(process: psutil.Process) -> Iterator[None]:
    """Files can be begun and not be finished, by a limit of the process that writes them."""
    if not hasattr(process, "rlimit"):
        pytest.skip("limits of a running process can be set on Linux alone")
    process.rlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


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
