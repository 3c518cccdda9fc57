"""SQL of policies and approvals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Severity
from entrygo.planning.policy.policy import Policy
from entrygo.postgres.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's consent to one plan of an export."""

    plan_hash: str
    approved_by: str
    note: str
    approved_at: datetime


class PolicyStore:
    """One tenant's rows, within the caller's transaction."""

    def __init__(self, connection: Connection, tenant: Tenant) -> None:
        self._connection = connection
        self._scope = (tenant.account_id, tenant.mode)

    async def find_policy(self) -> Policy:
        """The policy, or the one of an account that asked for nothing."""
        row = await self._connection.fetchrow(
            "SELECT severities, approval_required, codes_without_approval, updated_at"
            " FROM account_policies WHERE account_id = $1 AND mode = $2",
            *self._scope,
        )
        if row is None:
            return Policy()
        severities: Mapping[str, str] = json.loads(row["severities"])
        return Policy(
            severities={code: Severity(severity) for code, severity in severities.items()},
            approval_required=row["approval_required"],
            codes_without_approval=frozenset(row["codes_without_approval"]),
            updated_at=row["updated_at"],
        )

    async def save_policy(self, policy: Policy) -> None:
        await self._connection.execute(
            "INSERT INTO account_policies (account_id, mode, severities, approval_required,"
            " codes_without_approval, updated_at) VALUES ($1, $2, $3::jsonb, $4, $5, $6)"
            " ON CONFLICT (account_id, mode) DO UPDATE SET severities = EXCLUDED.severities,"
            " approval_required = EXCLUDED.approval_required,"
            " codes_without_approval = EXCLUDED.codes_without_approval, updated_at = EXCLUDED.updated_at",
            *self._scope,
            json.dumps(policy.severities),
            policy.approval_required,
            sorted(policy.codes_without_approval),
            policy.updated_at,
        )

    async def find_approval(self, export_id: str, plan_hash: str) -> Approval | None:
        row = await self._connection.fetchrow(
            "SELECT plan_hash, approved_by, note, approved_at FROM export_approvals"
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3 AND plan_hash = $4",
            *self._scope,
            export_id,
            plan_hash,
        )
        return Approval(**row) if row is not None else None

    async def add_approval(self, export_id: str, approval: Approval) -> None:
        await self._connection.execute(
            "INSERT INTO export_approvals"
            " (account_id, mode, export_id, plan_hash, approved_by, note, approved_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *self._scope,
            export_id,
            approval.plan_hash,
            approval.approved_by,
            approval.note,
            approval.approved_at,
        )
