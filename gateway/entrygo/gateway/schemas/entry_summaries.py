"""What a broker entered: the bodies that give it back, and how it stands beside the estimate."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Amount,
    Body,
    Country,
    Date,
    IdempotencyKey,
    Identifier,
    LongText,
    PositiveWholeNumber,
    ShortText,
    at_most,
)
from entrygo.gateway.schemas.pages import PageQuery
from entrygo.gateway.schemas.shipment import Cents

MAX_LINES = 999


class SummaryLineInput(Body):
    line: Annotated[
        PositiveWholeNumber | None,
        Field(
            le=MAX_LINES, description="Line number in the entry summary; default: its position in the list"
        ),
    ] = None
    hts_code: Annotated[
        ShortText, Field(description="Ten digits of chapters 1 to 97, with or without points")
    ]
    country_of_origin: Country
    value_usd: Cents
    quantity: Annotated[Amount | None, Field(description="In the tariff's unit")] = None
    unit: ShortText | None = None
    duty_usd: Annotated[Cents, Field(description="Total duty of the line, including chapter 99")]


class LiquidationInput(Body):
    liquidated_on: Date
    duty_usd: Cents
    fees_usd: Annotated[Cents | None, Field(description="Default: as entered")] = None


class EntrySummaryBody(Body):
    """One entry as it was filed. Given again it takes the place of what was given before, which is kept."""

    entry_number: Annotated[
        ShortText, Field(description="Filer code, seven digits, check digit: ABC-1234567-6")
    ]
    entry_type: Annotated[ShortText | None, Field(description="Two digits: 01")] = None
    entry_date: Date | None = None
    summary_date: Date | None = None
    lines: Annotated[
        list[SummaryLineInput] | None,
        Field(max_length=MAX_LINES, description="Without lines, only the totals are compared"),
        at_most(MAX_LINES),
    ] = None
    duty_usd: Annotated[
        Cents | None, Field(description="Duty of the entry; default: the sum of its lines")
    ] = None
    fees_usd: Annotated[Cents | None, Field(description="Fees of the whole entry")] = None
    liquidation: Annotated[LiquidationInput | None, Field(description="Liquidation by CBP, if known")] = None
    idempotency_key: IdempotencyKey | None = None


class CloseTaskBody(Body):
    note: Annotated[LongText, Field(min_length=1, description="Explanation; at most 500 characters")]
    idempotency_key: IdempotencyKey | None = None


class EntrySummaryQuery(PageQuery):
    export_id: Annotated[Identifier | None, Field(description="Only for this export")] = None


class EntryOutcome(TypedDict):
    """How an entry stands beside its estimate; amounts in USD, null where not given or not known."""

    entry: Annotated[int, Field(description="Number of the entry in the plan")]
    entryNumber: str
    revision: Annotated[int, Field(description="Number of summaries recorded for the entry")]
    state: Annotated[
        Literal["entered", "matches", "differs", "settled"],
        Field(
            description="entered: no duty to compare; differs: tasks are open; settled: all tasks are closed"
        ),
    ]
    recordedAt: str
    givenBy: Annotated[Literal["api", "broker_link"], Field(description="Where the summary came from")]
    entryType: str | None
    entryDate: str | None
    summaryDate: str | None
    lines: int
    valueUsd: float | None
    dutyUsd: float | None
    feesUsd: float | None
    liquidatedOn: str | None
    liquidatedDutyUsd: float | None
    liquidatedFeesUsd: float | None
    estimatedDutyLowUsd: float | None
    estimatedDutyHighUsd: float | None
    estimatedFeesUsd: float | None
    openTasks: int
    reasons: Annotated[list[str], Field(description="The codes of the open tasks, each once")]


class SummaryLine(TypedDict):
    line: int
    htsCode: str
    countryOfOrigin: str
    valueUsd: float
    quantity: float | None
    unit: str | None
    dutyUsd: float


class EntryTask(TypedDict):
    id: str
    code: Annotated[
        str,
        Field(
            description="VALUE_DIFFERS, RATE_DIFFERS, HTS_CHANGED, ORIGIN_CHANGED, LINE_MISSING, LINE_ADDED,"
            " DUTY_DIFFERS, FEE_DIFFERS, ENTRY_TYPE_DIFFERS or LIQUIDATED_DIFFERENTLY"
        ),
    ]
    place: Annotated[str, Field(description="The entry, or its lines")]
    message: str
    expected: str | None
    actual: str | None
    state: Annotated[
        Literal["open", "closed", "resolved"],
        Field(description="closed: by a person; resolved: by a later summary that does not differ"),
    ]
    note: str | None
    openedAt: str
    closedAt: str | None


class EntryReconciliation(TypedDict):
    """The latest summary of an entry, and what differs."""

    exportId: str
    customsPackageId: str
    packageNumber: str
    outcome: EntryOutcome
    lines: list[SummaryLine]
    tasks: list[EntryTask]


class EntrySummaryPage(TypedDict):
    data: list[EntryReconciliation]
    hasMore: bool
    nextCursor: str | None
