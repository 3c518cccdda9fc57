"""Texts of others as an agent's person would see them: nothing in them is hidden or turned round. Pure."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")

# Characters that spell a text which no screen shows, and those that change the order in which one is read.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def in_plain_sight(make: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """The same answers, with every such character written out: `<U+202E>`."""

    @wraps(make)
    def made(*args: P.args, **named: P.kwargs) -> dict[str, Any]:
        return {name: _shown(value) for name, value in make(*args, **named).items()}

    return made


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return _HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", value)
    if isinstance(value, Mapping):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value
