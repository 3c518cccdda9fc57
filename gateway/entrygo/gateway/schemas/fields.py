"""Field types of the REST API: strict about type, length and content. Meaning is for the services."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError, PydanticKnownError

from entrygo.domain.ids import MAX_ID_LENGTH
from entrygo.domain.money import MAX_DECIMAL_PLACES, MAX_INTEGER_DIGITS
from entrygo.requests import idempotency_key, texts
from entrygo.requests.issues import MAX_ISSUES, Check, Wrong

MAX_DIGITS = MAX_INTEGER_DIGITS + MAX_DECIMAL_PLACES
MAX_NUMBER = 10**MAX_INTEGER_DIGITS
MAX_METADATA_DEPTH = 16
MAX_METADATA_VALUES = 1000
MAX_METADATA_TEXT = 2000  # characters
# Line breaks and tabs are text; lone surrogates have no UTF-8.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class Body(BaseModel):
    """A JSON object from outside: camelCase names, unknown ones refused. Queries are such objects, too."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, allow_inf_nan=False)


class Returned(Body):
    """An object that may come back as an answer showed it: what only answers have of it is passed over."""

    answered_only: ClassVar[frozenset[str]] = frozenset()
    # Name in the contract → the former one, which answers show beside it.
    renamed: ClassVar[Mapping[str, str]] = MappingProxyType({})

    @model_validator(mode="before")
    @classmethod
    def _as_given(cls, shown: Any) -> Any:
        if not isinstance(shown, dict):
            return shown
        former = {was for name, was in cls.renamed.items() if name in shown}
        passed = cls.answered_only | former
        if passed.isdisjoint(shown):
            return shown
        return {name: value for name, value in shown.items() if name not in passed}


def either_required(one: str, other: str) -> Callable[[dict[str, Any]], None]:
    """Says in a schema that one of two fields is needed, of which the model itself needs the first.

    In words: generators of clients make nothing usable of `anyOf` over `required`. The model refuses neither.
    """

    def amend(schema: dict[str, Any]) -> None:
        schema["required"] = [name for name in schema["required"] if name != one]
        schema["description"] = f"Needs `{one}` or `{other}`."

    return amend


def at_most(maximum: int) -> BeforeValidator:
    """Refuses a list or an object of more by its length alone.

    pydantic's own limit counts what is good in it: it looks at millions of bad items, and describes each.
    """

    def check(given: Any) -> Any:
        if isinstance(given, list | dict) and len(given) > maximum:
            context = {"field_type": "List", "max_length": maximum, "actual_length": len(given)}
            raise PydanticKnownError("too_long", context)
        return given

    return BeforeValidator(check)


# Beside a value that is checked: how many issues its request has already.
IssueCount = dict[Literal["issues"], int]


def _while_issues_are_listed(given: Any, check: Callable[[Any], Any], info: ValidationInfo) -> Any:
    count: IssueCount | None = info.context
    if count is None:
        return check(given)
    if count["issues"] > MAX_ISSUES:
        return given  # Unchecked, and used by nobody: the request is refused.
    try:
        return check(given)
    except ValidationError as error:
        count["issues"] += error.error_count()
        raise


# On the items of a long list: none is looked at once the request has more issues than are listed.
WhileIssuesAreListed = WrapValidator(_while_issues_are_listed)

Identifier = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=MAX_ID_LENGTH, pattern=texts.PRINTABLE)
]
# What something is called in the caller's own system.
OwnName = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=255, pattern=texts.PRINTABLE),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": texts.MAX_EXTERNAL_ID, "pattern": texts.PRINTABLE}
    ),
]
ShortText = Annotated[str, StringConstraints(strict=True, max_length=500, pattern=texts.PRINTABLE)]
LongText = Annotated[str, StringConstraints(strict=True, max_length=2000, pattern=texts.PRINTABLE)]
Country = Annotated[str, StringConstraints(strict=True, pattern=texts.COUNTRY)]
Flag = Annotated[bool, Strict()]
IdempotencyKey = Annotated[
    str,
    StringConstraints(strict=True, pattern=idempotency_key.PATTERN),
    Field(description=f"{idempotency_key.FORM}; the Idempotency-Key header wins over it."),
]


def _number(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "type": "number",
            "description": f"Up to {MAX_INTEGER_DIGITS} digits before the point, {MAX_DECIMAL_PLACES} after.",
            "exclusiveMaximum": MAX_NUMBER,
            **schema,
        }
    )


