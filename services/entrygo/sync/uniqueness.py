"""Items of one request may not be the same record: which of them would win?"""

from collections.abc import Sequence

from entrygo.requests.issues import Issues


def check_unique(name: str, values: Sequence[str], issues: Issues) -> None:
    """An issue at each item whose value of the field `name` an item before it has; empty ones may repeat."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value and value in seen:
            issues.add(f"items.{index}.{name}", f"Duplicate {name} in this request", "duplicate")
        seen.add(value)
