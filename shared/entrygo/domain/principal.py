"""Who is calling, and which rows they may touch."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Live data and test data never meet; the key decides."""

    LIVE = "live"
    TEST = "test"


class ScopeName(StrEnum):
    """What an API key may do."""

    ORDERS_WRITE = "orders:write"
    EXPORTS_PLAN = "exports:plan"
    EXPORTS_EXECUTE = "exports:execute"
    READ = "read"
    SETUP = "setup"


ALL_SCOPES = frozenset(ScopeName)


@dataclass(frozen=True, slots=True)
class Tenant:
    """The account and mode that every row, key and query is scoped by."""

    account_id: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Visible:
    """The rows that one caller may see: an account's, in one mode, of one warehouse or of every one.

    Transactions and stores take this value and nothing less, so that no method can forget the warehouse
    that a key is bound to. `warehouse_id` is None for a key of the whole account.
    """

    tenant: Tenant
    warehouse_id: str | None

    @classmethod
    def whole(cls, tenant: Tenant) -> "Visible":
        """Every warehouse of the account: for background work, the holder of a link, and for what one of them
        alone cannot decide, such as whether an order has left."""
        return cls(tenant, None)

    def includes(self, warehouse_id: str) -> bool:
        """Whether a record of this warehouse may be seen."""
        return self.warehouse_id in (None, warehouse_id)

    def surely_excludes(self, warehouse_id: str | None, *, is_settled: bool) -> bool:
        """Whether a record is known to be of a warehouse that may not be seen.

        One whose warehouse is not known is excluded once it `is_settled`: before that it may yet turn out.
        """
        if warehouse_id is None:
            return self.warehouse_id is not None and is_settled
        return not self.includes(warehouse_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The authenticated caller of one request.

    `authorization` is the value the caller sent, so that a call to the next service goes
    through the same door; `is_service` marks background work of our own processes.
    """

    tenant: Tenant
    key_id: str
    scopes: frozenset[ScopeName]
    authorization: str
    warehouse_id: str | None = None
    is_service: bool = False

    @property
    def visible(self) -> Visible:
        """What this caller may see."""
        return Visible(self.tenant, self.warehouse_id)