# The JSON reader hands every number over as a Decimal (see json_reader), so strict means: a number.
_Bounded = Field(max_digits=MAX_DIGITS, decimal_places=MAX_DECIMAL_PLACES)
PositiveNumber = Annotated[Decimal, Strict(), _Bounded, Field(gt=0), _number(exclusiveMinimum=0)]
Amount = Annotated[Decimal, Strict(), _Bounded, Field(ge=0), _number(minimum=0)]
Percent = Annotated[Decimal, Strict(), _Bounded, Field(ge=0, le=100), _number(minimum=0, maximum=100)]


def whole_number(minimum: int, maximum: int, taken: int | None = None) -> Any:
    """The type of a whole number between two bounds, both inclusive; `taken` as in `text_of`."""
    digits = Field(max_digits=len(str(maximum)), decimal_places=0, ge=minimum, le=maximum)
    schema = {"type": "integer", "minimum": minimum, "maximum": taken or maximum}
    return Annotated[Decimal, Strict(), digits, WithJsonSchema(schema)]


def text_of(maximum: int, taken: int | None = None) -> Any:
    """The type of a text of at most `maximum` characters without control characters.

    Where a service takes no more than `taken` of them, the published schema says that.
    """
    published = {"type": "string", "maxLength": taken or maximum, "pattern": texts.PRINTABLE}
    limits = StringConstraints(strict=True, max_length=maximum, pattern=texts.PRINTABLE)
    return Annotated[str, limits, WithJsonSchema(published)]


PositiveWholeNumber = Annotated[
    Decimal,
    Strict(),
    Field(max_digits=6, decimal_places=0, ge=1),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 999_999}),
]


def _by(check: Check[str]) -> AfterValidator:
    """The check of the services, with its message and code."""

    def validate(given: str) -> str:
        try:
            check(given)
        except Wrong as wrong:
            raise PydanticCustomError(wrong.code, wrong.message) from None
        return given

    return AfterValidator(validate)


Date = Annotated[str, Strict(), _by(texts.day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[
    str,
    StringConstraints(strict=True, max_length=40),
    _by(texts.instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
PlanHash = Annotated[
    str,
    Strict(),
    _by(texts.plan_hash),
    WithJsonSchema({"type": "string", "pattern": texts.PLAN_HASH}),
]


def _plain_json(metadata: dict[str, Any]) -> dict[str, Any]:
    """Refuses what a database or a reader of JSON would stumble over; numbers become JSON numbers again."""
    if is_plain(metadata):
        return metadata
    budget = [MAX_METADATA_VALUES]
    return {_plain_text(name): _plain_value(value, 1, budget) for name, value in metadata.items()}


def is_plain(metadata: dict[str, Any]) -> bool:
    """Whether it surely is as it should be, being a few short texts, as most of it is."""
    try:
        texts = "".join([*metadata, *metadata.values()])
    except TypeError:
        return False
    is_short = len(metadata) <= MAX_METADATA_VALUES and len(texts) <= MAX_METADATA_TEXT
    return is_short and _UNSTORABLE.search(texts) is None


def _plain_value(value: Any, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if depth > MAX_METADATA_DEPTH or budget[0] < 0:
        message = f"At most {MAX_METADATA_VALUES} values, nested at most {MAX_METADATA_DEPTH} deep"
        raise PydanticCustomError("metadata_too_big", message)
    if isinstance(value, str):
        return _plain_text(value)
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, list):
        return [_plain_value(item, depth + 1, budget) for item in value]
    if isinstance(value, dict):
        return {_plain_text(name): _plain_value(item, depth + 1, budget) for name, item in value.items()}
    return value


def _plain_text(text: str) -> str:
    if len(text) > MAX_METADATA_TEXT or _UNSTORABLE.search(text) is not None:
        raise PydanticCustomError(
            "invalid_text", "Text of at most 2000 characters without control characters"
        )
    return text


def _plain_number(number: Decimal) -> int | float:
    if not -308 < number.adjusted() < 308:
        raise PydanticCustomError("number_out_of_range", "Number is out of the range of a double")
    if number.as_tuple().exponent == 0 and number.adjusted() < 18:
        return int(number)
    return float(number)


Metadata = Annotated[
    dict[str, Any],
    AfterValidator(_plain_json),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": True,
            "description": "Source metadata preserved with the order: any JSON object of at most "
            f"{MAX_METADATA_VALUES} values. Numbers keep the precision of a double.",
        }
    ),
]
