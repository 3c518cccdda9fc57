"""What is written out beside a declaration takes what it declares: types, words, defaults, limits."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import TypeAdapter, create_model
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic.fields import FieldInfo

from entrygo.domain import facts
from entrygo.gateway.schemas import declared
from entrygo.gateway.schemas.fields import OwnName
from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import (
    Amount,
    ByCountry,
    Day,
    Field,
    Fields,
    Flag,
    Group,
    Many,
    Percent,
    Record,
    Several,
    Text,
    Whole,
    Words,
)
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.records.product import PRODUCT
from entrygo.records.reading import MAX_LIST
from entrygo.records.warehouse import WAREHOUSE
from entrygo.requests.texts import MAX_EXTERNAL_ID
from entrygo.sync.read_setup import MAX_ITEMS

RECORDS: Mapping[Record, type[facts.Fact]] = {
    PRODUCT: facts.Product,
    WAREHOUSE: facts.Warehouse,
    BROKER: facts.Broker,
    IMPORTER: facts.Importer,
}
LINE = tuple(field for field in ORDER_LINE if field.name != "sku")
PROTO = Path(__file__).resolve().parents[3] / "protos" / "entrygo" / "proto" / "sync" / "v1" / "sync.proto"
# In REST a class and a field of one name trip generators of clients up.
NAMES_OF_MESSAGES = {"MetalContent": "Metal"}


def held_by(fact: type[Any]) -> Mapping[str, FieldInfo]:
    """The fields of a fact; of an order and its lines, which are dataclasses, as pydantic reads them."""
    known: Mapping[str, FieldInfo] = (
        fact.model_fields
        if issubclass(fact, facts.Fact)
        else pydantic_dataclass(fact, frozen=True).__pydantic_fields__
    )
    return known


@dataclass(frozen=True)
class Place:
    """A declared field, the fact that holds it, and how both are found."""

    path: str
    message: str
    field: Field
    fact: type[Any]

    @property
    def held(self) -> FieldInfo:
        return held_by(self.fact)[self.field.name]

    @property
    def type(self) -> Any:
        """What the fact holds, None aside."""
        return plain(self.held.annotation)


def plain(annotation: Any) -> Any:
    """`X` in `X`, `X | None` and `Annotated[X, …]`."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        [given] = [one for one in get_args(annotation) if one is not NoneType]
        return plain(given)
    return annotation


def places(title: str, fields: Fields, fact: type[Any], path: str) -> Iterator[Place]:
    for field in fields:
        place = Place(f"{path}.{field.name}", NAMES_OF_MESSAGES.get(title, title), field, fact)
        yield place
        match field.kind:
            case Group() as group:
                yield from places(group.title, group.fields, place.type, place.path)
            case Many(group=group):
                yield from places(group.title, group.fields, get_args(place.type)[0], place.path)


PLACES = [
    place
    for record, fact in RECORDS.items()
    for place in places(record.title, record.fields, fact, record.noun)
]
PLACES += [*places("Order", ORDER, facts.Order, "order"), *places("OrderItem", LINE, facts.OrderItem, "line")]


def words_in(held: Any) -> tuple[str, ...]:
    """The words that a fact takes; none where it takes any text."""
    if get_origin(held) is Literal:
        return get_args(held)
    return tuple(held) if isinstance(held, type) and issubclass(held, StrEnum) else ()


def is_of_kind(place: Place) -> bool:
    match place.field.kind:
        case Amount() | Percent():
            return place.type is Decimal
        case Day():
            return place.type is date
        case Whole():
            return place.type is int
        case Flag():
            return place.type is bool
        case Words() if place.type is not str:
            return bool(words_in(place.type))
        case Group():
            return isinstance(place.type, type) and issubclass(place.type, facts.Fact)
        case Many():
            [fact, rest] = get_args(place.type)
            return issubclass(fact, facts.Fact) and rest is Ellipsis
        case Several():
            return bool(place.type == tuple[str, ...])
        case ByCountry():
            return bool(place.type == Mapping[str, str])
        case _:
            return place.type is str


def test_every_record_is_looked_through_to_its_last_field() -> None:
    # The tests below would also pass if they looked at nothing.
    assert len(PLACES) > 150
    assert {"product.section_232.metals.melt_pour", "broker.sftp.port", "line.quantity"} <= {
        place.path for place in PLACES
    }


