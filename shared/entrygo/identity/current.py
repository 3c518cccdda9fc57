"""The caller of the request at hand. Set by the auth interceptor, read by the edges."""

from contextvars import ContextVar

from entrygo.domain.errors import InvalidAccountScope
from entrygo.domain.principal import Principal, Tenant

_PRINCIPAL: ContextVar[Principal] = ContextVar("principal")


def set_principal(principal: Principal) -> None:
    """Binds the caller to the task that handles the request."""
    _PRINCIPAL.set(principal)


def principal() -> Principal:
    """The caller; every RPC has one, as the interceptor refuses the others."""
    return _PRINCIPAL.get()


def check_account(account_id: str) -> Tenant:
    """The caller's tenant, when the request names the same account; InvalidAccountScope otherwise."""
    caller = principal()
    if account_id != caller.tenant.account_id:
        raise InvalidAccountScope(
            details={"apiKeyAccountId": caller.tenant.account_id, "payloadAccountId": account_id}
        )
    return caller.tenant
