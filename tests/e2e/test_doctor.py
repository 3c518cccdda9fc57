"""The doctor beside a running system."""

import json

from tests.harness.system import System


async def test_running_system_is_sound_in_every_respect(system: System) -> None:
    findings = json.loads(await system.entrygo("doctor", "--json"))
    assert [finding for finding in findings if finding["level"] != "ok"] == []
    assert {finding["subject"] for finding in findings} >= {
        "settings",
        "service token",
        "kafka",
        "mail",
        "documents",
        "ports",
        "home",
        "certificates",
        "service sync",
        "transport",
        "database planning",
        "reference data",
    }
