"""Generated from the contract by `make pages`: edit scripts/generate_python_client.py instead."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Address(TypedDict):
    line1: NotRequired[str | None]
    line2: NotRequired[str | None]
    city: NotRequired[str | None]
    region: NotRequired[str | None]
    postalCode: NotRequired[str | None]
    country: NotRequired[str | None]


class AddressInput(TypedDict):
    line1: NotRequired[str | None]
    line2: NotRequired[str | None]
    city: NotRequired[str | None]
    region: NotRequired[str | None]
    postalCode: NotRequired[str | None]
    country: NotRequired[str | None]


class AgencyFiling(TypedDict):
    reference: NotRequired[str | None]
    disclaimer: NotRequired[AgencyFilingDisclaimer | None]


AgencyFilingDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class AgencyFilingInput(TypedDict):
    reference: NotRequired[str | None]
    disclaimer: NotRequired[AgencyFilingInputDisclaimer | None]


AgencyFilingInputDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class AmendBody(TypedDict):
    reason: str
    leaveOutOrderIds: NotRequired[list[str] | None]
    addOrderIds: NotRequired[list[str] | None]
    leaveOutExternalOrderIds: NotRequired[list[str] | None]
    addExternalOrderIds: NotRequired[list[str] | None]
    afterEntry: NotRequired[bool | None]
    entryDate: NotRequired[str | None]
    onBlocked: NotRequired[AmendBodyOnBlocked | None]
    dryRun: NotRequired[bool | None]
    include: NotRequired[list[AmendBodyInclude] | None]


AmendBodyInclude: TypeAlias = 'Literal["issuesByProduct", "entries", "coverage", "savings", "bonds"]'

AmendBodyOnBlocked: TypeAlias = 'Literal["block", "exclude"]'


class ApproveAnswer(TypedDict):
    exportId: str
    state: str
    planHash: str
    approvedBy: str
    approvedAt: str


class ApproveBody(TypedDict):
    planHash: str
    approvedBy: str
    note: NotRequired[str | None]


class Artifact(TypedDict):
    artifact_type: str
    filename: str
    generated_at: str
    media_type: str
    size_bytes: int
    sha256: str


class BatchSection(TypedDict):
    id: str
    state: str
    raw_state: str
    warehouse_id: str
    broker_id: str
    destination_country: str
    estimated_savings_usd: float
    next_recommended_action: str
    created_at: str
    executed_at: str | None


class Bond(TypedDict):
    type: NotRequired[BondType | None]
    amountUsd: NotRequired[float | None]
    surety: NotRequired[str | None]
    validFrom: NotRequired[str | None]
    validTo: NotRequired[str | None]


class BondInput(TypedDict):
    type: NotRequired[BondInputType | None]
    amountUsd: NotRequired[float | None]
    surety: NotRequired[str | None]
    validFrom: NotRequired[str | None]
    validTo: NotRequired[str | None]


BondInputType: TypeAlias = 'Literal["continuous", "single"]'


class BondNeed(TypedDict):
    importer: str | None
    type: str
    on_file_usd: float | None
    needed_usd: float
    sufficient: bool | None
    twelve_months_usd: float | None
    first_day: str | None
    last_day: str | None
    entries: int
    complete: bool


BondType: TypeAlias = 'Literal["continuous", "single"]'


class Broker(TypedDict):
    name: NotRequired[str | None]
    email: NotRequired[str | None]
    portCode: NotRequired[str | None]
    filerCode: NotRequired[str | None]
    feeSchedules: NotRequired[list[FeeSchedule]]
    maxLinesPerEntry: NotRequired[int | None]
    maxOrdersPerEntry: NotRequired[int | None]
    channel: NotRequired[BrokerChannel | None]
    documents: NotRequired[list[BrokerDocuments] | None]
    attach: NotRequired[BrokerAttach | None]
    submitPer: NotRequired[BrokerSubmitPer | None]
    manifestPer: NotRequired[BrokerManifestPer | None]
    template: NotRequired[BrokerTemplate | None]
    https: NotRequired[HttpsEndpoint | None]
    sftp: NotRequired[SftpEndpoint | None]
    id: str
    externalId: str
    createdAt: str
    updatedAt: str
    emailState: NotRequired[str | None]


BrokerAttach: TypeAlias = 'Literal["each", "zip"]'

BrokerChannel: TypeAlias = 'Literal["email", "https", "sftp"]'

BrokerDocuments: TypeAlias = 'Literal["all", "cci_human_readable", "cci_csv", "cci_pdf", "cci_xlsx", "packing_list", "packing_list_csv", "section_232_declaration", "section_232_declaration_csv", "usmca_certification", "usmca_certification_json", "fee_estimate", "landed_costs", "entry_dataset", "entry_lines", "broker_template_csv", "broker_template_xlsx", "ace_manifest", "cargowise_xml", "ace_trip", "amendment_changes", "post_summary_correction", "manifest", "package_zip"]'


class BrokerInput(TypedDict):
    name: NotRequired[str | None]
    email: NotRequired[str | None]
    portCode: NotRequired[str | None]
    filerCode: NotRequired[str | None]
    feeSchedules: NotRequired[list[FeeScheduleInput]]
    maxLinesPerEntry: NotRequired[int | None]
    maxOrdersPerEntry: NotRequired[int | None]
    channel: NotRequired[BrokerInputChannel | None]
    documents: NotRequired[list[BrokerInputDocuments] | None]
    attach: NotRequired[BrokerInputAttach | None]
    submitPer: NotRequired[BrokerInputSubmitPer | None]
    manifestPer: NotRequired[BrokerInputManifestPer | None]
    template: NotRequired[BrokerTemplateInput | None]
    https: NotRequired[HttpsEndpointInput | None]
    sftp: NotRequired[SftpEndpointInput | None]
    id: NotRequired[str | None]
    externalId: str


BrokerInputAttach: TypeAlias = 'Literal["each", "zip"]'

BrokerInputChannel: TypeAlias = 'Literal["email", "https", "sftp"]'

BrokerInputDocuments: TypeAlias = 'Literal["all", "cci_human_readable", "cci_csv", "cci_pdf", "cci_xlsx", "packing_list", "packing_list_csv", "section_232_declaration", "section_232_declaration_csv", "usmca_certification", "usmca_certification_json", "fee_estimate", "landed_costs", "entry_dataset", "entry_lines", "broker_template_csv", "broker_template_xlsx", "ace_manifest", "cargowise_xml", "ace_trip", "amendment_changes", "post_summary_correction", "manifest", "package_zip"]'

BrokerInputManifestPer: TypeAlias = 'Literal["entry", "house_bill"]'

BrokerInputSubmitPer: TypeAlias = 'Literal["package", "entry"]'

BrokerManifestPer: TypeAlias = 'Literal["entry", "house_bill"]'


class BrokerPage(TypedDict):
    data: list[Broker]
    hasMore: bool
    nextCursor: str | None


class BrokerSubmission(TypedDict):
    id: str
    submission_type: str
    status: str
    recipient_email: str
    subject: str
    sent_at: str | None
    error_message: str | None
    attempts: int
    next_attempt_at: str | None
    created_at: str | None
    reason: str | None
    destination: str
    entry_number: str | None
    broker_reason: str | None
    answered_at: str | None
    kind: str
    noted_by: str | None
    note: str | None
    entry: int | None
    entry_numbers: list[EntryNumber]
    server_answer: str | None


BrokerSubmitPer: TypeAlias = 'Literal["package", "entry"]'


class BrokerTemplate(TypedDict):
    format: NotRequired[Literal["csv", "xlsx", "none"]]
    rows: NotRequired[Literal["entry_line", "tariff_line", "order_line"]]
    sheet: NotRequired[str]
    encoding: NotRequired[Literal["utf-8", "utf-8-bom", "utf-16", "windows-1252", "iso-8859-1", "us-ascii"]]
    delimiter: NotRequired[Literal["comma", "semicolon", "tab", "pipe"]]
    decimalMark: NotRequired[Literal["point", "comma"]]
    dateFormat: NotRequired[str]
    headerRow: NotRequired[int]
    columns: NotRequired[list[BrokerTemplateColumn]]


class BrokerTemplateColumn(TypedDict):
    header: NotRequired[str | None]
    field: NotRequired[str | None]
    constant: NotRequired[str | None]
    text: NotRequired[str | None]
    format: NotRequired[str | None]
    unit: NotRequired[BrokerTemplateColumnUnit | None]


class BrokerTemplateColumnInput(TypedDict):
    header: NotRequired[str | None]
    field: NotRequired[str | None]
    constant: NotRequired[str | None]
    text: NotRequired[str | None]
    format: NotRequired[str | None]
    unit: NotRequired[BrokerTemplateColumnInputUnit | None]


BrokerTemplateColumnInputUnit: TypeAlias = 'Literal["kg", "lb", "g"]'

BrokerTemplateColumnUnit: TypeAlias = 'Literal["kg", "lb", "g"]'


class BrokerTemplateInput(TypedDict):
    format: NotRequired[Literal["csv", "xlsx", "none"]]
    rows: NotRequired[Literal["entry_line", "tariff_line", "order_line"]]
    sheet: NotRequired[str]
    encoding: NotRequired[Literal["utf-8", "utf-8-bom", "utf-16", "windows-1252", "iso-8859-1", "us-ascii"]]
    delimiter: NotRequired[Literal["comma", "semicolon", "tab", "pipe"]]
    decimalMark: NotRequired[Literal["point", "comma"]]
    dateFormat: NotRequired[str]
    headerRow: NotRequired[int]
    columns: NotRequired[list[BrokerTemplateColumnInput]]


class BrokerTemplatePreview(TypedDict):
    filename: str
    mediaType: str
    header: list[str]
    rows: list[list[str]]
    rowCount: int
    source: str
    contentBase64: str


class BrokerTest(TypedDict):
    brokerId: str
    channel: str
    destination: str
    outcome: str
    message: str
    madeAt: str


class BrokerTestBody(TypedDict):
    pass


class CancelAnswer(TypedDict):
    exportId: str
    state: str
    batch_id: str
    status: str
    cancelledAt: str


class CancelBody(TypedDict):
    reason: NotRequired[str | None]


class ChangedItem(TypedDict):
    id: str
    name: str | None
    changes: FieldChanges


class Chapter98(TypedDict):
    provision: NotRequired[str | None]
    declaration: NotRequired[str | None]
    exportedOn: NotRequired[str | None]
    repairValueUsd: NotRequired[float | None]
    usComponentsValueUsd: NotRequired[float | None]


class Chapter98Input(TypedDict):
    provision: NotRequired[str | None]
    declaration: NotRequired[str | None]
    exportedOn: NotRequired[str | None]
    repairValueUsd: NotRequired[float | None]
    usComponentsValueUsd: NotRequired[float | None]


class ChargeInput(TypedDict):
    kind: ChargeKind
    amountUsd: float
    description: NotRequired[str | None]


ChargeKind: TypeAlias = (
    'Literal["freight", "insurance", "packing", "commission", "other", "discount", "rebate", "assist"]'
)


class CloseTaskBody(TypedDict):
    note: str


class CodeCoverage(TypedDict):
    hts_code: str
    country_of_origin: str
    checks: dict[str, str]


class ComponentHealth(TypedDict):
    name: str
    status: str
    detail: str


class Coverage(TypedDict):
    lists: list[LoadedList]
    codes: list[CodeCoverage]


class Cpsc(TypedDict):
    certificate: NotRequired[str | None]
    productId: NotRequired[str | None]
    citations: NotRequired[str | None]
    manufacturedOn: NotRequired[str | None]
    manufacturedAt: NotRequired[str | None]
    testedOn: NotRequired[str | None]
    laboratory: NotRequired[str | None]
    recordsContact: NotRequired[str | None]
    disclaimer: NotRequired[CpscDisclaimer | None]


CpscDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class CpscInput(TypedDict):
    certificate: NotRequired[str | None]
    productId: NotRequired[str | None]
    citations: NotRequired[str | None]
    manufacturedOn: NotRequired[str | None]
    manufacturedAt: NotRequired[str | None]
    testedOn: NotRequired[str | None]
    laboratory: NotRequired[str | None]
    recordsContact: NotRequired[str | None]
    disclaimer: NotRequired[CpscInputDisclaimer | None]


CpscInputDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class CreateKeyBody(TypedDict):
    accountId: NotRequired[str]
    name: str
    scopes: list[ScopeName]
    warehouseId: NotRequired[str | None]
    expiresInDays: NotRequired[int | None]


class CreateWebhookBody(TypedDict):
    accountId: NotRequired[str]
    url: str
    events: NotRequired[list[str] | None]
    description: NotRequired[str | None]
    notifyEmail: NotRequired[str | None]


class CustomsPackageAnswer(TypedDict):
    id: str
    exportBatchId: str
    packageNumber: str
    state: str
    createdAt: str
    artifacts: list[Artifact]


class CustomsPackageSummary(TypedDict):
    id: str
    packageNumber: str
    state: str


class DangerousGoods(TypedDict):
    status: NotRequired[DangerousGoodsStatus | None]
    unNumber: NotRequired[str | None]
    hazardClass: NotRequired[str | None]
    packingGroup: NotRequired[DangerousGoodsPackingGroup | None]
    properShippingName: NotRequired[str | None]


class DangerousGoodsInput(TypedDict):
    status: NotRequired[DangerousGoodsInputStatus | None]
    unNumber: NotRequired[str | None]
    hazardClass: NotRequired[str | None]
    packingGroup: NotRequired[DangerousGoodsInputPackingGroup | None]
    properShippingName: NotRequired[str | None]


DangerousGoodsInputPackingGroup: TypeAlias = 'Literal["I", "II", "III"]'

DangerousGoodsInputStatus: TypeAlias = 'Literal["not_assessed", "not_regulated", "regulated"]'

DangerousGoodsPackingGroup: TypeAlias = 'Literal["I", "II", "III"]'

DangerousGoodsStatus: TypeAlias = 'Literal["not_assessed", "not_regulated", "regulated"]'


class DeletedWebhook(TypedDict):
    id: str
    deleted: bool


class DeliveryPage(TypedDict):
    data: list[DeliveryView]
    hasMore: bool
    nextCursor: str | None


class DeliveryView(TypedDict):
    eventId: str
    type: str
    exportId: str | None
    status: str
    attempts: int
    responseStatus: int | None
    error: str | None
    createdAt: str
    attemptedAt: str | None
    deliveredAt: str | None


class DiffItem(TypedDict):
    id: str
    name: str | None


class DutyFigure(TypedDict):
    heading: str
    rate: str
    amount_usd: float
    of: list[str]
    row: str
    source: str


class DutyLine(TypedDict):
    number: int
    hts_code: str
    country_of_origin: str
    value_usd: float
    duty_low_usd: float | None
    duty_high_usd: float | None
    low: list[DutyFigure]
    high: list[DutyFigure]
    questions: list[str]
    not_computed: list[str]
    findings: list[str]
    unchecked: list[str]


class EmergencyContactInput(TypedDict):
    name: str
    phone: str


class EntryDuty(TypedDict):
    entry_type: str
    low_usd: float | None
    high_usd: float | None
    lines: list[DutyLine]


class EntryFees(TypedDict):
    merchandise_processing_fee_usd: float
    broker_fees_usd: float | None


class EntryIssue(TypedDict):
    code: str
    severity: str
    message: str
    field: str
    count: int


class EntryNumber(TypedDict):
    entry: int
    entry_number: str


class EntryNumberInput(TypedDict):
    entry: int
    entryNumber: str


class EntryOutcome(TypedDict):
    entry: int
    entryNumber: str
    revision: int
    state: Literal["entered", "matches", "differs", "settled"]
    recordedAt: str
    givenBy: Literal["api", "broker_link"]
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
    reasons: list[str]


class EntryReconciliation(TypedDict):
    exportId: str
    customsPackageId: str
    packageNumber: str
    outcome: EntryOutcome
    lines: list[SummaryLine]
    tasks: list[EntryTask]


class EntrySummaryBody(TypedDict):
    entryNumber: str
    entryType: NotRequired[str | None]
    entryDate: NotRequired[str | None]
    summaryDate: NotRequired[str | None]
    lines: NotRequired[list[SummaryLineInput] | None]
    dutyUsd: NotRequired[float | None]
    feesUsd: NotRequired[float | None]
    liquidation: NotRequired[LiquidationInput | None]


class EntrySummaryPage(TypedDict):
    data: list[EntryReconciliation]
    hasMore: bool
    nextCursor: str | None


class EntryTask(TypedDict):
    id: str
    code: str
    place: str
    message: str
    expected: str | None
    actual: str | None
    state: Literal["open", "closed", "resolved"]
    note: str | None
    openedAt: str
    closedAt: str | None


class ErrorBody(TypedDict):
    errorCode: ErrorCode
    message: str
    field: NotRequired[str]
    details: NotRequired[dict[str, Any]]


ErrorCode: TypeAlias = 'Literal["ENTRY_ALREADY_FILED", "IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS", "INSUFFICIENT_SCOPE", "INTERNAL_ERROR", "INVALID_ACCOUNT_SCOPE", "INVALID_API_KEY", "INVALID_EXPORT_STATE", "INVALID_ORDER_REFERENCE", "INVALID_REQUEST", "KEY_NOT_USABLE", "METHOD_NOT_ALLOWED", "NOT_FOUND", "PAYLOAD_TOO_LARGE", "PLAN_HASH_MISMATCH", "RATE_LIMITED", "REVISION_LIMIT_REACHED", "SERVICE_UNAVAILABLE", "TASK_NOT_OPEN", "TRIP_INCOMPLETE", "UNSUPPORTED_MEDIA_TYPE", "VALIDATION_ERROR"]'


class EstimatedEntry(TypedDict):
    number: int
    orders: int
    lines: int
    value_usd: float
    importer: NotRequired[str | None]
    importer_id: NotRequired[str | None]
    importer_external_id: NotRequired[str | None]
    importer_name: NotRequired[str | None]
    entry_type: NotRequired[str]
    readiness_state: NotRequired[str]
    issues: NotRequired[list[EntryIssue]]
    duty: NotRequired[EntryDuty]
    fees: NotRequired[EntryFees]


class Event(TypedDict):
    type: str
    timestamp: str
    data: EventData


class EventData(TypedDict):
    accountId: str
    mode: str
    exportId: str
    warehouseId: str | None
    eventId: str
    sequence: int
    state: str
    event: EventDataEvent | None


EventDataEvent: TypeAlias = "dict[str, Any]"


class EventPage(TypedDict):
    data: list[Event]
    hasMore: bool
    nextCursor: str


class ExcludedOrder(TypedDict):
    order_id: str
    external_id: str
    reasons: list[str]


class ExecuteAnswer(TypedDict):
    exportId: str
    state: str
    batch_id: str
    status: str
    customs_package_id: str
    planHash: str
    artifacts: list[Artifact]
    notification_ids: list[str]
    notifications: list[str]
    execution_timestamp: str
    brokerSubmission: BrokerSubmission | None
    brokerSubmissions: list[BrokerSubmission]


class ExecuteBody(TypedDict):
    accountId: NotRequired[str]
    batchId: str
    expectedPlanHash: NotRequired[str | None]
    shipment: NotRequired[ShipmentInput | None]
    trip: NotRequired[TripInput | None]


class ExportExecution(TypedDict):
    customs_package_id: str | None
    executed_at: str | None


class ExportInspection(TypedDict):
    artifact_count: int
    notification_count: int


class ExportIssue(TypedDict):
    code: str
    message: str
    severity: str
    field: str


class ExportPage(TypedDict):
    data: list[ExportSummary]
    hasMore: bool
    nextCursor: str | None


class ExportPlan(TypedDict):
    readinessState: str
    included_order_ids: list[str]
    excluded_order_ids: list[str]
    excluded_orders: NotRequired[list[ExcludedOrder]]
    flags: list[str]
    missing_data: list[str]
    recommended_strategy: str
    revision: int
    planned_at: str
    entry_type: str
    total_value_usd: float
    entries: list[EstimatedEntry]


class ExportSection(TypedDict):
    batch_id: str
    status: str
    planHash: str
    lifecycle_state: str
    plan: ExportPlan
    execution: ExportExecution
    inspection: ExportInspection


class ExportSummary(TypedDict):
    exportId: str
    state: str
    readinessState: str
    complianceScore: int
    planHash: str
    warehouseId: str
    brokerId: str
    destinationCountry: str
    estimatedImportSavingsUsd: float
    orderCount: int
    customsPackageId: str | None
    brokerSubmissionStatus: str | None
    createdAt: str
    executedAt: str | None


class Fcc(TypedDict):
    authorization: NotRequired[str | None]
    disclaimer: NotRequired[FccDisclaimer | None]


FccDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class FccInput(TypedDict):
    authorization: NotRequired[str | None]
    disclaimer: NotRequired[FccInputDisclaimer | None]


FccInputDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class Fda(TypedDict):
    productCode: NotRequired[str | None]
    registration: NotRequired[str | None]
    priorNotice: NotRequired[str | None]
    disclaimer: NotRequired[FdaDisclaimer | None]


FdaDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class FdaInput(TypedDict):
    productCode: NotRequired[str | None]
    registration: NotRequired[str | None]
    priorNotice: NotRequired[str | None]
    disclaimer: NotRequired[FdaInputDisclaimer | None]


FdaInputDisclaimer: TypeAlias = 'Literal["A", "B", "C", "D"]'


class FeeSchedule(TypedDict):
    validFrom: str
    validTo: NotRequired[str | None]
    currency: NotRequired[str]
    feeFormal: float
    feeInformal: float
    includedLines: int
    lineFee: float
    orderFee: float
    pgaFee: NotRequired[float | None]
    disbursementPct: NotRequired[float | None]
    disbursementMin: NotRequired[float | None]
    paymentMode: NotRequired[Literal["importer_ach", "broker"]]
    bondMode: NotRequired[Literal["continuous", "single"]]
    singleBondRate: NotRequired[float | None]
    singleBondMin: NotRequired[float | None]
    source: NotRequired[str | None]


class FeeScheduleInput(TypedDict):
    validFrom: str
    validTo: NotRequired[str | None]
    currency: NotRequired[str]
    feeFormal: float
    feeInformal: float
    includedLines: int
    lineFee: float
    orderFee: float
    pgaFee: NotRequired[float | None]
    disbursementPct: NotRequired[float | None]
    disbursementMin: NotRequired[float | None]
    paymentMode: NotRequired[Literal["importer_ach", "broker"]]
    bondMode: NotRequired[Literal["continuous", "single"]]
    singleBondRate: NotRequired[float | None]
    singleBondMin: NotRequired[float | None]
    source: NotRequired[str | None]


class FieldChange(TypedDict):
    field: str
    before: str | None
    after: str | None


class FieldChanges(TypedDict):
    count: int
    first: list[FieldChange]


class Fix(TypedDict):
    method: str
    path: str
    field: str


class HealthAnswer(TypedDict):
    status: str
    components: list[ComponentHealth]


class HouseBillInput(TypedDict):
    orderId: str
    papsNumber: str


class HttpsEndpoint(TypedDict):
    url: NotRequired[str | None]
    credential: NotRequired[str | None]


class HttpsEndpointInput(TypedDict):
    url: NotRequired[str | None]
    credential: NotRequired[str | None]


class Importer(TypedDict):
    name: NotRequired[str | None]
    number: NotRequired[str | None]
    address: NotRequired[Address | None]
    nonResident: NotRequired[bool | None]
    bond: NotRequired[Bond | None]
    powersOfAttorney: NotRequired[list[PowerOfAttorney]]
    section301: NotRequired[TradeReview | None]
    relatedParties: NotRequired[bool | None]
    seller: NotRequired[Party | None]
    buyer: NotRequired[Party | None]
    id: str
    externalId: str
    createdAt: str
    updatedAt: str


class ImporterInput(TypedDict):
    name: NotRequired[str | None]
    number: NotRequired[str | None]
    address: NotRequired[AddressInput | None]
    nonResident: NotRequired[bool | None]
    bond: NotRequired[BondInput | None]
    powersOfAttorney: NotRequired[list[PowerOfAttorneyInput]]
    section301: NotRequired[TradeReviewInput | None]
    relatedParties: NotRequired[bool | None]
    seller: NotRequired[PartyInput | None]
    buyer: NotRequired[PartyInput | None]
    id: NotRequired[str | None]
    externalId: str


class ImporterOfRecord(TypedDict):
    name: NotRequired[str | None]
    number: NotRequired[str | None]
    address: NotRequired[Address | None]
    powerOfAttorney: NotRequired[bool | None]
    bond: NotRequired[ImporterOfRecordBond | None]
    section301: NotRequired[TradeReview | None]


ImporterOfRecordBond: TypeAlias = 'Literal["continuous", "single"]'


class ImporterOfRecordInput(TypedDict):
    name: NotRequired[str | None]
    number: NotRequired[str | None]
    address: NotRequired[AddressInput | None]
    powerOfAttorney: NotRequired[bool | None]
    bond: NotRequired[ImporterOfRecordInputBond | None]
    section301: NotRequired[TradeReviewInput | None]


ImporterOfRecordInputBond: TypeAlias = 'Literal["continuous", "single"]'


class ImporterPage(TypedDict):
    data: list[Importer]
    hasMore: bool
    nextCursor: str | None


Incoterm: TypeAlias = 'Literal["EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF"]'


class InspectAnswer(TypedDict):
    exportId: str
    status: str
    state: str
    readinessState: str
    complianceScore: int
    validationMessages: list[ValidationMessage]
    planHash: str
    artifacts: list[Artifact]
    export: ExportSection
    batch: BatchSection
    customsPackage: CustomsPackageSummary | None
    notifications: list[Notification]
    brokerSubmission: BrokerSubmission | None
    brokerSubmissions: list[BrokerSubmission]
    snapshot: SnapshotSection
    events: list[TimelineEvent]
    stale: bool
    withdrawal: Withdrawal | None
    supersedes: str | None
    supersededBy: str | None
    entrySummaries: list[EntryOutcome]


class IssueTotals(TypedDict):
    products_blocking: int
    orders_blocked_by_products: int
    orders_blocked: int


class IssuesAnswer(TypedDict):
    issue_totals: IssueTotals
    issues_by_product: list[ProductIssue]
    issues_by_order: list[OrderIssue]
    exportId: str
    planHash: str
    readinessState: str
    revision: int
    stale: bool
    issues_of_export: list[ExportIssue]


class ItemChanges(TypedDict):
    added_count: int
    removed_count: int
    changed_count: int
    added: list[DiffItem]
    removed: list[DiffItem]
    changed: list[ChangedItem]


class KeyPage(TypedDict):
    data: list[KeyView]
    hasMore: bool
    nextCursor: str | None


class KeyView(TypedDict):
    id: str
    name: str
    prefix: str
    mode: str
    scopes: list[str]
    warehouseId: str | None
    status: str
    createdBy: str | None
    createdAt: str
    expiresAt: str | None
    revokedAt: str | None
    lastUsedAt: str | None


class KeyWithSecret(TypedDict):
    id: str
    name: str
    prefix: str
    mode: str
    scopes: list[str]
    warehouseId: str | None
    status: str
    createdBy: str | None
    createdAt: str
    expiresAt: str | None
    revokedAt: str | None
    lastUsedAt: str | None
    secret: str | None


class LiquidationInput(TypedDict):
    liquidatedOn: str
    dutyUsd: float
    feesUsd: NotRequired[float | None]


class LoadedList(TypedDict):
    subject: str
    table: str
    is_loaded: bool
    source: str | None
    effective_from: str | None
    checked_on: str | None


class Manufacturer(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[str | None]
    city: NotRequired[str | None]
    region: NotRequired[str | None]
    postalCode: NotRequired[str | None]
    country: NotRequired[str | None]
    mid: NotRequired[str | None]


class ManufacturerInput(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[str | None]
    city: NotRequired[str | None]
    region: NotRequired[str | None]
    postalCode: NotRequired[str | None]
    country: NotRequired[str | None]
    mid: NotRequired[str | None]


class MeasuredSaving(TypedDict):
    basis: str
    alternative_usd: float
    consolidated_usd: float
    saving_usd: float


class MessageChanges(TypedDict):
    appeared_count: int
    disappeared_count: int
    appeared: list[ValidationMessage]
    disappeared: list[ValidationMessage]


class MetalContent(TypedDict):
    metal: Literal["steel", "aluminum", "copper"]
    weightKg: NotRequired[float | None]
    weightPct: NotRequired[float | None]
    valueUsd: NotRequired[float | None]
    meltPour: NotRequired[str | None]
    smelt1: NotRequired[str | None]
    smelt2: NotRequired[str | None]
    castIn: NotRequired[str | None]


class MetalContentInput(TypedDict):
    metal: Literal["steel", "aluminum", "copper"]
    weightKg: NotRequired[float | None]
    weightPct: NotRequired[float | None]
    valueUsd: NotRequired[float | None]
    meltPour: NotRequired[str | None]
    smelt1: NotRequired[str | None]
    smelt2: NotRequired[str | None]
    castIn: NotRequired[str | None]


class NoteBrokerAnswerAnswer(TypedDict):
    exportId: str
    brokerSubmission: BrokerSubmission


class NoteBrokerAnswerBody(TypedDict):
    outcome: Literal["arrived", "not_arrived", "acknowledged", "rejected"]
    entryNumber: NotRequired[str | None]
    entryNumbers: NotRequired[list[EntryNumberInput] | None]
    entry: NotRequired[int | None]
    reason: NotRequired[str | None]
    notedBy: str
    note: str


class Notification(TypedDict):
    id: str
    channel: str
    status: str
    created_at: str
    recipient: str


class OrderExample(TypedDict):
    field: str
    order_id: str
    external_id: str


class OrderExport(TypedDict):
    exportId: str
    state: str
    readinessState: str
    planHash: str


class OrderExportsAnswer(TypedDict):
    data: list[OrderExport]


class OrderInput(TypedDict):
    externalId: str
    destinationCountry: str
    destinationRegion: NotRequired[str | None]
    destinationPostalCode: NotRequired[str | None]
    importerNumber: NotRequired[str | None]
    importerExternalId: NotRequired[str | None]
    items: list[OrderLineInput]
    metadata: NotRequired[OrderInputMetadata | None]
    currency: NotRequired[str | None]


OrderInputMetadata: TypeAlias = "dict[str, Any]"


class OrderIssue(TypedDict):
    code: str
    message: str
    severity: str
    orders_blocked: int
    orders_affected: int
    lines_affected: int
    example: OrderExample
    suggestions: list[OrderSuggestion]


class OrderLine(TypedDict):
    productId: str
    quantity: float
    unitValueUsd: float


class OrderLineInput(TypedDict):
    sku: NotRequired[str | None]
    productId: NotRequired[str]
    quantity: float
    unitValueUsd: float
    currency: NotRequired[str | None]


class OrderPage(TypedDict):
    data: list[StoredOrder]
    hasMore: bool
    nextCursor: str | None


class OrderSuggestion(TypedDict):
    order_id: str
    external_id: str
    field: str
    suggestion: str


class PackageByNumber(TypedDict):
    customsPackageId: str
    packageNumber: str
    exportId: str
    entryNumbers: list[str]


class PackagesByNumber(TypedDict):
    data: list[PackageByNumber]
    hasMore: bool
    nextCursor: str | None


class Party(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[Address | None]


class PartyAddressInput(TypedDict):
    line1: NotRequired[str | None]
    line2: NotRequired[str | None]
    city: NotRequired[str | None]
    region: NotRequired[str | None]
    postalCode: NotRequired[str | None]
    country: NotRequired[str | None]


class PartyInput(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[AddressInput | None]


class PatchBrokerBody(TypedDict):
    name: NotRequired[str | None]
    email: NotRequired[str | None]
    portCode: NotRequired[str | None]
    filerCode: NotRequired[str | None]
    feeSchedules: NotRequired[list[FeeScheduleInput]]
    maxLinesPerEntry: NotRequired[int | None]
    maxOrdersPerEntry: NotRequired[int | None]
    channel: NotRequired[PatchBrokerBodyChannel | None]
    documents: NotRequired[list[PatchBrokerBodyDocuments] | None]
    attach: NotRequired[PatchBrokerBodyAttach | None]
    submitPer: NotRequired[PatchBrokerBodySubmitPer | None]
    manifestPer: NotRequired[PatchBrokerBodyManifestPer | None]
    template: NotRequired[BrokerTemplateInput | None]
    https: NotRequired[HttpsEndpointInput | None]
    sftp: NotRequired[SftpEndpointInput | None]


PatchBrokerBodyAttach: TypeAlias = 'Literal["each", "zip"]'

PatchBrokerBodyChannel: TypeAlias = 'Literal["email", "https", "sftp"]'

PatchBrokerBodyDocuments: TypeAlias = 'Literal["all", "cci_human_readable", "cci_csv", "cci_pdf", "cci_xlsx", "packing_list", "packing_list_csv", "section_232_declaration", "section_232_declaration_csv", "usmca_certification", "usmca_certification_json", "fee_estimate", "landed_costs", "entry_dataset", "entry_lines", "broker_template_csv", "broker_template_xlsx", "ace_manifest", "cargowise_xml", "ace_trip", "amendment_changes", "post_summary_correction", "manifest", "package_zip"]'

PatchBrokerBodyManifestPer: TypeAlias = 'Literal["entry", "house_bill"]'

PatchBrokerBodySubmitPer: TypeAlias = 'Literal["package", "entry"]'


class PatchImporterBody(TypedDict):
    name: NotRequired[str | None]
    number: NotRequired[str | None]
    address: NotRequired[AddressInput | None]
    nonResident: NotRequired[bool | None]
    bond: NotRequired[BondInput | None]
    powersOfAttorney: NotRequired[list[PowerOfAttorneyInput]]
    section301: NotRequired[TradeReviewInput | None]
    relatedParties: NotRequired[bool | None]
    seller: NotRequired[PartyInput | None]
    buyer: NotRequired[PartyInput | None]


class PatchProductBody(TypedDict):
    sku: NotRequired[str | None]
    name: NotRequired[str | None]
    status: NotRequired[PatchProductBodyStatus | None]
    customsDescription: NotRequired[str | None]
    htsCode: NotRequired[str | None]
    countryOfOrigin: NotRequired[str | None]
    materialComposition: NotRequired[str | None]
    manufacturer: NotRequired[ManufacturerInput | None]
    netWeightKg: NotRequired[float | None]
    grossWeightKg: NotRequired[float | None]
    unitOfMeasure: NotRequired[str | None]
    unitValueUsd: NotRequired[float | None]
    usmca: NotRequired[UsmcaInput | None]
    section232: NotRequired[Section232Input | None]
    htsCodes: NotRequired[PatchProductBodyHtsCodes | None]
    pga: NotRequired[PgaInput | None]
    dangerousGoods: NotRequired[DangerousGoodsInput | None]
    section301: NotRequired[TradeReviewInput | None]
    section338: NotRequired[TradeReviewInput | None]
    adcvdCase: NotRequired[TradeReviewInput | None]
    supplyChain: NotRequired[TradeReviewInput | None]
    chapter98: NotRequired[Chapter98Input | None]


PatchProductBodyHtsCodes: TypeAlias = "dict[str, str | None]"

PatchProductBodyStatus: TypeAlias = 'Literal["active", "archived"]'


class PatchWarehouseBody(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[AddressInput | None]
    responsibleEmployee: NotRequired[str | None]
    phone: NotRequired[str | None]
    email: NotRequired[str | None]
    transitDays: NotRequired[int | None]
    importerOfRecord: NotRequired[ImporterOfRecordInput | None]
    transport: NotRequired[TransportInput | None]
    seller: NotRequired[PartyInput | None]
    buyer: NotRequired[PartyInput | None]
    relatedParties: NotRequired[bool | None]
    locationOfGoods: NotRequired[str | None]


class PatchWebhookBody(TypedDict):
    url: NotRequired[str | None]
    events: NotRequired[list[str] | None]
    description: NotRequired[str | None]
    notifyEmail: NotRequired[str | None]
    status: NotRequired[PatchWebhookBodyStatus | None]


PatchWebhookBodyStatus: TypeAlias = 'Literal["enabled", "disabled"]'


class Pga(TypedDict):
    fda: NotRequired[Fda | None]
    cpsc: NotRequired[Cpsc | None]
    fcc: NotRequired[Fcc | None]
    usda: NotRequired[AgencyFiling | None]
    fws: NotRequired[AgencyFiling | None]
    epa: NotRequired[AgencyFiling | None]
    dot: NotRequired[AgencyFiling | None]
    ttb: NotRequired[AgencyFiling | None]


class PgaInput(TypedDict):
    fda: NotRequired[FdaInput | None]
    cpsc: NotRequired[CpscInput | None]
    fcc: NotRequired[FccInput | None]
    usda: NotRequired[AgencyFilingInput | None]
    fws: NotRequired[AgencyFilingInput | None]
    epa: NotRequired[AgencyFilingInput | None]
    dot: NotRequired[AgencyFilingInput | None]
    ttb: NotRequired[AgencyFilingInput | None]


class PlanAnswer(TypedDict):
    exportId: str | None
    state: str | None
    batch_id: str | None
    planHash: str
    status: str
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
    supersedes: NotRequired[str]
    changes: NotRequired[list[str]]
    coverage: NotRequired[Coverage]
    savings: NotRequired[MeasuredSaving | None]
    bonds: NotRequired[list[BondNeed]]


class PlanBody(TypedDict):
    accountId: NotRequired[str]
    warehouseId: str
    brokerId: str
    externalOrderIds: NotRequired[list[str] | None]
    orderIds: NotRequired[list[str]]
    destinationCountry: NotRequired[str | None]
    batchId: NotRequired[str | None]
    dryRun: NotRequired[bool | None]
    entryDate: NotRequired[str | None]
    entryType: NotRequired[PlanBodyEntryType | None]
    onBlocked: NotRequired[PlanBodyOnBlocked | None]
    include: NotRequired[list[PlanBodyInclude] | None]


PlanBodyEntryType: TypeAlias = 'Literal["01", "11", "86"]'

PlanBodyInclude: TypeAlias = 'Literal["issuesByProduct", "entries", "coverage", "savings", "bonds"]'

PlanBodyOnBlocked: TypeAlias = 'Literal["block", "exclude"]'

PlanDiffAnswer = TypedDict(
    "PlanDiffAnswer",
    {
        "exportId": "str",
        "from": "PlanVersion",
        "to": "PlanVersion",
        "is_same": "bool",
        "plan": "FieldChanges",
        "warehouse": "FieldChanges",
        "broker": "FieldChanges",
        "importers": "ItemChanges",
        "orders": "ItemChanges",
        "products": "ItemChanges",
        "reference_rows": "ItemChanges",
        "messages": "MessageChanges",
    },
)


class PlanValidation(TypedDict):
    readiness_state: str
    compliance_score: int
    validation_messages: list[ValidationMessage]


class PlanVersion(TypedDict):
    revision: int
    planHash: str
    planned_at: str


class PolicyAnswer(TypedDict):
    severities: dict[str, str]
    approvalRequired: bool
    codesWithoutApproval: list[str]
    agentsMayAct: bool
    savingsBasis: str
    updatedAt: str | None


class PolicyBody(TypedDict):
    accountId: NotRequired[str]
    severities: NotRequired[dict[str, Literal["warning", "error"]]]
    approvalRequired: NotRequired[bool | None]
    codesWithoutApproval: NotRequired[list[str]]
    agentsMayAct: NotRequired[bool | None]
    savingsBasis: NotRequired[PolicyBodySavingsBasis | None]


PolicyBodySavingsBasis: TypeAlias = 'Literal["per_order_entry", "per_importer_daily_entry"]'


class PowerOfAttorney(TypedDict):
    broker: str
    validFrom: NotRequired[str | None]
    validTo: NotRequired[str | None]


class PowerOfAttorneyInput(TypedDict):
    broker: str
    validFrom: NotRequired[str | None]
    validTo: NotRequired[str | None]


class PreviewBrokerTemplateBody(TypedDict):
    template: NotRequired[BrokerTemplateInput | None]
    exportId: NotRequired[str | None]


class PriorNoticeInput(TypedDict):
    product: str
    confirmationNumber: str
    entry: NotRequired[int | None]


class Product(TypedDict):
    sku: NotRequired[str | None]
    name: NotRequired[str | None]
    status: NotRequired[ProductStatus | None]
    customsDescription: NotRequired[str | None]
    htsCode: NotRequired[str | None]
    countryOfOrigin: NotRequired[str | None]
    materialComposition: NotRequired[str | None]
    manufacturer: NotRequired[Manufacturer | None]
    netWeightKg: NotRequired[float | None]
    grossWeightKg: NotRequired[float | None]
    unitOfMeasure: NotRequired[str | None]
    unitValueUsd: NotRequired[float | None]
    usmca: NotRequired[Usmca | None]
    section232: NotRequired[Section232 | None]
    htsCodes: NotRequired[ProductHtsCodes | None]
    pga: NotRequired[Pga | None]
    dangerousGoods: NotRequired[DangerousGoods | None]
    section301: NotRequired[TradeReview | None]
    section338: NotRequired[TradeReview | None]
    adcvdCase: NotRequired[TradeReview | None]
    supplyChain: NotRequired[TradeReview | None]
    chapter98: NotRequired[Chapter98 | None]
    id: str
    externalId: str
    createdAt: str
    updatedAt: str


ProductHtsCodes: TypeAlias = "dict[str, str | None]"


class ProductInput(TypedDict):
    sku: NotRequired[str | None]
    name: NotRequired[str | None]
    status: NotRequired[ProductInputStatus | None]
    customsDescription: NotRequired[str | None]
    htsCode: NotRequired[str | None]
    countryOfOrigin: NotRequired[str | None]
    materialComposition: NotRequired[str | None]
    manufacturer: NotRequired[ManufacturerInput | None]
    netWeightKg: NotRequired[float | None]
    grossWeightKg: NotRequired[float | None]
    unitOfMeasure: NotRequired[str | None]
    unitValueUsd: NotRequired[float | None]
    usmca: NotRequired[UsmcaInput | None]
    section232: NotRequired[Section232Input | None]
    htsCodes: NotRequired[ProductInputHtsCodes | None]
    pga: NotRequired[PgaInput | None]
    dangerousGoods: NotRequired[DangerousGoodsInput | None]
    section301: NotRequired[TradeReviewInput | None]
    section338: NotRequired[TradeReviewInput | None]
    adcvdCase: NotRequired[TradeReviewInput | None]
    supplyChain: NotRequired[TradeReviewInput | None]
    chapter98: NotRequired[Chapter98Input | None]
    id: NotRequired[str | None]
    externalId: str


ProductInputHtsCodes: TypeAlias = "dict[str, str | None]"

ProductInputStatus: TypeAlias = 'Literal["active", "archived"]'


class ProductIssue(TypedDict):
    code: str
    message: str
    severity: str
    product_id: str
    sku: str
    orders_blocked: int
    orders_affected: int
    lines_affected: int
    fix: Fix
    accepted: str
    suggestion: str | None
    remedy: str | None


class ProductPage(TypedDict):
    data: list[Product]
    hasMore: bool
    nextCursor: str | None


ProductStatus: TypeAlias = 'Literal["active", "archived"]'


class ReplayAnswer(TypedDict):
    queued: int


class ReplayBody(TypedDict):
    eventId: NotRequired[str | None]
    queuedFrom: NotRequired[str | None]
    queuedUntil: NotRequired[str | None]
    status: NotRequired[ReplayBodyStatus | None]


ReplayBodyStatus: TypeAlias = 'Literal["pending", "delivered", "failed", "held"]'


class ResubmitAnswer(TypedDict):
    exportId: str
    brokerSubmission: BrokerSubmission


class ResubmitBody(TypedDict):
    reason: str
    entry: NotRequired[int | None]


class RotateKeyBody(TypedDict):
    overlapHours: NotRequired[int | None]


class RotateSecretBody(TypedDict):
    overlapHours: NotRequired[int | None]


class RuleView(TypedDict):
    code: str
    severity: str
    raisableTo: list[str]
    field: str
    basis: str


class RulesAnswer(TypedDict):
    data: list[RuleView]


ScopeName: TypeAlias = 'Literal["orders:write", "exports:plan", "exports:execute", "read", "setup"]'


class Section232(TypedDict):
    status: NotRequired[Section232Status | None]
    metals: NotRequired[list[MetalContent]]
    usMetalPct: NotRequired[float | None]
    evidence: NotRequired[str | None]
    assessedOn: NotRequired[str | None]
    metalWeightPct: NotRequired[float | None]


class Section232Input(TypedDict):
    status: NotRequired[Section232InputStatus | None]
    metals: NotRequired[list[MetalContentInput]]
    usMetalPct: NotRequired[float | None]
    evidence: NotRequired[str | None]
    assessedOn: NotRequired[str | None]
    metalWeightPct: NotRequired[float | None]


Section232InputStatus: TypeAlias = 'Literal["not_assessed", "not_applicable", "review", "applicable"]'

Section232Status: TypeAlias = 'Literal["not_assessed", "not_applicable", "review", "applicable"]'


class SftpEndpoint(TypedDict):
    host: NotRequired[str | None]
    port: NotRequired[int | None]
    username: NotRequired[str | None]
    folder: NotRequired[str | None]
    hostKey: NotRequired[str | None]
    credential: NotRequired[str | None]


class SftpEndpointInput(TypedDict):
    host: NotRequired[str | None]
    port: NotRequired[int | None]
    username: NotRequired[str | None]
    folder: NotRequired[str | None]
    hostKey: NotRequired[str | None]
    credential: NotRequired[str | None]


class ShipmentInput(TypedDict):
    termsOfSale: NotRequired[TermsOfSaleInput | None]
    shippedOn: NotRequired[str | None]
    papsNumber: NotRequired[str | None]
    tripNumber: NotRequired[str | None]
    packages: NotRequired[int | None]
    reason: NotRequired[ShipmentReason | None]
    seller: NotRequired[str | None]
    buyer: NotRequired[str | None]
    sellerAddress: NotRequired[PartyAddressInput | None]
    buyerAddress: NotRequired[PartyAddressInput | None]
    soldOn: NotRequired[str | None]
    placeOfSale: NotRequired[str | None]
    currencyOfSale: NotRequired[str | None]
    charges: NotRequired[list[ChargeInput] | None]


ShipmentReason: TypeAlias = 'Literal["sale", "transfer", "sample", "return", "repair", "other"]'


class SnapshotSection(TypedDict):
    included_order_ids: list[str]
    planHash: str
    entry_date: str
    ruleset_version: str
    reference_version: str


class StoredOrder(TypedDict):
    id: str
    accountId: str
    externalId: str
    destinationCountry: str
    destinationRegion: str | None
    destinationPostalCode: str | None
    totalValueUsd: float
    items: list[OrderLine]
    importerNumber: str | None
    importerExternalId: str | None
    metadata: StoredOrderMetadata | None
    createdAt: str
    updatedAt: str


StoredOrderMetadata: TypeAlias = "dict[str, Any]"


class SummaryLine(TypedDict):
    line: int
    htsCode: str
    countryOfOrigin: str
    valueUsd: float
    quantity: float | None
    unit: str | None
    dutyUsd: float


class SummaryLineInput(TypedDict):
    line: NotRequired[int | None]
    htsCode: str
    countryOfOrigin: str
    valueUsd: float
    quantity: NotRequired[float | None]
    unit: NotRequired[str | None]
    dutyUsd: float


class SyncBrokersAnswer(TypedDict):
    data: list[Broker]


class SyncBrokersBody(TypedDict):
    accountId: NotRequired[str]
    items: list[BrokerInput]


class SyncImportersAnswer(TypedDict):
    data: list[Importer]


class SyncImportersBody(TypedDict):
    accountId: NotRequired[str]
    items: list[ImporterInput]


class SyncOrdersAnswer(TypedDict):
    data: list[SyncedOrder]


class SyncOrdersBody(TypedDict):
    accountId: NotRequired[str]
    items: list[OrderInput]


class SyncProductsAnswer(TypedDict):
    data: list[Product]


class SyncProductsBody(TypedDict):
    accountId: NotRequired[str]
    items: list[ProductInput]


class SyncWarehousesAnswer(TypedDict):
    data: list[Warehouse]


class SyncWarehousesBody(TypedDict):
    accountId: NotRequired[str]
    items: list[WarehouseInput]


class SyncedOrder(TypedDict):
    id: str
    accountId: str
    externalId: str
    destinationCountry: str
    destinationRegion: str | None
    destinationPostalCode: str | None
    totalValueUsd: float
    items: list[OrderLine]


class TermsOfSaleInput(TypedDict):
    incoterm: Incoterm
    place: str


class TimelineEvent(TypedDict):
    id: str
    type: str
    created_at: str
    payload: dict[str, Any]


class TradeReview(TypedDict):
    status: NotRequired[TradeReviewStatus | None]
    headings: NotRequired[str | None]
    signedOffBy: NotRequired[str | None]
    validFrom: NotRequired[str | None]
    validTo: NotRequired[str | None]


class TradeReviewInput(TypedDict):
    status: NotRequired[TradeReviewInputStatus | None]
    headings: NotRequired[str | None]
    signedOffBy: NotRequired[str | None]
    validFrom: NotRequired[str | None]
    validTo: NotRequired[str | None]


TradeReviewInputStatus: TypeAlias = 'Literal["not_assessed", "not_applicable", "applicable"]'

TradeReviewStatus: TypeAlias = 'Literal["not_assessed", "not_applicable", "applicable"]'


class Transport(TypedDict):
    carrier: NotRequired[str | None]
    scac: NotRequired[str | None]
    portCode: NotRequired[str | None]
    portName: NotRequired[str | None]


class TransportInput(TypedDict):
    carrier: NotRequired[str | None]
    scac: NotRequired[str | None]
    portCode: NotRequired[str | None]
    portName: NotRequired[str | None]


class TripEntryInput(TypedDict):
    entry: int
    papsNumber: NotRequired[str | None]
    houseBills: NotRequired[list[HouseBillInput] | None]
    packages: NotRequired[int | None]


class TripInput(TypedDict):
    conveyance: NotRequired[str | None]
    crew: NotRequired[list[str] | None]
    equipment: NotRequired[list[str] | None]
    seals: NotRequired[list[str] | None]
    borderPort: NotRequired[str | None]
    carrierScac: NotRequired[str | None]
    estimatedArrival: NotRequired[str | None]
    entries: NotRequired[list[TripEntryInput] | None]
    emergencyContact: NotRequired[EmergencyContactInput | None]
    priorNotices: NotRequired[list[PriorNoticeInput] | None]


class Usmca(TypedDict):
    criterion: NotRequired[UsmcaCriterion | None]
    certification: NotRequired[str | None]
    blanketFrom: NotRequired[str | None]
    blanketTo: NotRequired[str | None]


UsmcaCriterion: TypeAlias = 'Literal["A", "B", "C", "D"]'


class UsmcaInput(TypedDict):
    criterion: NotRequired[UsmcaInputCriterion | None]
    certification: NotRequired[str | None]
    blanketFrom: NotRequired[str | None]
    blanketTo: NotRequired[str | None]


UsmcaInputCriterion: TypeAlias = 'Literal["A", "B", "C", "D"]'


class ValidationMessage(TypedDict):
    code: str
    message: str
    severity: str
    field: str
    product_id: str | None
    order_id: str | None


class Warehouse(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[Address | None]
    responsibleEmployee: NotRequired[str | None]
    phone: NotRequired[str | None]
    email: NotRequired[str | None]
    transitDays: NotRequired[int | None]
    importerOfRecord: NotRequired[ImporterOfRecord | None]
    transport: NotRequired[Transport | None]
    seller: NotRequired[Party | None]
    buyer: NotRequired[Party | None]
    relatedParties: NotRequired[bool | None]
    locationOfGoods: NotRequired[str | None]
    id: str
    externalId: str
    createdAt: str
    updatedAt: str


class WarehouseInput(TypedDict):
    name: NotRequired[str | None]
    address: NotRequired[AddressInput | None]
    responsibleEmployee: NotRequired[str | None]
    phone: NotRequired[str | None]
    email: NotRequired[str | None]
    transitDays: NotRequired[int | None]
    importerOfRecord: NotRequired[ImporterOfRecordInput | None]
    transport: NotRequired[TransportInput | None]
    seller: NotRequired[PartyInput | None]
    buyer: NotRequired[PartyInput | None]
    relatedParties: NotRequired[bool | None]
    locationOfGoods: NotRequired[str | None]
    id: NotRequired[str | None]
    externalId: str


class WarehousePage(TypedDict):
    data: list[Warehouse]
    hasMore: bool
    nextCursor: str | None


class WebhookPage(TypedDict):
    data: list[WebhookView]
    hasMore: bool
    nextCursor: str | None


class WebhookView(TypedDict):
    id: str
    url: str
    events: list[str]
    description: str
    notifyEmail: str | None
    warehouseId: str | None
    status: str
    disabledReason: str | None
    failingSince: str | None
    previousSecretUntil: str | None
    createdAt: str
    updatedAt: str


class WebhookWithSecret(TypedDict):
    id: str
    url: str
    events: list[str]
    description: str
    notifyEmail: str | None
    warehouseId: str | None
    status: str
    disabledReason: str | None
    failingSince: str | None
    previousSecretUntil: str | None
    createdAt: str
    updatedAt: str
    secret: str | None


class WithdrawAnswer(TypedDict):
    exportId: str
    state: str | None
    batch_id: str
    status: str
    customs_package_id: str
    reason: str
    withdrawnAt: str | None
    orders: int
    brokerTold: bool
    brokerNotices: list[BrokerSubmission]


class WithdrawBody(TypedDict):
    reason: str
    dryRun: NotRequired[bool | None]


class Withdrawal(TypedDict):
    withdrawnAt: str
    reason: str
