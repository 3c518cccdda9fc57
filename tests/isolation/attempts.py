"""An attempt: a request as its rightful caller would make it, and what is known of who else may make it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from entrygo.domain.principal import ScopeName
from tests.isolation.victim import Victim

R = TypeVar("R")

READ = frozenset({ScopeName.READ})
SETUP = frozenset({ScopeName.SETUP})
ORDERS = frozenset({ScopeName.ORDERS_WRITE})
PLAN = frozenset({ScopeName.EXPORTS_PLAN})
EXECUTE = frozenset({ScopeName.EXPORTS_EXECUTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Generic[R]):
    """`enough`: one of these scopes lets a key of the account in; none: every key of anybody is answered.

    `of_account`: the record belongs to no warehouse, so a key bound to one reaches it rightfully.
    `shows`: the rightful caller's answer holds marks of the victim, which proves that the request is right.
    """

    name: str
    request: Callable[[Victim], R]
    enough: frozenset[ScopeName]
    of_account: bool = False
    shows: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome in words common to REST and gRPC, and the bytes of the answer."""

    outcome: str
    content: bytes


OK, NO_KEY, FORBIDDEN, NOT_FOUND = "OK", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND"
# A request that names what the key does not reach: an invalid one, by the contract.
OUT_OF_REACH = "OUT OF REACH"
# How an answer says so.
CODES_OUT_OF_REACH = (b"INVALID_ACCOUNT_SCOPE", b"unknown_product")


def is_out_of_reach(error: bytes) -> bool:
    """Whether an error says that the request names what its key does not reach."""
    return any(code in error for code in CODES_OUT_OF_REACH)
