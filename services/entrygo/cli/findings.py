"""Writes which orders a plan left out, is blocked by or doubts, and why, as a CSV for a person."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from entrygo.cli.left_out import reasons_left_out
from entrygo.imports.order_rows import OF_THE_ORDER

COLUMNS = ("external_id", "order_id", "left_out", "severity", "code", "message", "field", "suggestion")
# The columns of an order file, by the fields of an order.
ORDER_COLUMNS = {name: column for column, name in OF_THE_ORDER}


def write_findings(file: Path, plan: Mapping[str, Any], external_ids: Mapping[str, str]) -> int:
    """One row per finding about an order that stays behind, blocks, or is itself doubtful; how many orders.

    What is doubtful about a product is said once, with the products. `external_ids` maps order ids to the
    warehouse's own; an order left out always has a row. A suggestion
    names the column of the order file, which also keeps spreadsheets from eating the zeros of a ZIP code.
    """
    rows = list(_rows(plan, external_ids))
    with file.open("w", newline="", encoding="utf-8-sig") as lines:
        writer = csv.writer(lines)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len({row[1] for row in rows})


def _rows(plan: Mapping[str, Any], external_ids: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    excluded, suggestions = set(plan["excluded_order_ids"]), _suggestions(plan)
    for order_id, message in _found(plan):
        yield (
            external_ids.get(order_id, ""),
            order_id,
            "yes" if order_id in excluded else "no",
            message["severity"],
            message["code"],
            message["message"],
            message["field"],
            suggestions.get((message["code"], order_id), ""),
        )


def _found(plan: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """By order: findings of its own in the order of the plan, then those of importers that stay behind."""
    excluded = set(plan["excluded_order_ids"])
    for message in plan["validationMessages"]:
        order_id = message["order_id"]
        is_of_the_order = message["severity"] == "warning" and message["product_id"] is None
        if order_id is not None and (
            order_id in excluded or message["severity"] == "error" or is_of_the_order
        ):
            yield order_id, message
    for order_id, messages in reasons_left_out(plan).items():
        yield from ((order_id, message) for message in messages if message["order_id"] is None)


def _suggestions(plan: Mapping[str, Any]) -> Mapping[tuple[str, str], str]:
    """By code and order: `ship_to_zip: 02139`."""
    return {
        (issue["code"], one["order_id"]): f"{ORDER_COLUMNS[one['field']]}: {one['suggestion']}"
        for issue in plan.get("issues_by_order", ())
        for one in issue["suggestions"]
    }
