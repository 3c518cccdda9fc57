"""Bytes that rot on the disk of the whole system: no caller gets them, and health says so meanwhile."""

import asyncio
import hashlib
from pathlib import Path

from tests.contract.rest.documented import Rest, error_of, planned
from tests.harness.system import System

DOWNLOAD = "/api/customs-packages/{}/artifacts/manifest.json"
SECONDS = 20.0


async def test_an_altered_document_is_an_error_and_degrades_health_until_it_is_brought_back(
    system: System,
) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        asked = {"accountId": system.account_id, "batchId": await planned(rest)}
        package_id = (await rest.post("/api/exports/execute", asked))["customs_package_id"]
        manifest = (await client.get(DOWNLOAD.format(package_id))).content
        stored = await asyncio.to_thread(stored_file, system.home, manifest)
        await asyncio.to_thread(stored.write_bytes, manifest.replace(b"1", b"2"))
        error_of(await client.get(DOWNLOAD.format(package_id)), status=500, code="INTERNAL_ERROR")
        await until_artifacts_are(rest, "degraded")
        await asyncio.to_thread(stored.write_bytes, manifest)
        assert (await client.get(DOWNLOAD.format(package_id))).content == manifest
        await until_artifacts_are(rest, "ok")


def stored_file(home: Path, content: bytes) -> Path:
    [found] = home.glob(f"artifacts/live/**/{hashlib.sha256(content).hexdigest()}")
    return found


async def until_artifacts_are(rest: Rest, status: str) -> None:
    """Health is looked at, not announced."""
    async with asyncio.timeout(SECONDS):
        while True:
            health = await rest.get("/api/system/health")
            [artifacts] = [each for each in health["components"] if each["name"] == "artifacts"]
            if artifacts["status"] == status:
                assert (health["status"] == "ok") or status == "degraded"
                return
            await asyncio.sleep(0.1)
