"""The one door: every RPC has an authenticated caller with the scope that it needs, or is listed as open."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import Enum

from entrygo.domain.errors import InsufficientScope, InvalidApiKey
from entrygo.domain.principal import Principal, ScopeName
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.current import set_principal
from entrygo.rpc.calls import AUTHORIZATION, TENANT
from entrygo.rpc.interceptors.wrapping import Context, WrappingInterceptor


class Access(Enum):
    """What an RPC asks of its caller besides a scope."""

    ANY_KEY = "any key"
    SERVICE_ONLY = "service only"
    # Without a key: the handler has no principal, and checks a credential of its own.
    OPEN = "open"


# One scope, or several of which any one is enough.
Required = ScopeName | frozenset[ScopeName] | Access
RequiredScopes = Mapping[str, Required]


class AuthInterceptor(WrappingInterceptor):
    """Innermost: the handler runs with a principal, or not at all."""

    def __init__(self, authenticator: Authenticator, required: RequiredScopes) -> None:
        self._authenticator = authenticator
        self._required = required

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        if self._required[method] is Access.OPEN:
            yield
            return
        metadata = dict(context.invocation_metadata() or ())
        caller = await self._authenticator.authenticate(
            str(metadata.get(AUTHORIZATION, "")), str(metadata.get(TENANT, ""))
        )
        _check_scope(caller, self._required[method])
        set_principal(caller)
        yield


def _check_scope(caller: Principal, required: Required) -> None:
    if required is Access.SERVICE_ONLY and not caller.is_service:
        raise InvalidApiKey
    if isinstance(required, Access):
        return
    enough = required if isinstance(required, frozenset) else frozenset({required})
    if not enough & caller.scopes:
        raise InsufficientScope(
            details={"requiredScope": " or ".join(sorted(enough)), "scopes": sorted(map(str, caller.scopes))}
        )
