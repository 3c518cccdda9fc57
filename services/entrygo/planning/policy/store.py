"""SQL of policies and approvals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import SavingsBasis, Severity
from entrygo.planning.exports import Export
from entrygo.planning.policy.policy import Policy
from entrygo.postgres.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's consent to one plan of an export."""

    plan_hash: str
    approved_by: str
    note: str
    approved_at: datetime


# Of a policy; no severities where an account has none.
COLUMNS = "severities, approval_required, codes_without_approval, agents_may_act, savings_basis, updated_at"


class PolicyStore:
    """The account's policy and the approvals that `visible` includes, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, visible.tenant.mode)
        self._warehouse_id = visible.warehouse_id

    async def find_policy(self) -> Policy:
        """The policy, or the one of an account that asked for nothing."""
        row = await self._connection.fetchrow(
            f"SELECT {COLUMNS} FROM account_policies WHERE account_id = $1 AND mode = $2",  # noqa: S608
            *self._scope,
        )
        return policy_from_row(row)

    async def save_policy(self, policy: Policy) -> None:
        """Puts the policy in the place of the one before."""
        await self._connection.execute(
            "INSERT INTO account_policies (account_id, mode, severities, approval_required,"
            " codes_without_approval, agents_may_act, updated_at, savings_basis)"
            " VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7, $8)"
            " ON CONFLICT (account_id, mode) DO UPDATE SET severities = EXCLUDED.severities,"
            " approval_required = EXCLUDED.approval_required,"
            " codes_without_approval = EXCLUDED.codes_without_approval,"
            " agents_may_act = EXCLUDED.agents_may_act, updated_at = EXCLUDED.updated_at,"
            " savings_basis = EXCLUDED.savings_basis",
            *self._scope,
            json.dumps(policy.severities),
            policy.approval_required,
            sorted(policy.codes_without_approval),
            policy.agents_may_act,
            policy.updated_at,
            policy.savings_basis,
        )

    async def find_approval(self, export_id: str, plan_hash: str) -> Approval | None:
        """The consent to one plan of an export."""
        row = await self._connection.fetchrow(
            "SELECT plan_hash, approved_by, note, approved_at FROM export_approvals"
            " WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)"
            " AND export_id = $4 AND plan_hash = $5",
            *self._scope,
            self._warehouse_id,
            export_id,
            plan_hash,
        )
        return Approval(**row) if row is not None else None

    async def add_approval(self, export: Export, approval: Approval) -> None:
        """Stores the consent to the export's current plan."""
        await self._connection.execute(
            "INSERT INTO export_approvals"
            " (account_id, mode, export_id, warehouse_id, plan_hash, approved_by, note, approved_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            *self._scope,
            export.export_id,
            export.warehouse_id,
            approval.plan_hash,
            approval.approved_by,
            approval.note,
            approval.approved_at,
        )


def policy_from_row(row: asyncpg.Record | None) -> Policy:
    """The policy of a row with COLUMNS, or the one of an account that asked for nothing."""
    if row is None or row["severities"] is None:
        return Policy()
    severities: Mapping[str, str] = json.loads(row["severities"])
    return Policy(
        severities={code: Severity(severity) for code, severity in severities.items()},
        approval_required=row["approval_required"],
        codes_without_approval=frozenset(row["codes_without_approval"]),
        agents_may_act=row["agents_may_act"],
        savings_basis=SavingsBasis(row["savings_basis"]),
        updated_at=row["updated_at"],
    )
