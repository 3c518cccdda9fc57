"""The fields of a product as forms: which input a field takes, and what a filled one means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.money import parse_decimal
from entrygo.domain.plan_words import titled
from entrygo.records.kinds import Amount, ByCountry, Country, Day, Field, Group, Many, Percent, Words, find
from entrygo.records.product import PRODUCT

# A group of fields with a status is edited by its status alone.
FINDING = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """A field that one input can change. `path` is dotted, in the names of the message."""

    path: str
    rest_path: tuple[str, ...]
    kind: Any
    about: str

    @property
    def choices(self) -> Sequence[str]:
        """The words it takes; none where it takes text."""
        return self.kind.allowed if isinstance(self.kind, Words) else ()

    @property
    def input(self) -> str:
        """The type of its input in HTML."""
        return "date" if isinstance(self.kind, Day) else "text"

    @property
    def label(self) -> str:
        """As people read it: Manufacturer: postal code."""
        return titled(self.path)

    @property
    def length(self) -> int:
        """Characters that it takes at most."""
        return 2 if isinstance(self.kind, Country) else getattr(self.kind, "maximum", 40)

    def body(self, text: str) -> dict[str, Any]:
        """What a PATCH of the product says to set it. ValidationFailed for a number that is none."""
        value: Any = text
        if isinstance(self.kind, Amount | Percent):
            try:
                value = parse_decimal(text)
            except ValueError as error:
                raise ValidationFailed.of(
                    [(".".join(self.rest_path), str(error), "invalid_number")]
                ) from error
        for name in reversed(self.rest_path):
            value = {name: value}
        changes: dict[str, Any] = value
        return changes


def editable(path: str) -> Editable | None:
    """The field that `path` leads to; None where it takes more than one input."""
    fields, owners = PRODUCT.fields, []
    parts = path.split(".")
    for position, part in enumerate(parts):
        field = find(fields, part)
        if field is None:
            return None
        owners.append(field)
        if isinstance(field.kind, ByCountry):
            return _by_country(owners, parts[position + 1 :])
        if not isinstance(field.kind, Group):
            return _of(owners) if position == len(parts) - 1 else None
        fields = field.kind.fields
    finding = find(fields, FINDING)
    return _of([*owners, finding]) if finding is not None else None


def _of(owners: Sequence[Field]) -> Editable | None:
    leaf = owners[-1]
    if isinstance(leaf.kind, Many):
        return None
    return Editable(
        path=".".join(field.name for field in owners),
        rest_path=tuple(field.rest_name for field in owners),
        kind=leaf.kind,
        about=leaf.about,
    )


def _by_country(owners: Sequence[Field], rest: Sequence[str]) -> Editable | None:
    leaf = owners[-1]
    if len(rest) != 1 or not isinstance(leaf.kind, ByCountry):
        return None
    return Editable(
        path=".".join((*(field.name for field in owners), *rest)),
        rest_path=(*(field.rest_name for field in owners), *rest),
        kind=leaf.kind.text,
        about=leaf.about,
    )


def value_of(product: Message, field: Editable) -> str:
    """What a product has there by now, as text."""
    value: Any = product
    for name in field.path.split("."):
        value = value.get(name, "") if isinstance(value, Mapping) else getattr(value, name)
    return str(value)
