"""What changed between two plans, as people read it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrygo.domain.plan_words import field_in_words, value_in_words

Answer = Mapping[str, Any]

SECTIONS = ("warehouse", "broker")
KINDS = (
    ("importers", "importer"),
    ("orders", "order"),
    ("products", "product"),
    ("reference_rows", "reference row"),
)


def show_diff(console: Console, diff: Answer) -> None:
    """A row for each change: where, which field, and both values."""
    before, after = diff["from"], diff["to"]
    console.print(
        f"plan {before['revision']} of {before['planned_at']} -> plan {after['revision']} of "
        f"{after['planned_at']}" + (": same plan hash" if diff["is_same"] else "")
    )
    table = Table(box=None, header_style="dim")
    for heading in ("what", "field", "before", "after"):
        table.add_column(heading, overflow="fold")
    _plan(table, diff["plan"])
    for section in SECTIONS:
        _fields(table, section, diff[section])
    for name, kind in KINDS:
        _items(table, kind, diff[name])
    _messages(table, diff["messages"])
    console.print(table if table.row_count else "No change.")


def _plan(table: Table, changes: Answer) -> None:
    for change in changes["first"]:
        field = change["field"]
        before, after = (value_in_words(field, change[name]) for name in ("before", "after"))
        table.add_row("plan", field_in_words(field), Text(before), Text(after))
    _rest(table, "plan", changes["count"] - len(changes["first"]), "changes")


def _fields(table: Table, what: str, changes: Answer) -> None:
    for change in changes["first"]:
        values = (Text(change[name] or "") for name in ("before", "after"))
        table.add_row(Text(what), Text(field_in_words(change["field"])), *values)
    _rest(table, what, changes["count"] - len(changes["first"]), "changes")


def _items(table: Table, kind: str, changes: Answer) -> None:
    for item in changes["added"]:
        table.add_row(Text(f"{kind} {_name(item)}"), "", "", "added")
    _rest(table, kind, changes["added_count"] - len(changes["added"]), "added")
    for item in changes["removed"]:
        table.add_row(Text(f"{kind} {_name(item)}"), "", "removed", "")
    _rest(table, kind, changes["removed_count"] - len(changes["removed"]), "removed")
    for item in changes["changed"]:
        _fields(table, f"{kind} {_name(item)}", item["changes"])
    _rest(table, kind, changes["changed_count"] - len(changes["changed"]), "changed")


def _messages(table: Table, messages: Answer) -> None:
    for message in messages["disappeared"]:
        table.add_row("message", message["code"], Text(message["message"]), "")
    _rest(table, "message", messages["disappeared_count"] - len(messages["disappeared"]), "gone")
    for message in messages["appeared"]:
        table.add_row("message", message["code"], "", Text(message["message"]))
    _rest(table, "message", messages["appeared_count"] - len(messages["appeared"]), "new")


def _name(item: Answer) -> str:
    return str(item["name"] or item["id"])


def _rest(table: Table, what: str, left: int, done: str) -> None:
    if left > 0:
        table.add_row(Text(what), f"… {left:,} more {done}", "", "")
