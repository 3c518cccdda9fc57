"""Whom the sweeps ask as: every kind of key that must not get what the victim has."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from entrygo.domain.principal import ALL_SCOPES, Mode, ScopeName
from entrygo.identity.use_cases import create_key, revoke_key
from entrygo.process.clock import Ids, utc_now
from tests.attack.entrywise import Entrywise, make_entrywise
from tests.attack.tally import Tally
from tests.attack.target import Target
from tests.isolation.callers import ELSEWHERE

# What was under way for the victim has ended by then.
SETTLED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Narrow:
    """A caller; `is_known` keys are let in somewhere, `is_ours` ones read the account's records by right."""

    name: str
    key: str | None
    is_known: bool = True
    is_ours: bool = False


@asynccontextmanager
async def prepared(target: Target, tally: Tally) -> AsyncIterator[tuple[Entrywise, tuple[Narrow, ...]]]:
    """The victim and who is after it; at the end nothing that is stored of it may have changed."""
    victim = await make_entrywise(target.victim.system)
    callers = await callers_of(target)
    await asyncio.sleep(SETTLED_SECONDS)
    before = await _rows(target, victim)
    try:
        yield victim, callers
    finally:
        changed = before ^ await _rows(target, victim)
        tally.leaks += [f"changed: {row[:300]}" for row in changed]


async def _rows(target: Target, victim: Entrywise) -> set[str]:
    tables = (
        "planning.exports", "planning.order_claims", "planning.event_log", "execution.executions",
        "execution.customs_packages", "execution.broker_submissions", "execution.entry_summaries",
        "execution.entry_tasks", "execution.event_log", "sync.warehouses",
    )  # fmt: skip
    found: set[str] = set()
    for table in tables:
        rows = await target.victim.connection.fetch(
            f"SELECT t::text AS row_text FROM {table} t WHERE t::text LIKE ANY($1::text[])",
            [f"%{mark}%" for mark in (victim.export_id, victim.package_id, victim.submission_ids[0])],
        )
        found |= {f"{table} {row['row_text']}" for row in rows}
    return found


async def callers_of(target: Target) -> tuple[Narrow, ...]:
    system = target.victim.system

    async def key(account_id: str, scopes: frozenset[ScopeName] = ALL_SCOPES, **fields: Any) -> str:
        _, secret = await create_key(
            target.keys.pool, Ids(), utc_now, account_id=account_id, scopes=scopes, **fields
        )
        return secret

    own, other = system.account_id, system.other_account_id
    revoked, secret = await create_key(target.keys.pool, Ids(), utc_now, account_id=own)
    await revoke_key(target.keys.pool, utc_now, account_id=own, key_id=revoked.key_id)
    found = [
        Narrow("none", None, is_known=False),
        Narrow("made up", f"shpbndl_live_{secrets.token_urlsafe(32)}", is_known=False),
        Narrow("expired", await key(own, expires_in=timedelta(seconds=-1)), is_known=False),
        Narrow("revoked", secret, is_known=False),
        Narrow("test data", await key(own, mode=Mode.TEST)),
        Narrow("other account", await key(other)),
        Narrow("other account, test data", await key(other, mode=Mode.TEST)),
        Narrow("other warehouse", await key(own, warehouse_id=ELSEWHERE), is_ours=True),
    ]
    for scope in sorted(ALL_SCOPES):
        one = frozenset({scope})
        found += [
            Narrow(f"other account, one warehouse, {scope}", await key(other, one, warehouse_id=ELSEWHERE)),
            Narrow(f"other warehouse, {scope}", await key(own, one, warehouse_id=ELSEWHERE), is_ours=True),
        ]
    return tuple(found)


def marks_of(target: Target, victim: Entrywise, caller: Narrow) -> tuple[bytes, ...]:
    """Orders and brokers belong to the account, whatever the warehouse of its key."""
    account = () if caller.is_ours else (*victim.order_ids, victim.broker_id)
    old = (target.victim.done, target.victim.open, target.victim.package_id, target.victim.submission_id)
    return tuple(mark.encode() for mark in (*victim.marks, *old, *account))


def ids_of(target: Target, victim: Entrywise) -> tuple[str, ...]:
    """What a field that is called `id` may be filled with, one after the other."""
    return (
        victim.export_id, victim.package_id, victim.submission_ids[0], target.victim.system.warehouse_id,
        victim.broker_id, victim.order_ids[0], target.victim.webhook_id, target.victim.key_id,
        target.victim.importer_id,
    )  # fmt: skip
