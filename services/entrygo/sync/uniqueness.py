"""Items of one request may not be the same record, nor take each other's ids: which of them would win?"""

from collections.abc import Sequence

from entrygo.requests.issues import Issues
from entrygo.sync.drafts import FactsDraft


def check_unique(name: str, values: Sequence[str], issues: Issues) -> None:
    """An issue at each item whose value of the field `name` an item before it has; empty ones may repeat."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value and value in seen:
            issues.add(f"items.{index}.{name}", f"Duplicate {name} in this request", "duplicate")
        seen.add(value)


def check_ids(drafts: Sequence[FactsDraft], used: Sequence[tuple[str, str]]) -> None:
    """A given id is taken at creation when it is free, and must be the stored one later."""
    issues = Issues()
    id_of = dict(used)
    taken = {fact_id for _, fact_id in used}
    for index, draft in enumerate(drafts):
        if draft.id is None:
            continue
        stored_id = id_of.get(draft.external_id)
        if stored_id is not None and stored_id != draft.id:
            issues.add(f"items.{index}.id", f"This externalId has the id {stored_id}", "id_mismatch")
        elif stored_id is None and draft.id in taken:
            issues.add(f"items.{index}.id", "This id is in use for another externalId", "id_taken")
    issues.check()
