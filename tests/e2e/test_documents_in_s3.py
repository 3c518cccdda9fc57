"""The whole system with its documents in a real S3 server, set up as a deployer sets it up."""

import hashlib
from pathlib import Path

import httpx
import obstore

from tests.contract.rest.documented import Rest, planned
from tests.harness.object_store import BUCKET, S3Server
from tests.harness.system import System, running_system


async def test_documents_are_kept_in_s3_and_come_back_through_rest_byte_for_byte(
    s3: S3Server, tmp_path: Path
) -> None:
    settings = {
        **s3.environment,
        "ENTRYGO_ARTIFACTS_URL": f"s3://{BUCKET}/{tmp_path.name}",
        "ENTRYGO_ARTIFACTS_ALLOW_HTTP": "true",
    }
    async with running_system(settings) as system, _client(system) as client:
        rest = Rest(client, system)
        body = {"accountId": system.account_id, "batchId": await planned(rest)}
        package_id = (await rest.post("/api/exports/execute", body))["customs_package_id"]
        package = await rest.get(f"/api/customs-packages/{package_id}")
        listed = {each["filename"]: each["sha256"] for each in package["artifacts"]}
        downloaded = {
            name: await client.get(f"/api/customs-packages/{package_id}/artifacts/{name}") for name in listed
        }
        assert not any((system.home / "artifacts").iterdir()), "nothing is kept in the folder of the home"
    assert len(listed) > 10
    assert {name: hashlib.sha256(each.content).hexdigest() for name, each in downloaded.items()} == listed
    pages = [page async for page in obstore.list(s3.store(f"{tmp_path.name}/live/{system.account_id}"))]
    assert set(listed.values()) <= {each["path"].rpartition("/")[2] for page in pages for each in page}


def _client(system: System) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=system.base_url,
        headers={"authorization": f"Bearer {system.api_key}"},
        timeout=60,
        trust_env=False,
    )
