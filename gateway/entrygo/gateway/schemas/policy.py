"""What an account asks of its own plans, and a person's approval of one."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Body,
    Flag,
    IdempotencyKey,
    Identifier,
    LongText,
    PlanHash,
    Returned,
    ShortText,
    at_most,
)

MAX_CODES = 200


class PolicyBody(Returned):
    """Replaces the policy; what is absent is as it is without one."""

    answered_only = frozenset({"updatedAt"})

    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    severities: Annotated[
        dict[str, Literal["warning", "error"]],
        Field(max_length=MAX_CODES, description="Code of a rule to a higher severity; none can be lowered"),
        at_most(MAX_CODES),
    ] = Field(default_factory=dict)
    approval_required: Annotated[
        Flag | None, Field(description="Whether a plan in REVIEW_REQUIRED needs an approval before execute")
    ] = None
    codes_without_approval: Annotated[
        list[Identifier],
        Field(max_length=MAX_CODES, description="Warnings that need no approval"),
        at_most(MAX_CODES),
    ] = Field(default_factory=list)
    agents_may_act: Annotated[
        Flag | None,
        Field(
            description="Whether an agent may execute, send again and withdraw through entrygo mcp; "
            "a request of its own under a key is bound by the key's scopes alone"
        ),
    ] = None
    savings_basis: Annotated[
        Literal["per_order_entry", "per_importer_daily_entry"] | None,
        Field(
            description="What savings are measured against: an entry for each order (the default) or one a"
            " day for each importer; estimated_import_savings_usd stays against the first"
        ),
    ] = None
    idempotency_key: IdempotencyKey | None = None


class PolicyAnswer(TypedDict):
    severities: dict[str, str]
    approvalRequired: bool
    codesWithoutApproval: list[str]
    agentsMayAct: bool
    savingsBasis: str
    updatedAt: str | None


class RuleView(TypedDict):
    code: Annotated[str, Field(description="Code in the messages of plans")]
    severity: Annotated[str, Field(description="Default severity: info, warning or error")]
    raisableTo: Annotated[
        list[str], Field(description="Severities that a policy may raise it to; may be empty")
    ]
    field: Annotated[str, Field(description="Path of the field that the rule checks")]
    basis: Annotated[str, Field(description="The law or policy behind the rule")]


class RulesAnswer(TypedDict):
    data: list[RuleView]


class ApproveBody(Body):
    plan_hash: Annotated[
        PlanHash, Field(description="The reviewed plan; for any other the answer is 409 PLAN_HASH_MISMATCH")
    ]
    approved_by: Annotated[
        ShortText, Field(min_length=1, max_length=200, description="Name of the person who approves")
    ]
    note: LongText | None = None
    idempotency_key: IdempotencyKey | None = None


class ApproveAnswer(TypedDict):
    exportId: str
    state: str
    planHash: str
    approvedBy: str
    approvedAt: str
