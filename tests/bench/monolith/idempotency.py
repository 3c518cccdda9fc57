"""A repeated request gets the stored answer; the key is written with what it stands for."""

import hashlib
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.bench.monolith.tables import IdempotencyKey


def fingerprint(body: BaseModel) -> bytes:
    return hashlib.sha256(body.model_dump_json().encode()).digest()


async def stored_answer(
    session: AsyncSession, account_id: str, operation: str, key: str | None, digest: bytes
) -> dict[str, Any] | None:
    """What this key was answered before; 409 where the request was another."""
    if key is None:
        return None
    found = await session.scalar(
        select(IdempotencyKey).where(
            IdempotencyKey.account_id == account_id,
            IdempotencyKey.operation == operation,
            IdempotencyKey.key == key,
        )
    )
    if found is None:
        return None
    if found.fingerprint != digest:
        raise HTTPException(409, "IDEMPOTENCY_CONFLICT")
    return found.response


def keep_answer(
    session: AsyncSession,
    account_id: str,
    operation: str,
    key: str | None,
    digest: bytes,
    answer: dict[str, Any],
) -> None:
    if key is not None:
        session.add(
            IdempotencyKey(
                account_id=account_id, operation=operation, key=key, fingerprint=digest, response=answer
            )
        )
