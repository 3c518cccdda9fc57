"""The whole system with its documents in a real S3 server, set up as a deployer sets it up."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
import pytest_asyncio

from tests.contract.rest.documented import Rest, error_of, key_header, planned
from tests.harness.folders import short_lived_folder
from tests.harness.network import Way, Weather, way_to
from tests.harness.object_store import BUCKET, S3Server
from tests.harness.processes import LOOPBACK
from tests.harness.system import PATIENT, running_system

EXECUTE = "/api/exports/execute"
DOWNLOAD = "/api/customs-packages/{}/artifacts/{}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """A system, the way from it to its S3, and the folder that is its own there."""

    rest: Rest
    way: Way
    folder: str


@pytest_asyncio.fixture(scope="module")
async def deployed(s3: S3Server) -> AsyncIterator[Deployed]:
    async with way_to(s3.port) as way:
        settings = {
            **PATIENT,
            **s3.environment,
            "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{way.port}",
            "ENTRYGO_ARTIFACTS_URL": f"s3://{BUCKET}/whole-system",
            "ENTRYGO_ARTIFACTS_ALLOW_HTTP": "true",
            "ENTRYGO_EXECUTION_LEASE_SECONDS": "1",
        }
        async with (
            running_system(settings, short_lived_folder("entrygo-s3-system-")) as system,
            system.client() as client,
        ):
            yield Deployed(Rest(client, system), way, "whole-system")


async def test_documents_are_kept_in_s3_and_come_back_through_rest_byte_for_byte(
    deployed: Deployed, s3: S3Server
) -> None:
    rest = deployed.rest
    package_id = (await rest.post(EXECUTE, _request(rest, await planned(rest))))["customs_package_id"]
    package = await rest.get(f"/api/customs-packages/{package_id}")
    listed = {each["filename"]: each["sha256"] for each in package["artifacts"]}
    downloaded = {name: await rest.client.get(DOWNLOAD.format(package_id, name)) for name in listed}
    assert len(listed) > 10
    assert {name: hashlib.sha256(each.content).hexdigest() for name, each in downloaded.items()} == listed
    mine = s3.store(f"{deployed.folder}/live/{rest.system.account_id}")
    stored = {
        each["path"].rpartition("/")[2] for page in [p async for p in obstore.list(mine)] for each in page
    }
    assert set(listed.values()) <= stored
    assert _files(rest.system.home / "artifacts") == [], "nothing is kept in the folder of the home"


async def test_while_s3_is_away_callers_are_told_to_come_back_and_then_nothing_is_missing(
    deployed: Deployed,
) -> None:
    rest, way = deployed.rest, deployed.way
    first, second = await planned(rest), await planned(rest)
    package_id = (await rest.post(EXECUTE, _request(rest, first)))["customs_package_id"]
    way.turn(Weather.REFUSES)
    refused = await asyncio.gather(
        rest.client.get(DOWNLOAD.format(package_id, "manifest.json")),
        rest.client.post(EXECUTE, json=_request(rest, second), headers=key_header("key")),
    )
    for answer in refused:
        error_of(answer, status=503, code="SERVICE_UNAVAILABLE")
        assert int(answer.headers["retry-after"]) > 0
    assert (await rest.get(f"/api/exports/{second}"))["state"] == "EXECUTING"
    way.turn(Weather.FAIR)
    assert (await _executed(rest, second))["status"] == "COMPLETED"
    assert len(rest.system.mails_of(second)) == 1


def _request(rest: Rest, batch_id: str) -> dict[str, str]:
    return {"accountId": rest.system.account_id, "batchId": batch_id}


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def _executed(rest: Rest, batch_id: str) -> dict[str, Any]:
    """With the same key, as often as the answers ask for it."""
    async with asyncio.timeout(60):
        while True:
            answer = await rest.client.post(EXECUTE, json=_request(rest, batch_id), headers=key_header("key"))
            if answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                return found
            error_of(answer, status=409, code="IDEMPOTENCY_IN_PROGRESS")
            await asyncio.sleep(float(answer.headers["retry-after"]))
