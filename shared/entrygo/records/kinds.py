"""What a field can be. Plain data: each reader (sync, REST, CSV) makes of a kind what it needs.

REST refuses what is out of all proportion before sync looks closely; `rest_maximum` is where it draws that
line, if elsewhere than the kind itself would.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Generic

from typing_extensions import TypeVar

from entrygo.requests.issues import Check, Issues
from entrygo.requests.numbers import amount, amount_above_zero, percent
from entrygo.requests.texts import country, day, exact_text, one_of, text

SHORT_TEXT = 500  # characters
LONG_TEXT = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Text:
    """Text of at most `maximum` characters; `form` is the check where it has a form of its own."""

    maximum: int
    form: Check[str] | None = None
    rest_maximum: int | None = None

    @property
    def check(self) -> Check[str]:
        return self.form or text(self.maximum)

    @property
    def rest_limit(self) -> int:
        """Characters that the REST schema lets through."""
        return self.rest_maximum or (SHORT_TEXT if self.maximum <= SHORT_TEXT else LONG_TEXT)


@dataclass(frozen=True, slots=True)
class OwnName:
    """A name in the caller's own system: never empty. `exact` where blanks around it are refused, not cut."""

    maximum: int
    exact: bool = False

    @property
    def check(self) -> Check[str]:
        return exact_text(self.maximum) if self.exact else text(self.maximum)


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few words; `either_case` where sync also takes them in lower case."""

    allowed: tuple[str, ...]
    either_case: bool = False

    @property
    def check(self) -> Check[str]:
        among = one_of(*self.allowed)
        return (lambda value: among(value.upper())) if self.either_case else among


@dataclass(frozen=True, slots=True)
class Several:
    """Any of a few words, each once; they replace the stored ones when there are any."""

    allowed: tuple[str, ...]

    @property
    def check(self) -> Check[str]:
        return one_of(*self.allowed)


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1 alpha-2, kept in upper case."""

    check: Check[str] = country


@dataclass(frozen=True, slots=True)
class Currency:
    """ISO 4217, kept in upper case."""

    check: Check[str]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, as YYYY-MM-DD."""

    check: Check[str] = day


@dataclass(frozen=True, slots=True)
class Amount:
    """A decimal of 0 or more, or above 0: 12 digits before the point, 4 after it; `form` as in Text."""

    form: Check[str] | None = None
    above_zero: bool = False

    @property
    def check(self) -> Check[str]:
        return self.form or (amount_above_zero if self.above_zero else amount)


@dataclass(frozen=True, slots=True)
class Percent:
    """A decimal from 0 to 100."""

    check: Check[str] = percent


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds."""

    maximum: int
    minimum: int = 0
    rest_maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false; in a file yes, no, 1 and 0 do, too."""


@dataclass(frozen=True, slots=True)
class Group:
    """An object, merged field by field with what is stored; `title` names its message and its schema.

    One that `is_whole` is given whole instead: what it leaves out has its default. `agree` adds an issue for
    what no field alone shows to be wrong; it gets the object, and the path of it.
    """

    title: str
    fields: "Fields"
    about: str = ""
    is_whole: bool = False
    agree: Callable[[Mapping[str, Any], str, Issues], None] | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """A list of objects, which replaces the stored one when it has any.

    A file holds at most one object for each word of the field `one_for_each`, or one in each row
    (`one_a_row`); without either, none at all.
    """

    group: Group
    rest_maximum: int
    one_for_each: str = ""
    one_a_row: bool = False


@dataclass(frozen=True, slots=True)
class ByCountry:
    """A text for each country but `but`, which the field `instead` is for; merged country by country."""

    text: Text
    but: str
    instead: str


# What travels and is kept as one text.
Plain = Text | OwnName | Words | Country | Currency | Day | Amount | Percent
Kind = Plain | Several | Whole | Flag | Group | Many | ByCountry


K_co = TypeVar("K_co", bound=Kind, default=Kind, covariant=True)


@dataclass(frozen=True, slots=True)
class Field(Generic[K_co]):
    """One field of a record.

    `name` is that in messages, in facts and in storage; REST spells it in camelCase. `about` describes
    it to a reader of the API or of an import file. `column` is its column in a file, or what the columns of
    its own fields begin with, where that is not its name; "" leaves it out of those. `hashed` is whether the
    plan hash covers it (top-level fields; what is within one goes with it). `documented` is its name
    in REST instead of the camelCase one, which REST goes on to take and to answer.
    """

    name: str
    kind: K_co
    about: str = ""
    required: bool = False
    default: str | int | None = None
    column: str | None = None
    hashed: bool = True
    documented: str | None = None

    @property
    def rest_name(self) -> str:
        return self.documented or camel_case(self.name)


Fields = tuple[Field, ...]
# Of a record whose fields are columns of a table.
PlainFields = tuple[Field[Plain], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A kind of record with an id of ours and one of the caller's; `title` names its message and schema."""

    title: str
    own_name: str  # what the caller's own id of it is
    fields: Fields
    rest_maximum: int  # records in one REST request

    @property
    def noun(self) -> str:
        return self.title.lower()


def find(fields: Fields, name: str) -> Field | None:
    """The field of this name, if there is one."""
    return next((field for field in fields if field.name == name), None)


def names_of(fields: Fields, kinds: type | UnionType) -> Iterator[str]:
    """The names of the fields of one of these kinds, those within objects and lists included."""
    for field in fields:
        match field.kind:
            case Group(fields=inner) | Many(group=Group(fields=inner)):
                yield from names_of(inner, kinds)
            case kind if isinstance(kind, kinds):
                yield field.name


def camel_case(name: str) -> str:
    """hts_code → htsCode."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
