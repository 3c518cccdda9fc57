"""What a plan answers: readiness, findings, and what `include` asks for. Money in USD."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.plan_issues import IssueTotals, OrderIssue, ProductIssue

Timestamp = Annotated[str, Field(description="RFC 3339, UTC, milliseconds")]


class ValidationMessage(TypedDict):
    code: str
    message: str
    severity: Annotated[str, Field(description="error, warning or info")]
    field: str
    product_id: str | None
    order_id: str | None


class PlanValidation(TypedDict):
    readiness_state: str
    compliance_score: int
    validation_messages: list[ValidationMessage]


class PlannedEntry(TypedDict):
    """One of the entries that the orders are filed in; more than one where the broker's limits ask for it."""

    number: int
    orders: int
    lines: Annotated[int, Field(description="As customs counts them")]
    value_usd: float


class DutyFigure(TypedDict):
    heading: str
    rate: str
    amount_usd: float
    of: list[str]
    row: Annotated[str, Field(description="The dated row of reference data behind it")]
    source: str


class DutyLine(TypedDict):
    number: int
    hts_code: str
    country_of_origin: str
    value_usd: Annotated[float, Field(description="Whole dollars, as entered")]
    duty_low_usd: Annotated[float | None, Field(description="null: not computed, never 0")]
    duty_high_usd: float | None
    low: list[DutyFigure]
    high: list[DutyFigure]
    questions: Annotated[list[str], Field(description="Open questions, and what decides them")]
    not_computed: list[str]
    findings: list[str]
    unchecked: Annotated[list[str], Field(description="Programmes without a loaded list")]


class EntryFees(TypedDict):
    merchandise_processing_fee_usd: float
    broker_fees_usd: Annotated[float | None, Field(description="null: the broker has no fee schedule")]


class EntryIssue(TypedDict):
    """A code that was met by an entry, with the first message of it."""

    code: str
    severity: str
    message: str
    field: str
    count: int


class EntryDuty(TypedDict):
    """An estimate for people to check, in USD."""

    entry_type: str
    low_usd: Annotated[float | None, Field(description="null: a line was not computed")]
    high_usd: float | None
    lines: list[DutyLine]


class EstimatedEntry(PlannedEntry):
    """An entry with what it is likely to cost."""

    importer: NotRequired[Annotated[str | None, Field(description="Importer of record, masked")]]
    importer_id: NotRequired[
        Annotated[str | None, Field(description="null: the importer of record of the warehouse")]
    ]
    importer_external_id: NotRequired[str | None]
    importer_name: NotRequired[str | None]
    entry_type: NotRequired[Annotated[str, Field(description="01, 03 or 11")]]
    readiness_state: NotRequired[Annotated[str, Field(description="The plan is as ready as its worst entry")]]
    issues: NotRequired[Annotated[list[EntryIssue], Field(description="Errors and warnings, one per code")]]
    duty: NotRequired[EntryDuty]
    fees: NotRequired[EntryFees]


class LoadedList(TypedDict):
    subject: Annotated[str, Field(description="tariff, agencies, cpsc, scopes or adcvd")]
    table: str
    is_loaded: bool
    source: str | None
    effective_from: str | None
    checked_on: str | None


class CodeCoverage(TypedDict):
    hts_code: str
    country_of_origin: str
    checks: Annotated[
        dict[str, str], Field(description="By subject: list, seed (the shipped rows) or not_checked")
    ]


class Coverage(TypedDict):
    """Which of the lists that decide are loaded, and what each code was checked for."""

    lists: list[LoadedList]
    codes: list[CodeCoverage]


class MeasuredSaving(TypedDict):
    """USD, without duty and transport; null where the broker has no fee schedule."""

    basis: Annotated[str, Field(description="per_order_entry or per_importer_daily_entry")]
    alternative_usd: Annotated[float, Field(description="Cost of clearance of the alternative, USD")]
    consolidated_usd: Annotated[float, Field(description="Cost of clearance of this plan, USD")]
    saving_usd: Annotated[float, Field(description="Negative if the alternative costs less")]


class BondNeed(TypedDict):
    """What an importer's bond must cover: an estimate, by the account's own twelve months."""

    importer: Annotated[str | None, Field(description="Its external id; null: the warehouse's importer")]
    type: Annotated[str, Field(description="continuous or single")]
    on_file_usd: Annotated[float | None, Field(description="The bond's amount; null where it is not stated")]
    needed_usd: Annotated[float, Field(description="Required amount (CBP Directive 3510-004)")]
    sufficient: Annotated[
        bool | None,
        Field(description="null: not known, because no amount is on file or the estimate is incomplete"),
    ]
    twelve_months_usd: Annotated[
        float | None, Field(description="Duties at most and fees, this plan's included; null: single bond")
    ]
    first_day: Annotated[str | None, Field(description="Of the twelve months")]
    last_day: Annotated[str | None, Field(description="Of the twelve months: the entry date")]
    entries: Annotated[int, Field(description="How many entries it was worked out from")]
    complete: Annotated[bool, Field(description="false: the duty of an entry could not be estimated")]


class ExcludedOrder(TypedDict):
    order_id: str
    external_id: str
    reasons: Annotated[
        list[str], Field(description="Codes of its own errors, or of its importer's that stays behind whole")
    ]


class PlanAnswer(TypedDict):
    """A decision: nothing was executed. A dry run has no exportId (unless it re-plans one) and no state.

    The fields after validation are there when `include` asks for them.
    """

    exportId: str | None
    state: Annotated[str | None, Field(description="Lifecycle state; null for a dry run")]
    batch_id: str | None
    planHash: str
    status: Annotated[str, Field(description="Lifecycle state, or DRY_RUN")]
    readinessState: str
    complianceScore: int
    validationMessages: list[ValidationMessage]
    included_order_ids: list[str]
    excluded_order_ids: list[str]
    excluded_orders: NotRequired[list[ExcludedOrder]]
    flags: list[str]
    missing_data: list[str]
    recommended_strategy: str
    estimated_import_savings_usd: float
    next_recommended_action: str
    validation: PlanValidation
    issue_totals: NotRequired[IssueTotals]
    issues_by_product: NotRequired[list[ProductIssue]]
    issues_by_order: NotRequired[list[OrderIssue]]
    entries: NotRequired[list[EstimatedEntry]]
    supersedes: NotRequired[
        Annotated[str, Field(description="Amendments only: the export that it replaces when executed")]
    ]
    changes: NotRequired[Annotated[list[str], Field(description="Amendments only: the changes, in words")]]
    coverage: NotRequired[Coverage]
    savings: NotRequired[MeasuredSaving | None]
    bonds: NotRequired[list[BondNeed]]
