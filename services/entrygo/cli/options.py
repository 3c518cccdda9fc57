"""Options that several commands have, declared once; many of them as the fields of a frozen dataclass."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_type_hints

import typer

JSON = "--json"
Json = Annotated[bool, typer.Option(JSON, help="One JSON document, for programs.")]


def takes_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer reads it: in the place of its parameter `options`, an option for each field."""
    declared = get_type_hints(command)["options"]
    types = get_type_hints(declared, include_extras=True)
    options = [
        Parameter(each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=types[each.name])
        for each in fields(declared)
    ]

    @wraps(command)
    def run(**given: Any) -> None:
        values = {each.name: given.pop(each.name) for each in options}
        command(**given, options=declared(**values))

    own = [each for each in signature(command).parameters.values() if each.name != "options"]
    run.__signature__ = Signature([*own, *options])  # type: ignore[attr-defined]
    return run
