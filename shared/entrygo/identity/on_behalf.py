"""Whom a call of one of our services is for: written into its metadata by the one, read by the next.

It counts only beside the services' own credential. The caller is held to its scopes and its warehouse there
as at the first door; what serves no caller has every scope, and may still name one warehouse.
"""

from collections.abc import Mapping

from entrygo.domain.errors import InvalidApiKey
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import ALL_SCOPES, Mode, Principal, ScopeName, Tenant, Visible

TENANT = "entrygo-tenant"
WAREHOUSE = "entrygo-warehouse"
CALLER_KEY = "entrygo-caller-key"
CALLER_SCOPES = "entrygo-caller-scopes"

# Work for every account at once.
EVERY_ACCOUNT = "*"
_SYSTEM = Tenant("system", Mode.LIVE)
_BACKGROUND_KEY = "service"

Metadata = tuple[tuple[str, str], ...]


def visible_metadata(visible: Visible | None) -> Metadata:
    """Background work, for what it may see; None for all accounts."""
    if visible is None:
        return ((TENANT, EVERY_ACCOUNT),)
    tenant = (TENANT, f"{visible.tenant.account_id}/{visible.tenant.mode}")
    return (tenant,) if visible.warehouse_id is None else (tenant, (WAREHOUSE, visible.warehouse_id))


def caller_metadata(caller: Principal) -> Metadata:
    """A request of this caller's."""
    return (
        *visible_metadata(caller.visible),
        (CALLER_KEY, caller.key_id),
        (CALLER_SCOPES, " ".join(sorted(caller.scopes))),
    )


def read_principal(metadata: Mapping[str, str], authorization: str) -> Principal:
    """The principal of a call that bears the services' credential. InvalidApiKey when what it says of its
    caller is malformed."""
    warehouse_id = metadata.get(WAREHOUSE)
    if warehouse_id is not None and not is_valid_id(warehouse_id):
        raise InvalidApiKey
    return Principal(
        tenant=_tenant(metadata.get(TENANT, EVERY_ACCOUNT)),
        key_id=metadata.get(CALLER_KEY, _BACKGROUND_KEY),
        scopes=_scopes(metadata.get(CALLER_SCOPES, "")) if CALLER_KEY in metadata else ALL_SCOPES,
        authorization=authorization,
        warehouse_id=warehouse_id,
        is_service=True,
    )


def _tenant(text: str) -> Tenant:
    if text == EVERY_ACCOUNT:
        return _SYSTEM
    account_id, _, mode = text.partition("/")
    if not is_valid_id(account_id) or mode not in tuple(Mode):
        raise InvalidApiKey
    return Tenant(account_id, Mode(mode))


def _scopes(text: str) -> frozenset[ScopeName]:
    """Known scopes; unknown names are ignored."""
    return frozenset(ScopeName(name) for name in text.split() if name in tuple(ScopeName))
