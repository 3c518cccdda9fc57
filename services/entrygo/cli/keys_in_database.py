"""What an operator does with any account's keys, in the database of identity. Shown as REST shows keys."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from entrygo.cli.connection import with_pool
from entrygo.domain.principal import ALL_SCOPES, Mode, ScopeName, Tenant, Visible
from entrygo.gateway.routes.keys import key_view
from entrygo.identity.keys import ApiKey
from entrygo.identity.use_cases import create_key, list_keys, revoke_key
from entrygo.process.clock import Ids, utc_now
from entrygo.rpc.keys_servicer import key_message
from entrygo.sync.habits import Habits
from entrygo.sync.use_cases import SyncUseCases


def create(
    account: str,
    name: str,
    *,
    scopes: Sequence[ScopeName] | None,
    mode: Mode | None,
    expires_in_days: int | None,
    warehouse: str | None,
) -> dict[str, Any]:
    """A new key with its secret: of every scope, live, for ever, where nothing else is named.

    Raises ReferenceOutsideAccount for a warehouse that the account has not in this mode.
    """
    mode = mode or Mode.LIVE
    if warehouse is not None:
        _check_warehouse(Visible.whole(Tenant(account, mode)), warehouse)
    key, secret = with_pool(
        "identity",
        lambda pool: create_key(
            pool,
            Ids(),
            utc_now,
            account_id=account,
            mode=mode,
            scopes=frozenset(scopes) if scopes else ALL_SCOPES,
            expires_in=timedelta(days=expires_in_days) if expires_in_days else None,
            warehouse_id=warehouse,
            name=name,
        ),
    )
    return {**_shown(key), "secret": secret}


def _check_warehouse(visible: Visible, warehouse: str) -> None:
    with_pool(
        "sync",
        lambda pool: SyncUseCases(pool=pool, clock=utc_now, ids=Ids(), habits=Habits()).check_warehouse(
            visible, warehouse
        ),
    )


def listed(account: str) -> list[dict[str, Any]]:
    """The account's keys of both modes, newest first."""
    return [_shown(key) for key in reversed(with_pool("identity", lambda pool: list_keys(pool, account)))]


def revoke(account: str, key_id: str) -> None:
    """Ends a key of the account for good; NotFound when it has none of this id."""
    with_pool("identity", lambda pool: revoke_key(pool, utc_now, account_id=account, key_id=key_id))


def _shown(key: ApiKey) -> dict[str, Any]:
    return {**key_view(key_message(key))}
