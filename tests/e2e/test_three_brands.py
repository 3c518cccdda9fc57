"""A week of three brands on one truck by its page's commands, from their files to what was really entered."""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.architecture.sources import ROOT
from tests.e2e.brand_week import write_brand_week
from tests.e2e.page_commands import Block, Session, blocks_of, session
from tests.harness.shell import open_account
from tests.harness.system import REST_SECONDS, System

PAGE = (ROOT / "docs/guides/three-brands.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


class BrandWeek:
    """The page's blocks in their order, run in one shell, and what the account's key shows after them."""

    def __init__(self, system: System, shell: Session) -> None:
        self._system, self._shell = system, shell
        self._blocks: Iterator[Block] = blocks_of(PAGE)

    def run(self) -> str:
        """Runs the next block; the export that its answer names, if any."""
        self._shell.run(next(self._blocks))
        found = re.search(r"batch_[a-z0-9]+", self._shell.answers[-1])
        return found[0] if found else ""

    def answer_as_broker(self, export_id: str) -> None:
        """Runs the next block with the links in the broker's mails about an export, one for each entry."""
        for file in self._system.mails_of(export_id):
            mail = BytesParser(policy=default).parsebytes(file.read_bytes())
            body = mail.get_body(("plain",))
            assert body is not None
            [link] = re.findall(rf"{re.escape(self._system.base_url)}/broker/\S+", body.get_content())[:1]
            [entry] = re.findall(r" entry ([0-9]+):", mail["Subject"])
            self._shell.environment[f"BROKER_LINK_{entry}"] = link
        self.run()

    def inspect(self, export_id: str) -> dict[str, Any]:
        key = self._shell.environment["ENTRYGO_API_KEY"]
        answer = httpx.get(
            f"{self._system.base_url}/api/exports/{export_id}",
            headers={"authorization": f"Bearer {key}"},
            timeout=REST_SECONDS,
            trust_env=False,
        )
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def check_all_done(self) -> None:
        assert not list(self._blocks)


# Starts the CLI a dozen times, which a busy machine takes its time for.
@pytest.mark.timeout(600)
def test_week_of_three_brands_is_blocked_rejected_amended_entered_and_costs_what_the_page_says(
    system: System, tmp_path: Path
) -> None:
    write_brand_week(tmp_path)
    account = open_account(system, "acc_brands")
    week = BrandWeek(system, session({**system.env, **account.environment}, tmp_path, BIN))

    week.run()
    ids = ids_of(tmp_path)
    first = week.run()
    plan = week.inspect(first)["export"]["plan"]
    assert len(plan["included_order_ids"]) == 64
    assert set(plan["excluded_order_ids"]) == {ids[order] for order in orders_of(tmp_path, "island")}
    assert len(plan["excluded_order_ids"]) == 25
    assert planned_table(plan) in PAGE

    assert week.run() == first
    week.answer_as_broker(first)
    rejected = week.inspect(first)
    assert rejected["brokerSubmission"]["status"] == "rejected"
    assert by_entry(rejected, "status") == {1: "sent", 2: "rejected"}

    second = week.run()
    assert second != first
    assert week.run() == second
    assert week.inspect(first)["state"] == "SUPERSEDED"
    export = week.inspect(second)
    assert (export["state"], export["supersedes"]) == ("COMPLETED", first)
    gone = set(export["export"]["plan"]["included_order_ids"])
    assert gone == set(ids.values()) - {ids["SO-100002"]}
    assert len(gone) == 88
    assert planned_table(export["export"]["plan"]) in PAGE

    week.answer_as_broker(second)
    acknowledged = week.inspect(second)
    assert acknowledged["brokerSubmission"]["status"] == "acknowledged"
    numbers = by_entry(acknowledged, "entry_number")
    week.run()
    entered = week.inspect(second)["entrySummaries"]
    assert entered_table(entered) in PAGE
    assert {each["entry"]: each["entryNumber"] for each in entered} == numbers
    assert [each["reasons"] for each in entered] == [["RATE_DIFFERS"], [], []]

    week.run()
    assert [each["openTasks"] for each in week.inspect(second)["entrySummaries"]] == [0, 0, 0]
    costs = read_csv(tmp_path / "costs.csv")
    assert {row["order_id"] for row in costs} == gone
    duty, fees = (sum(Decimal(row[name] or 0) for row in costs) for name in ("actual_duty", "actual_fees"))
    assert f"the USD {duty:,.2f} of duty and USD {fees:,.2f} of fees over the 88 orders" in PAGE
    week.check_all_done()
    total = export["export"]["plan"]["total_value_usd"]
    saving = export["batch"]["estimated_savings_usd"]
    said = f"88 orders worth USD {total:,.2f} in three entries, an estimated saving of USD {saving:,.2f}"
    assert said in PAGE
    assert said in README


def by_entry(inspected: dict[str, Any], name: str) -> dict[int, Any]:
    """What each entry's submission shows under a name."""
    return {each["entry"]: each[name] for each in inspected["brokerSubmissions"]}


def planned_table(plan: dict[str, Any]) -> str:
    """The entries of a plan as the page shows them."""
    rows = [
        (
            str(entry["number"]),
            entry["importer_external_id"],
            str(entry["orders"]),
            entry["entry_type"],
            f"{entry['value_usd']:,.2f}",
            duty_range(entry["duty"]["low_usd"], entry["duty"]["high_usd"]),
            f"{entry['fees']['merchandise_processing_fee_usd']:,.2f}",
        )
        for entry in plan["entries"]
    ]
    return table(("entry", "importer", "orders", "type", "value, USD", "duty, USD", "MPF, USD"), rows)


def entered_table(summaries: list[dict[str, Any]]) -> str:
    """What was given back, beside the estimate, as the page shows it."""
    rows = [
        (
            str(each["entry"]),
            each["entryNumber"],
            f"{each['dutyUsd']:,.2f}",
            duty_range(each["estimatedDutyLowUsd"], each["estimatedDutyHighUsd"]),
            f"{each['feesUsd']:,.2f}",
            each["state"],
        )
        for each in summaries
    ]
    return table(("entry", "number", "duty, USD", "estimated", "fees, USD", "state"), rows)


def duty_range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "not computed"
    return f"{low:,.2f}" if low == high else f"{low:,.2f} to {high:,.2f}"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(row) for row in (header, *rows)]
    return "\n".join((f"| {lines[0]} |", "|---" * len(header) + "|", *(f"| {line} |" for line in lines[1:])))


def ids_of(folder: Path) -> dict[str, str]:
    return {row["external_id"]: row["id"] for row in read_csv(folder / "orders.csv.ids.csv")}


def orders_of(folder: Path, brand: str) -> set[str]:
    return {row["order_id"] for row in read_csv(folder / "orders.csv") if row["importer"] == brand}


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
