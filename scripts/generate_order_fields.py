"""Writes the tables of an order's fields into docs/api/orders.md from their declaration; the rest is kept."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from entrygo.gateway.schemas.fields import MAX_METADATA_DEPTH, MAX_METADATA_TEXT, MAX_METADATA_VALUES
from entrygo.records.kinds import Amount, Percent, PlainFields
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.sync.read_orders import MAX_METADATA_BYTES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api" / "orders.md"
HEAD = "| field | type | required | meaning |\n|---|---|---|---|\n"
# What an order has beside its plain fields.
LINES = ("items", "array", "yes", "lines, as below; replaced as a whole on an update")
LIMITS = (
    f"{MAX_METADATA_BYTES >> 10} KiB, {MAX_METADATA_VALUES:,} values, {MAX_METADATA_DEPTH} levels, and "
    f"{MAX_METADATA_TEXT:,} characters in a text"
)
METADATA = ("metadata", "object", "no", f"a JSON object of yours; kept and shown again. At most {LIMITS}")


def main() -> int:
    """Writes the page, or to the path that is given."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")
    return 0


def page() -> str:
    """The page as it should be. Ends the program when a table is not where it was."""
    order = [*_rows(ORDER), LINES, METADATA]
    kept = _with_table(PAGE.read_text(encoding="utf-8"), "Each order:", order)
    return _with_table(kept, "Each line:", [*_rows(ORDER_LINE)])


def _rows(fields: PlainFields) -> Iterator[tuple[str, str, str, str]]:
    for field in fields:
        shown = "number" if isinstance(field.kind, Amount | Percent) else "string"
        yield field.rest_name, shown, "yes" if field.required else "no", field.about


def _with_table(text: str, title: str, rows: list[tuple[str, str, str, str]]) -> str:
    table = "".join(f"| `{name}` | {' | '.join(rest)} |\n" for name, *rest in rows)
    changed, found = re.subn(
        rf"(?m)^({re.escape(title)}\n\n{re.escape(HEAD)})(\|.*\n)*", lambda match: match[1] + table, text
    )
    if found != 1:
        sys.exit(f"{PAGE}: no table below {title!r}")
    return changed


if __name__ == "__main__":
    sys.exit(main())
