"""What a mail asks of entries that were filed, each by its number. Pure."""

from collections.abc import Sequence

from entrygo.domain.snapshot import Amendment
from entrygo.execution.package.entry_snapshots import unchanged_numbers
from entrygo.execution.package.summary import PackageSummary

INFORMAL = "11"
BY_CORRECTION, WITH_CBP = "by a post-summary correction", "with CBP"


def left_to_file(amendment: Amendment, summary: PackageSummary | None) -> Sequence[int]:
    """Of an amendment that corrects entries those that were not filed."""
    if summary is None or not amendment.filed:
        return ()
    return [each.number for each in summary.entries if not each.filed_as]


def correction_of(amendment: Amendment, summary: PackageSummary | None) -> str:
    """What is asked after entries were filed; of informal ones no correction that they cannot have."""
    numbers = list(dict.fromkeys(each.entry_number for each in amendment.filed))
    unchanged = unchanged_numbers(amendment)
    changed = [each for each in numbers or [amendment.entry_number or ""] if each not in unchanged]
    informal = [each for each in _informal(amendment, summary) if each in changed]
    asked = _of_some(numbers, unchanged, informal) if unchanged else _of_all(amendment, summary, informal)
    return f"{asked}{_of_informal(informal)}"


def _of_all(amendment: Amendment, summary: PackageSummary | None, informal: Sequence[str]) -> str:
    numbers = list(dict.fromkeys(each.entry_number for each in amendment.filed))
    how = WITH_CBP if informal else BY_CORRECTION
    if len(numbers) > 1:
        each = f"correct each of them {how}{'' if informal else ' of its own'}"
        if 0 < len(informal) < len(numbers):
            each = _each_in_its_way(numbers, informal)
        return (
            f"Entries were filed for that one ({', '.join(numbers)}): please {each},"
            " and file none of them a second time."
        )
    if not amendment.filed and summary is not None and len(summary.entries) > 1:
        # Planned before it was known of which entry the number is.
        return (
            f"{amendment.entry_number} was filed for one entry of that one, and changes may be of another."
            f" Please correct what was filed {how}, and file no entry a second time."
        )
    return (
        f"An entry was filed for that one ({amendment.entry_number}): please correct that entry {how},"
        " and file no second one."
    )


def _of_some(numbers: Sequence[str], unchanged: Sequence[str], informal: Sequence[str]) -> str:
    """Nobody is asked to correct what did not change."""
    changed = [each for each in numbers if each not in unchanged]
    filed = "An entry was" if len(numbers) == 1 else "Entries were"
    asked = f"please {_each_in_its_way(changed, informal)}; " if changed else ""
    return (
        f"{filed} filed for that one ({', '.join(numbers)}): {asked}"
        f"nothing of {', '.join(unchanged)} changed, so that there is nothing to correct in it."
        " Please file no entry a second time."
    )


def _each_in_its_way(numbers: Sequence[str], informal: Sequence[str]) -> str:
    formal = [each for each in numbers if each not in informal]
    ways = ((formal, BY_CORRECTION), (informal, WITH_CBP))
    return "correct " + " and ".join(f"{', '.join(named)} {how}" for named, how in ways if named)


def _informal(amendment: Amendment, summary: PackageSummary | None) -> Sequence[str]:
    """The numbers of the entries that are planned as informal ones."""
    entries = summary.entries if summary else ()
    if not amendment.filed:
        is_known = len(entries) == 1 and entries[0].entry_type == INFORMAL
        return [amendment.entry_number or ""] if is_known else []
    return [each.filed_as for each in entries if each.filed_as and each.entry_type == INFORMAL]


def _of_informal(numbers: Sequence[str]) -> str:
    if not numbers:
        return ""
    named = ", ".join(filter(None, numbers)) or "It"
    are = "is" if len(numbers) == 1 else "are"
    return (
        f" {named} {are} planned as type 11: an informal entry is liquidated on payment, or on release where"
        " it is free (19 CFR 159.10), and takes no post-summary correction after that, but a protest"
        " (19 CFR 174), or what the port asks for."
    )
