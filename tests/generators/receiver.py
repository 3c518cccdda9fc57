"""The receiver that docs/webhooks.md shows in JavaScript, with the library of Standard Webhooks from npm.

It gets what our own signer signed, a second time, and changed.
"""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from markdown_it import MarkdownIt
from pydantic import SecretStr

from entrygo.domain.principal import Mode, Tenant
from entrygo.inspection.webhooks.records import Endpoint, EndpointStatus
from entrygo.inspection.webhooks.signing import Signer
from tests.architecture.sources import ROOT
from tests.generators import BUILT, HERE
from tests.generators.commands import run

PAGE = ROOT / "docs" / "webhooks.md"
EVENT = {
    "type": "export.executed",
    "timestamp": "2026-11-27T22:55:00.000Z",
    "data": {"accountId": "acc_123", "exportId": "batch_123", "sequence": 7, "state": "COMPLETED"},
}


def webhook_receiver() -> None:
    """Runs the page's receiver as it stands."""
    folder = BUILT / "webhooks"
    shutil.copytree(HERE / "webhooks", folder, dirs_exist_ok=True)
    run(folder, "npm", "ci", "--no-audit", "--no-fund", "--silent")
    [shown] = [token.content for token in MarkdownIt().parse(PAGE.read_text("utf-8")) if token.info == "js"]
    (folder / "receiver.mjs").write_text(shown, encoding="utf-8")
    request = folder / "request.json"
    request.write_text(json.dumps(_signed(datetime.now(UTC))), encoding="utf-8")
    run(folder, "node", "check.mjs", Path(request))


def _signed(now: datetime) -> dict[str, object]:
    """A request as EntryGo makes it, with the secret by which it is verified."""
    signer = Signer([SecretStr("an installation's secret, for a test")])
    endpoint = Endpoint(
        id="whk_1",
        tenant=Tenant("acc_123", Mode.LIVE),
        warehouse_id=None,
        url="http://127.0.0.1/",
        events=(),
        description="",
        status=EndpointStatus.ENABLED,
        disabled_reason="",
        secret_version=1,
        previous_secret_until=None,
        failing_since=None,
        created_at=now,
        updated_at=now,
    )
    body = json.dumps(EVENT)
    headers = dict(signer.headers(endpoint, "evt_1", body, now))
    return {"secret": signer.secret(endpoint), "headers": headers, "body": body}
