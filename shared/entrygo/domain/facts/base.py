"""What every fact is made of: a frozen value, decimals as text, addresses and parties."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from entrygo.domain.money import parse_sum, plain

# In documents a decimal is text, so that no reader can make a binary float of it. What callers state is
# bounded where it is read; totals of it are larger.
Number = Annotated[
    Decimal, BeforeValidator(parse_sum), PlainSerializer(plain, return_type=str, when_used="json")
]


class Fact(BaseModel):
    """A frozen value with exactly the fields listed."""

    # Every process knows these, few read any: what reads one is built when the first comes.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Address(Fact):
    """A postal address; `country` is ISO 3166-1 alpha-2, `region` a state or province."""

    line_1: str | None = None
    line_2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Party(Fact):
    """A firm that sells or buys."""

    name: str | None = None
    address: Address = Address()
