"""The package that a package replaces: as data, and in words."""

from entrygo.domain.changes import changes_in_words
from entrygo.domain.snapshot import Amendment
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.json_values import Json
from entrygo.execution.package.printable import clean_text


def replaced_package(invoice: Invoice) -> Json:
    """The replaced package and the changes; empty if it replaces none."""
    amendment = invoice.snapshot.amendment
    if amendment is None:
        return {}
    return {
        "replaces": {
            "package_number": invoice.package.replaces,
            "export_id": amendment.supersedes,
            "reason": clean_text(amendment.reason),
            "after_entry": amendment.after_entry,
            "entry_number": amendment.entry_number,
            **({"filed": _filed(invoice, amendment)} if amendment.filed else {}),
            "changes": [clean_text(each) for each in changes_in_words(amendment)],
        }
    }


def replaced_in_words(invoice: Invoice) -> str:
    """Whose place the package takes; empty for most."""
    amendment = invoice.snapshot.amendment
    if amendment is None:
        return ""
    if not amendment.after_entry:
        return f"Replaces {invoice.package.replaces}"
    # Amendments from before several entries were known name none: then all was filed.
    entries = invoice.snapshot.entries if amendment.filed else ()
    left = [str(each.number) for each in entries if each.filed_as is None]
    others = f"to be filed: entry {', '.join(left)}" if left else "no new one"
    return f"Corrects entry {amendment.entry_number}, {others}; replaces {invoice.package.replaces}"


def _filed(invoice: Invoice, amendment: Amendment) -> list[Json]:
    """Each entry that was filed, as it was numbered then and is now: null where nothing of it is left."""
    now = {entry.filed_as: entry.number for entry in invoice.snapshot.entries if entry.filed_as}
    return [
        {"entry_before": each.entry, "entry": now.get(each.entry_number), "entry_number": each.entry_number}
        for each in amendment.filed
    ]
