"""What there is to fix in a plan, as people read it: the products that hold up most orders first."""

from itertools import islice
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Answer = dict[str, Any]

SHOWN_PRODUCTS = 20


def show_issues(console: Console, plan: Answer) -> None:
    """The sentence on the size of the work, and a row for each code and product."""
    console.print(headline(plan["issue_totals"]))
    found = plan["issues_by_product"]
    if not found:
        return
    table = Table(box=None, header_style="dim")
    for heading in ("sku", "code", "blocks", "touches", "field", "suggestion", "accepted"):
        table.add_column(heading, overflow="fold")
    for issue in islice(found, SHOWN_PRODUCTS):
        table.add_row(
            Text(issue["sku"]),
            issue["code"],
            f"{issue['orders_blocked']:,}",
            f"{issue['orders_affected']:,}",
            issue["fix"]["field"],
            Text(issue["suggestion"] or ""),
            Text(issue["accepted"]),
        )
    console.print(table)
    if len(found) > SHOWN_PRODUCTS:
        console.print(f"… and {len(found) - SHOWN_PRODUCTS} more; --json lists all")


def headline(totals: Answer) -> str:
    """12 products block 3,418 orders; 3,420 orders are blocked in all."""
    products, orders = totals["products_blocking"], totals["orders_blocked_by_products"]
    in_all = totals["orders_blocked"]
    verb = "blocks" if products == 1 else "block"
    sentence = f"{_count(products, 'product')} {verb} {_count(orders, 'order')}" if products else ""
    if in_all == orders:
        return sentence or "No order is blocked"
    rest = f"{_count(in_all, 'order')} {'is' if in_all == 1 else 'are'} blocked"
    return f"{sentence}; {rest} in all" if sentence else rest


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
