"""Names and values of fields in words for people, and those of a plan's own fields."""

import re
from collections.abc import Mapping
from decimal import Decimal

# Names of fields as `plan_diff` gives them, dotted within savings.
_FIELDS: Mapping[str, str] = {
    "readiness_state": "How it stands",
    "next_recommended_action": "Next step",
    "recommended_strategy": "Advice",
    "compliance_score": "Compliance score",
    "orders": "Orders",
    "excluded_orders": "Orders left out",
    "lines": "Lines of orders",
    "entries": "Entries",
    "total_value_usd": "Value of the goods",
    "entry_type": "Entry type",
    "asked_entry_type": "Entry type that was asked for",
    "informal_limit_usd": "Limit of informal entries",
    "entry_date": "Expected arrival",
    "destination_country": "Destination",
    "flags": "Flags",
    "ruleset_version": "Rules of",
    "reference_version": "Lists and rates of",
    "savings.estimated_usd": "Estimated saving",
    "savings.signed_usd": "Saving, or loss below 0",
    "savings.fee_schedule_valid_from": "Broker's fees of",
    "savings.mpf_fiscal_year": "Processing fee of fiscal year",
}
_SIDES: Mapping[str, str] = {
    "savings.separate": "One entry an order",
    "savings.consolidated": "As planned",
    "savings.measured.alternative": "By the account's measure",
    "savings.measured": "By the account's measure",
}
_WORDS: Mapping[str, str] = {
    "READY": "ready to send",
    "REVIEW_REQUIRED": "to review",
    "BLOCKED": "blocked",
    "01": "01, formal",
    "03": "03, antidumping or countervailing duty",
    "11": "11, informal",
}
_NEXT_STEPS: Mapping[str, str] = {
    "sync_orders_then_replan": "send the orders, then plan again",
    "plan_other_orders": "plan other orders: these have left",
    "refresh_reference_data_then_replan": "load the newest lists, then plan again",
    "complete_missing_data_then_replan": "fill in what is missing, then plan again",
    "resolve_blocking_issues_then_replan": "fix what blocks, then plan again",
    "review_flags_then_execute": "review, then send",
    "plan_without_dry_run": "plan it for good",
    "execute": "send",
}
_ACRONYMS = re.compile(
    r"\b(ace|adcvd|cci|cpsc|csv|dot|epa|fcc|fda|fws|hts|http|https|id|json|mid|pdf|pga|scac|sftp|ttb|uflpa|un|usd|usda|"
    r"url|usmca|xlsx|xml|zip)\b"
)
_AMOUNTS = frozenset({"total_value_usd", "informal_limit_usd"})
_COUNTS = frozenset({"orders", "excluded_orders", "lines", "entries"})
_PART_OF_SAVING = re.compile(r"savings\..*(usd|fees?)")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def field_in_words(field: str) -> str:
    """`readiness_state` is How it stands; a field that has no words of its own is spelt out."""
    if field in _FIELDS:
        return _FIELDS[field]
    for side, words in _SIDES.items():
        if field.startswith(f"{side}."):
            return f"{words}: {name_in_words(field.removeprefix(f'{side}.'))}"
    return titled(field)


def place_of(field: str) -> int:
    """Where people look for a field: how the plan stands first, what nobody named last."""
    return list(_FIELDS).index(field) if field in _FIELDS else len(_FIELDS)


def value_in_words(field: str, value: str | None) -> str:
    """A value of that field; empty where there was or is none."""
    if not value:
        return ""
    match field:
        case "readiness_state" | "entry_type" | "asked_entry_type":
            return _WORDS.get(value, value)
        case "next_recommended_action":
            return _NEXT_STEPS.get(value, name_in_words(value))
        case "flags":
            return name_in_words(value)
    if _NUMBER.fullmatch(value) and (field in _AMOUNTS or _PART_OF_SAVING.fullmatch(field)):
        return f"USD {Decimal(value):,.2f}"
    return f"{int(value):,}" if field in _COUNTS and value.isdecimal() else value


def name_in_words(name: str) -> str:
    """`manufacturer.mid` is manufacturer: MID, a word of code as people write it."""
    words = name.replace("_", " ").replace(".", ": ")
    return _ACRONYMS.sub(lambda found: found[0].upper(), words)


def titled(name: str) -> str:
    """As a label begins: Manufacturer: MID."""
    words = name_in_words(name)
    return words[:1].upper() + words[1:]
