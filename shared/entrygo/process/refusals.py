"""Settings that cannot be used: the variable of each, and what it should hold, in a line of its own."""

import os
import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from entrygo.process.settings import EnvironmentSettings
from entrygo.process.variables import group_of, variables_of

S = TypeVar("S", bound=BaseSettings)


def read_or_exit(settings: type[S]) -> S:
    """What the environment says; ends the process with what is wrong with it, and without a traceback."""
    try:
        return settings()
    except (ValidationError, SettingsError) as error:
        raise SystemExit("\n".join(refusals(error))) from None


def refusals(error: ValidationError | SettingsError) -> list[str]:
    """A line for each setting that is refused, without its value, which may be a secret."""
    if isinstance(error, SettingsError):
        found = re.search(r'field "(\w+)"', str(error))
        return [f"{_variable('', found[1]) if found else error}: expected JSON"]
    issues = error.errors(include_input=False, include_url=False, include_context=False)
    return [_line(error.title, each["loc"], each["msg"].removeprefix("Value error, ")) for each in issues]


def _line(owner: str, place: tuple[Any, ...], said: str) -> str:
    """What is of no single setting names those that do not go together by itself."""
    if not place or said.startswith("ENTRYGO_"):
        return said
    return f"{_variable(owner, str(place[0]))}: {said}"


def _variable(owner: str, name: str) -> str:
    """What a field or its alias is set by: in the class of that title, or any other that has it."""
    choices = [
        (each.__name__ != owner, variables)
        for each in _classes(EnvironmentSettings)
        for field_name, field in each.model_fields.items()
        if group_of(field) is None
        and name in (field_name, *(variables := variables_of(each, field_name, field)))
    ]
    known = min(choices, key=itemgetter(0))[1] if choices else [f"ENTRYGO_{name}".upper()]
    return next((variable for variable in known if variable in os.environ), known[0])


def _classes(settings: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for each in settings.__subclasses__():
        yield each
        yield from _classes(each)
