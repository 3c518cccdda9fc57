"""Settings that cannot be used: the variable of each, and what it should hold, in a line of its own."""

import os
import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Any, TypeVar

from pydantic import ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsError

from entrygo.process.settings import EnvironmentSettings
from entrygo.process.variables import group_of, variables_of

S = TypeVar("S", bound=BaseSettings)

# Pydantic's word on a default that follows from others, one of which is wrong: nobody set it.
NOT_MADE = "default_factory_not_called"


def read_or_exit(settings: type[S]) -> S:
    """What the environment says; ends the process with what is wrong with it, and without a traceback."""
    if wrong := all_refusals(settings):
        raise SystemExit("\n".join(wrong))
    return settings()


def all_refusals(settings: type[BaseSettings]) -> list[str]:
    """A line for each setting that is wrong, also of the classes it holds.

    Of a class with a value that cannot be read, what its other values name is looked at once it can.
    """
    found: list[str] = []
    refused: dict[str, Any] = {}
    for name, field in settings.model_fields.items():
        group = group_of(field)
        if group is not None and (lines := all_refusals(group)):
            found += lines
            refused[name] = (Any, None)
    # Without those, so that its own fields are looked at.
    own = create_model(settings.__name__, __base__=settings, **refused) if refused else settings
    try:
        made = own()
    except (ValidationError, SettingsError) as error:
        found += refusals(error)
    else:
        if isinstance(made, EnvironmentSettings):
            found += [_line(settings.__name__, (name,), wrong) for name, wrong in made.unusable()]
    return [*dict.fromkeys(found)]


def refusals(error: ValidationError | SettingsError) -> list[str]:
    """A line for each setting that is refused, without its value, which may be a secret."""
    if isinstance(error, SettingsError):
        found = re.search(r'field "(\w+)"', str(error))
        return [f"{_variable('', found[1]) if found else error}: expected JSON"]
    issues = error.errors(include_input=False, include_url=False, include_context=False)
    return [
        _line(error.title, each["loc"], each["msg"].removeprefix("Value error, "))
        for each in issues
        if each["type"] != NOT_MADE
    ]


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
