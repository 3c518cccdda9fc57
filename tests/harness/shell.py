"""A warehouse that works through the `entrygo` command: its account on a running system, and its shell."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, cast

import httpx

from tests.harness.system import System

WAREHOUSE = {
    "externalId": "yvr-01",
    "name": "Fraser Fulfilment Ltd",
    "address": {"line1": "1200 Trade Street", "city": "Delta", "region": "BC", "country": "CA"},
    "responsibleEmployee": "Morgan Reyes",
    "transitDays": 1,
    "importerOfRecord": {
        "name": "Fraser Brands USA Inc",
        "number": "98-7654321",
        "address": {"line1": "1200 Harbor Avenue", "city": "Blaine", "region": "WA", "country": "US"},
        "powerOfAttorney": True,
        "bond": "continuous",
    },
}
BROKER = {
    "externalId": "broker-1",
    "name": "Border Brokers Inc",
    "email": "entries@week-broker.example.com",
    "portCode": "3004",
    "filerCode": "BBX",
    "feeSchedules": [
        {
            "validFrom": "2026-01-01",
            "feeFormal": 95,
            "feeInformal": 20,
            "includedLines": 5,
            "lineFee": 3,
            "orderFee": 1.5,
        }
    ],
}


class Shell:
    """The `entrygo` command with the account's own key."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        """What the command printed: answers on stdout, the account of an import on stderr."""
        done = subprocess.run(
            [sys.executable, "-m", "entrygo.cli.main", *arguments],
            env={**os.environ, **self.environment, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def read(self, *arguments: str) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.run(*arguments, "--json")))


def open_account(system: System, account_id: str) -> Shell:
    """A new account with its key, warehouse and broker."""
    operator = Shell(system.env)
    operator.run("accounts", "create", "--id", account_id, "--name", "Fraser Fulfilment")
    key = operator.run("keys", "create", "--account", account_id).split()[-1]
    account = Shell(
        {"ENTRYGO_BASE_URL": system.base_url, "ENTRYGO_API_KEY": key, "ENTRYGO_ACCOUNT_ID": account_id}
    )
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=system.base_url, headers=headers, timeout=60) as client:
        for path, item, variable in (
            ("/api/warehouses/sync", WAREHOUSE, "ENTRYGO_WAREHOUSE_ID"),
            ("/api/brokers/sync", BROKER, "ENTRYGO_BROKER_ID"),
        ):
            answer = client.post(path, json={"accountId": account_id, "items": [item]})
            assert answer.status_code == 200, answer.text
            account.environment[variable] = answer.json()["data"][0]["id"]
    return account