def test_facts_hold_each_field_as_the_type_of_its_kind() -> None:
    assert [place.path for place in PLACES if not is_of_kind(place)] == []


def test_facts_that_name_their_words_take_the_declared_ones() -> None:
    named = {
        place.path: (set(words_in(place.type)), set(place.field.kind.allowed))
        for place in PLACES
        if isinstance(place.field.kind, Words) and words_in(place.type)
    }
    assert len(named) > 15
    assert [path for path, (held, declared) in named.items() if held != declared] == []


def says_the_default(place: Place, default: object) -> bool:
    """Whether the declaration, or its text for readers, has what a fact holds when nobody gave anything."""
    return place.field.default == default or f"{default} when absent" in place.field.about


def test_what_facts_hold_when_nobody_gave_a_field_is_said_where_it_is_declared() -> None:
    silent = []
    for place in PLACES:
        default = None if place.held.is_required() else place.held.get_default()
        # Nothing, zero and an object of nothings are what a reader expects.
        if default and not isinstance(default, facts.Fact) and not says_the_default(place, default):
            silent.append(f"{place.path}: {default}")
    assert silent == []


def test_facts_require_no_field_that_may_be_left_out() -> None:
    required = {place.path for place in PLACES if place.held.is_required()}
    declared = {place.path for place in PLACES if place.field.required}
    # Sync fills these in: a product without a SKU is called by its external id, a line has its product's id.
    assert required - declared == {"product.sku", "line.product_id"}


def test_rest_lets_through_what_sync_takes() -> None:
    narrower = [
        place.path
        for place in PLACES
        if (isinstance(place.field.kind, Text) and place.field.kind.rest_limit < place.field.kind.maximum)
        or (
            isinstance(place.field.kind, Whole)
            and (place.field.kind.rest_maximum or place.field.kind.maximum) < place.field.kind.maximum
        )
    ]
    assert narrower == []


def test_the_contract_says_how_much_sync_takes() -> None:
    published = {}
    for place in PLACES:
        if isinstance(place.field.kind, Text | Whole):
            schema = create_model("One", **declared.members((place.field,))).model_json_schema()
            [found] = re.findall(r"'(?:maxLength|maximum)': (\d+)", str(schema["properties"]))
            published[place.path] = (int(found), place.field.kind.maximum)
    assert {path: limits for path, limits in published.items() if limits[0] != limits[1]} == {}
    assert TypeAdapter(OwnName).json_schema()["maxLength"] == MAX_EXTERNAL_ID


def test_rest_takes_no_longer_lists_than_sync() -> None:
    lists = {place.path: place.field.kind for place in PLACES if isinstance(place.field.kind, Many)}
    assert lists
    assert [path for path, kind in lists.items() if kind.rest_maximum > MAX_LIST] == []
    assert [record.title for record in RECORDS if record.rest_maximum > MAX_ITEMS] == []


def comments() -> dict[tuple[str, str], str]:
    """The comment before each field of sync.proto, by message and field."""
    found, message, comment = {}, "", ""
    for line in PROTO.read_text(encoding="utf-8").splitlines():
        if begun := re.match(r"message (\w+) \{", line):
            message = begun[1]
        if said := re.match(r"  // (.*)", line):
            comment = f"{comment} {said[1]}"
            continue
        if field := re.match(r"  .*?(\w+) = \d+;", line):
            found[message, field[1]] = comment
        comment = ""
    return found


def test_comments_of_the_messages_that_name_words_name_all_of_them() -> None:
    said = comments()
    partial, complete = [], 0
    for place in PLACES:
        if isinstance(place.field.kind, Words):
            comment, allowed = said[place.message, place.field.name], place.field.kind.allowed
            tokens = set(re.findall(r"[\w-]+", comment))
            if f"{allowed[0]} to {allowed[-1]}" in comment or tokens >= set(allowed):
                complete += 1
            elif tokens & set(allowed):
                partial.append(f"{place.path}: {comment}")
    assert complete > 20
    assert partial == []


@pytest.mark.parametrize("annotation", [str, str | None, Annotated[str, "x"], Annotated[str, "x"] | None])
def test_a_type_is_seen_through_what_surrounds_it(annotation: Any) -> None:
    assert plain(annotation) is str
