"""What there is to fix in a plan, as people read it: the products that hold up most orders first."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from rich.console import Console
from rich.text import Text

from entrygo.cli.readable import table_of
from entrygo.cli.terminal import WIDE

Answer = Mapping[str, Any]

SHOWN_PRODUCTS = 20


def show_issues(console: Console, plan: Answer, *, left_out: int) -> None:
    """The sentence on the size of the work, then a row for each code and product, and each code of orders."""
    console.print(headline(plan["issue_totals"], left_out=left_out))
    if plan["readinessState"] == "BLOCKED" and not plan["issue_totals"]["orders_blocked"]:
        console.print("The export as a whole is blocked: see the errors that name no product.")
    _show_products(console, plan["issues_by_product"])
    _show_orders(console, plan["issues_by_order"])


def show_party_issues(console: Console, messages: Sequence[Answer]) -> None:
    """What is wrong with the warehouse, the broker, an importer or a bond: with no order and no product."""
    found = [
        message
        for message in messages
        if message["product_id"] is None and message["order_id"] is None and message["severity"] != "info"
    ]
    if not found:
        return
    table = table_of("code", "severity", "field", "what")
    for message in found:
        table.add_row(message["code"], message["severity"], Text(message["field"]), Text(message["message"]))
    console.print(table)


def _show_orders(console: Console, found: Sequence[Answer]) -> None:
    """A row for each code met by orders, with the first of them by the warehouse's own id."""
    if not found:
        return
    table = table_of("code", "blocks", "touches", "first order", "what")
    for issue in found:
        example = issue["example"]
        table.add_row(
            issue["code"],
            f"{issue['orders_blocked']:,}",
            f"{issue['orders_affected']:,}",
            Text(example["external_id"] or example["order_id"]),
            Text(issue["message"]),
        )
    console.print(table)


def _show_products(console: Console, found: Sequence[Answer]) -> None:
    """A row for each code and product; what a field accepts where there is room for it."""
    if not found:
        return
    is_wide = console.width >= WIDE
    table = table_of(
        "sku", "code", "blocks", "touches", "field", "suggestion", *(("accepted",) if is_wide else ())
    )
    for issue in islice(found, SHOWN_PRODUCTS):
        table.add_row(
            Text(issue["sku"]),
            issue["code"],
            f"{issue['orders_blocked']:,}",
            f"{issue['orders_affected']:,}",
            issue["fix"]["field"],
            Text(issue["suggestion"] or ""),
            *((Text(issue["accepted"]),) if is_wide else ()),
        )
    console.print(table)
    if len(found) > SHOWN_PRODUCTS:
        console.print(f"… and {len(found) - SHOWN_PRODUCTS} more; --json lists all")
    for code, remedy in {issue["code"]: issue["remedy"] for issue in found if issue["remedy"]}.items():
        console.print(Text(f"{code}: {remedy}"))


def headline(totals: Answer, *, left_out: int) -> str:
    """12 products block 3,418 orders; 3,420 orders are blocked in all; 2 orders are left out."""
    said = _blocked(totals)
    if not left_out:
        return said or "No order is blocked"
    rest = f"{counted(left_out, 'order')} {'is' if left_out == 1 else 'are'} left out"
    return f"{said or 'No order that goes is blocked'}; {rest}"


def _blocked(totals: Answer) -> str:
    products, orders = totals["products_blocking"], totals["orders_blocked_by_products"]
    in_all = totals["orders_blocked"]
    verb = "blocks" if products == 1 else "block"
    sentence = f"{counted(products, 'product')} {verb} {counted(orders, 'order')}" if products else ""
    if in_all == orders:
        return sentence
    rest = f"{counted(in_all, 'order')} {'is' if in_all == 1 else 'are'} blocked"
    return f"{sentence}; {rest} in all" if sentence else rest


def counted(number: int, noun: str) -> str:
    """1 order; 3,418 orders."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
