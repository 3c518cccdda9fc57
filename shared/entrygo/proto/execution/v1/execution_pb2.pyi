from entrygo.proto.events.v1 import events_pb2 as _events_pb2
from entrygo.proto.planning.v1 import planning_pb2 as _planning_pb2
from entrygo.proto.sync.v1 import sync_pb2 as _sync_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MailWebhookNoticeRequest(_message.Message):
    __slots__ = ("id", "recipient", "webhook_id", "host", "reason", "failing_since")
    ID_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FAILING_SINCE_FIELD_NUMBER: _ClassVar[int]
    id: str
    recipient: str
    webhook_id: str
    host: str
    reason: str
    failing_since: str
    def __init__(self, id: _Optional[str] = ..., recipient: _Optional[str] = ..., webhook_id: _Optional[str] = ..., host: _Optional[str] = ..., reason: _Optional[str] = ..., failing_since: _Optional[str] = ...) -> None: ...

class MailWebhookNoticeResponse(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class TestBrokerRequest(_message.Message):
    __slots__ = ("broker_id", "idempotency_key")
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    broker_id: str
    idempotency_key: str
    def __init__(self, broker_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class BrokerTrial(_message.Message):
    __slots__ = ("broker_id", "channel", "destination", "outcome", "message", "made_at")
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    broker_id: str
    channel: str
    destination: str
    outcome: str
    message: str
    made_at: str
    def __init__(self, broker_id: _Optional[str] = ..., channel: _Optional[str] = ..., destination: _Optional[str] = ..., outcome: _Optional[str] = ..., message: _Optional[str] = ..., made_at: _Optional[str] = ...) -> None: ...

class PreviewBrokerTemplateRequest(_message.Message):
    __slots__ = ("broker_id", "template", "export_id")
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    broker_id: str
    template: _sync_pb2.BrokerTemplate
    export_id: str
    def __init__(self, broker_id: _Optional[str] = ..., template: _Optional[_Union[_sync_pb2.BrokerTemplate, _Mapping]] = ..., export_id: _Optional[str] = ...) -> None: ...

class BrokerTemplatePreview(_message.Message):
    __slots__ = ("filename", "media_type", "content", "header", "rows", "row_count", "source")
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    HEADER_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    filename: str
    media_type: str
    content: bytes
    header: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[BrokerTemplateRow]
    row_count: int
    source: str
    def __init__(self, filename: _Optional[str] = ..., media_type: _Optional[str] = ..., content: _Optional[bytes] = ..., header: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[BrokerTemplateRow, _Mapping]]] = ..., row_count: _Optional[int] = ..., source: _Optional[str] = ...) -> None: ...

class BrokerTemplateRow(_message.Message):
    __slots__ = ("cells",)
    CELLS_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cells: _Optional[_Iterable[str]] = ...) -> None: ...

class ExecuteExportRequest(_message.Message):
    __slots__ = ("account_id", "batch_id", "idempotency_key", "expected_plan_hash", "shipment")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    SHIPMENT_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    batch_id: str
    idempotency_key: str
    expected_plan_hash: str
    shipment: Shipment
    def __init__(self, account_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., expected_plan_hash: _Optional[str] = ..., shipment: _Optional[_Union[Shipment, _Mapping]] = ...) -> None: ...

class Shipment(_message.Message):
    __slots__ = ("terms_of_sale", "shipped_on", "paps_number", "trip_number", "packages", "reason", "seller", "buyer", "charges", "trip", "sold_on", "place_of_sale", "currency_of_sale", "seller_address", "buyer_address")
    TERMS_OF_SALE_FIELD_NUMBER: _ClassVar[int]
    SHIPPED_ON_FIELD_NUMBER: _ClassVar[int]
    PAPS_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TRIP_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SELLER_FIELD_NUMBER: _ClassVar[int]
    BUYER_FIELD_NUMBER: _ClassVar[int]
    CHARGES_FIELD_NUMBER: _ClassVar[int]
    TRIP_FIELD_NUMBER: _ClassVar[int]
    SOLD_ON_FIELD_NUMBER: _ClassVar[int]
    PLACE_OF_SALE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_OF_SALE_FIELD_NUMBER: _ClassVar[int]
    SELLER_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BUYER_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    terms_of_sale: TermsOfSale
    shipped_on: str
    paps_number: str
    trip_number: str
    packages: int
    reason: str
    seller: str
    buyer: str
    charges: _containers.RepeatedCompositeFieldContainer[Charge]
    trip: Trip
    sold_on: str
    place_of_sale: str
    currency_of_sale: str
    seller_address: PartyAddress
    buyer_address: PartyAddress
    def __init__(self, terms_of_sale: _Optional[_Union[TermsOfSale, _Mapping]] = ..., shipped_on: _Optional[str] = ..., paps_number: _Optional[str] = ..., trip_number: _Optional[str] = ..., packages: _Optional[int] = ..., reason: _Optional[str] = ..., seller: _Optional[str] = ..., buyer: _Optional[str] = ..., charges: _Optional[_Iterable[_Union[Charge, _Mapping]]] = ..., trip: _Optional[_Union[Trip, _Mapping]] = ..., sold_on: _Optional[str] = ..., place_of_sale: _Optional[str] = ..., currency_of_sale: _Optional[str] = ..., seller_address: _Optional[_Union[PartyAddress, _Mapping]] = ..., buyer_address: _Optional[_Union[PartyAddress, _Mapping]] = ...) -> None: ...

class PartyAddress(_message.Message):
    __slots__ = ("line_1", "line_2", "city", "region", "postal_code", "country")
    LINE_1_FIELD_NUMBER: _ClassVar[int]
    LINE_2_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    line_1: str
    line_2: str
    city: str
    region: str
    postal_code: str
    country: str
    def __init__(self, line_1: _Optional[str] = ..., line_2: _Optional[str] = ..., city: _Optional[str] = ..., region: _Optional[str] = ..., postal_code: _Optional[str] = ..., country: _Optional[str] = ...) -> None: ...

class Trip(_message.Message):
    __slots__ = ("conveyance", "crew", "equipment", "seals", "border_port", "estimated_arrival", "entries", "emergency_contact", "prior_notices", "carrier_scac")
    CONVEYANCE_FIELD_NUMBER: _ClassVar[int]
    CREW_FIELD_NUMBER: _ClassVar[int]
    EQUIPMENT_FIELD_NUMBER: _ClassVar[int]
    SEALS_FIELD_NUMBER: _ClassVar[int]
    BORDER_PORT_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_ARRIVAL_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_CONTACT_FIELD_NUMBER: _ClassVar[int]
    PRIOR_NOTICES_FIELD_NUMBER: _ClassVar[int]
    CARRIER_SCAC_FIELD_NUMBER: _ClassVar[int]
    conveyance: str
    crew: _containers.RepeatedScalarFieldContainer[str]
    equipment: _containers.RepeatedScalarFieldContainer[str]
    seals: _containers.RepeatedScalarFieldContainer[str]
    border_port: str
    estimated_arrival: str
    entries: _containers.RepeatedCompositeFieldContainer[TripEntry]
    emergency_contact: EmergencyContact
    prior_notices: _containers.RepeatedCompositeFieldContainer[PriorNotice]
    carrier_scac: str
    def __init__(self, conveyance: _Optional[str] = ..., crew: _Optional[_Iterable[str]] = ..., equipment: _Optional[_Iterable[str]] = ..., seals: _Optional[_Iterable[str]] = ..., border_port: _Optional[str] = ..., estimated_arrival: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[TripEntry, _Mapping]]] = ..., emergency_contact: _Optional[_Union[EmergencyContact, _Mapping]] = ..., prior_notices: _Optional[_Iterable[_Union[PriorNotice, _Mapping]]] = ..., carrier_scac: _Optional[str] = ...) -> None: ...

class EmergencyContact(_message.Message):
    __slots__ = ("name", "phone")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    phone: str
    def __init__(self, name: _Optional[str] = ..., phone: _Optional[str] = ...) -> None: ...

class PriorNotice(_message.Message):
    __slots__ = ("product", "confirmation_number", "entry")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    product: str
    confirmation_number: str
    entry: int
    def __init__(self, product: _Optional[str] = ..., confirmation_number: _Optional[str] = ..., entry: _Optional[int] = ...) -> None: ...

class TripEntry(_message.Message):
    __slots__ = ("entry", "paps_number", "house_bills", "packages")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    PAPS_NUMBER_FIELD_NUMBER: _ClassVar[int]
    HOUSE_BILLS_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    entry: int
    paps_number: str
    house_bills: _containers.RepeatedCompositeFieldContainer[HouseBill]
    packages: int
    def __init__(self, entry: _Optional[int] = ..., paps_number: _Optional[str] = ..., house_bills: _Optional[_Iterable[_Union[HouseBill, _Mapping]]] = ..., packages: _Optional[int] = ...) -> None: ...

class HouseBill(_message.Message):
    __slots__ = ("order_id", "paps_number")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAPS_NUMBER_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    paps_number: str
    def __init__(self, order_id: _Optional[str] = ..., paps_number: _Optional[str] = ...) -> None: ...

class TermsOfSale(_message.Message):
    __slots__ = ("incoterm", "place")
    INCOTERM_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    incoterm: str
    place: str
    def __init__(self, incoterm: _Optional[str] = ..., place: _Optional[str] = ...) -> None: ...

class Charge(_message.Message):
    __slots__ = ("kind", "amount_usd", "description")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_USD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    kind: str
    amount_usd: str
    description: str
    def __init__(self, kind: _Optional[str] = ..., amount_usd: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class ExecuteExportResponse(_message.Message):
    __slots__ = ("export_id", "status", "customs_package_id", "plan_hash", "artifacts", "notification_ids", "execution_timestamp", "broker_submission", "broker_submissions")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    NOTIFICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    status: str
    customs_package_id: str
    plan_hash: str
    artifacts: _containers.RepeatedCompositeFieldContainer[_events_pb2.Artifact]
    notification_ids: _containers.RepeatedScalarFieldContainer[str]
    execution_timestamp: str
    broker_submission: _events_pb2.BrokerSubmission
    broker_submissions: _containers.RepeatedCompositeFieldContainer[_events_pb2.BrokerSubmission]
    def __init__(self, export_id: _Optional[str] = ..., status: _Optional[str] = ..., customs_package_id: _Optional[str] = ..., plan_hash: _Optional[str] = ..., artifacts: _Optional[_Iterable[_Union[_events_pb2.Artifact, _Mapping]]] = ..., notification_ids: _Optional[_Iterable[str]] = ..., execution_timestamp: _Optional[str] = ..., broker_submission: _Optional[_Union[_events_pb2.BrokerSubmission, _Mapping]] = ..., broker_submissions: _Optional[_Iterable[_Union[_events_pb2.BrokerSubmission, _Mapping]]] = ...) -> None: ...

class ResubmitToBrokerRequest(_message.Message):
    __slots__ = ("export_id", "reason", "idempotency_key", "entry")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    reason: str
    idempotency_key: str
    entry: int
    def __init__(self, export_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., entry: _Optional[int] = ...) -> None: ...

class ResubmitToBrokerResponse(_message.Message):
    __slots__ = ("broker_submission",)
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    broker_submission: _events_pb2.BrokerSubmission
    def __init__(self, broker_submission: _Optional[_Union[_events_pb2.BrokerSubmission, _Mapping]] = ...) -> None: ...

class NoteBrokerAnswerRequest(_message.Message):
    __slots__ = ("export_id", "outcome", "entry_number", "reason", "noted_by", "note", "idempotency_key", "entry_numbers", "entry")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NOTED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    outcome: str
    entry_number: str
    reason: str
    noted_by: str
    note: str
    idempotency_key: str
    entry_numbers: _containers.RepeatedCompositeFieldContainer[_events_pb2.EntryNumber]
    entry: int
    def __init__(self, export_id: _Optional[str] = ..., outcome: _Optional[str] = ..., entry_number: _Optional[str] = ..., reason: _Optional[str] = ..., noted_by: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., entry_numbers: _Optional[_Iterable[_Union[_events_pb2.EntryNumber, _Mapping]]] = ..., entry: _Optional[int] = ...) -> None: ...

class NoteBrokerAnswerResponse(_message.Message):
    __slots__ = ("broker_submission",)
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    broker_submission: _events_pb2.BrokerSubmission
    def __init__(self, broker_submission: _Optional[_Union[_events_pb2.BrokerSubmission, _Mapping]] = ...) -> None: ...

class WithdrawExportRequest(_message.Message):
    __slots__ = ("export_id", "reason", "idempotency_key", "dry_run")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    reason: str
    idempotency_key: str
    dry_run: bool
    def __init__(self, export_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., dry_run: _Optional[bool] = ...) -> None: ...

class WithdrawExportResponse(_message.Message):
    __slots__ = ("export_id", "status", "customs_package_id", "reason", "withdrawn_at", "orders", "broker_notices", "broker_told")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_AT_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    BROKER_NOTICES_FIELD_NUMBER: _ClassVar[int]
    BROKER_TOLD_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    status: str
    customs_package_id: str
    reason: str
    withdrawn_at: str
    orders: int
    broker_notices: _containers.RepeatedCompositeFieldContainer[_events_pb2.BrokerSubmission]
    broker_told: bool
    def __init__(self, export_id: _Optional[str] = ..., status: _Optional[str] = ..., customs_package_id: _Optional[str] = ..., reason: _Optional[str] = ..., withdrawn_at: _Optional[str] = ..., orders: _Optional[int] = ..., broker_notices: _Optional[_Iterable[_Union[_events_pb2.BrokerSubmission, _Mapping]]] = ..., broker_told: _Optional[bool] = ...) -> None: ...

class AmendExportRequest(_message.Message):
    __slots__ = ("export_id", "reason", "leave_out_order_ids", "add_order_ids", "entry_date", "on_blocked", "dry_run", "idempotency_key", "after_entry", "leave_out_external_order_ids", "add_external_order_ids")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LEAVE_OUT_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ADD_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_DATE_FIELD_NUMBER: _ClassVar[int]
    ON_BLOCKED_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    AFTER_ENTRY_FIELD_NUMBER: _ClassVar[int]
    LEAVE_OUT_EXTERNAL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ADD_EXTERNAL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    reason: str
    leave_out_order_ids: _containers.RepeatedScalarFieldContainer[str]
    add_order_ids: _containers.RepeatedScalarFieldContainer[str]
    entry_date: str
    on_blocked: str
    dry_run: bool
    idempotency_key: str
    after_entry: bool
    leave_out_external_order_ids: _containers.RepeatedScalarFieldContainer[str]
    add_external_order_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, export_id: _Optional[str] = ..., reason: _Optional[str] = ..., leave_out_order_ids: _Optional[_Iterable[str]] = ..., add_order_ids: _Optional[_Iterable[str]] = ..., entry_date: _Optional[str] = ..., on_blocked: _Optional[str] = ..., dry_run: _Optional[bool] = ..., idempotency_key: _Optional[str] = ..., after_entry: _Optional[bool] = ..., leave_out_external_order_ids: _Optional[_Iterable[str]] = ..., add_external_order_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordEntrySummaryRequest(_message.Message):
    __slots__ = ("export_id", "entry", "summary", "idempotency_key")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    entry: int
    summary: EntrySummary
    idempotency_key: str
    def __init__(self, export_id: _Optional[str] = ..., entry: _Optional[int] = ..., summary: _Optional[_Union[EntrySummary, _Mapping]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class EntrySummary(_message.Message):
    __slots__ = ("entry_number", "entry_type", "entry_date", "summary_date", "lines", "duty_usd", "fees_usd", "liquidation")
    ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_DATE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_DATE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    DUTY_USD_FIELD_NUMBER: _ClassVar[int]
    FEES_USD_FIELD_NUMBER: _ClassVar[int]
    LIQUIDATION_FIELD_NUMBER: _ClassVar[int]
    entry_number: str
    entry_type: str
    entry_date: str
    summary_date: str
    lines: _containers.RepeatedCompositeFieldContainer[SummaryLine]
    duty_usd: str
    fees_usd: str
    liquidation: Liquidation
    def __init__(self, entry_number: _Optional[str] = ..., entry_type: _Optional[str] = ..., entry_date: _Optional[str] = ..., summary_date: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[SummaryLine, _Mapping]]] = ..., duty_usd: _Optional[str] = ..., fees_usd: _Optional[str] = ..., liquidation: _Optional[_Union[Liquidation, _Mapping]] = ...) -> None: ...

class SummaryLine(_message.Message):
    __slots__ = ("line", "hts_code", "country_of_origin", "value_usd", "quantity", "unit", "duty_usd")
    LINE_FIELD_NUMBER: _ClassVar[int]
    HTS_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_OF_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    DUTY_USD_FIELD_NUMBER: _ClassVar[int]
    line: int
    hts_code: str
    country_of_origin: str
    value_usd: str
    quantity: str
    unit: str
    duty_usd: str
    def __init__(self, line: _Optional[int] = ..., hts_code: _Optional[str] = ..., country_of_origin: _Optional[str] = ..., value_usd: _Optional[str] = ..., quantity: _Optional[str] = ..., unit: _Optional[str] = ..., duty_usd: _Optional[str] = ...) -> None: ...

class Liquidation(_message.Message):
    __slots__ = ("liquidated_on", "duty_usd", "fees_usd")
    LIQUIDATED_ON_FIELD_NUMBER: _ClassVar[int]
    DUTY_USD_FIELD_NUMBER: _ClassVar[int]
    FEES_USD_FIELD_NUMBER: _ClassVar[int]
    liquidated_on: str
    duty_usd: str
    fees_usd: str
    def __init__(self, liquidated_on: _Optional[str] = ..., duty_usd: _Optional[str] = ..., fees_usd: _Optional[str] = ...) -> None: ...

class EntryReconciliation(_message.Message):
    __slots__ = ("export_id", "customs_package_id", "package_number", "outcome", "summary", "tasks")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    customs_package_id: str
    package_number: str
    outcome: _events_pb2.EntryOutcome
    summary: EntrySummary
    tasks: _containers.RepeatedCompositeFieldContainer[EntryTask]
    def __init__(self, export_id: _Optional[str] = ..., customs_package_id: _Optional[str] = ..., package_number: _Optional[str] = ..., outcome: _Optional[_Union[_events_pb2.EntryOutcome, _Mapping]] = ..., summary: _Optional[_Union[EntrySummary, _Mapping]] = ..., tasks: _Optional[_Iterable[_Union[EntryTask, _Mapping]]] = ...) -> None: ...

class EntryTask(_message.Message):
    __slots__ = ("id", "code", "place", "message", "expected", "actual", "state", "note", "opened_at", "closed_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    OPENED_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    code: str
    place: str
    message: str
    expected: str
    actual: str
    state: str
    note: str
    opened_at: str
    closed_at: str
    def __init__(self, id: _Optional[str] = ..., code: _Optional[str] = ..., place: _Optional[str] = ..., message: _Optional[str] = ..., expected: _Optional[str] = ..., actual: _Optional[str] = ..., state: _Optional[str] = ..., note: _Optional[str] = ..., opened_at: _Optional[str] = ..., closed_at: _Optional[str] = ...) -> None: ...

class CloseEntryTaskRequest(_message.Message):
    __slots__ = ("export_id", "entry", "task_id", "note", "idempotency_key")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    entry: int
    task_id: str
    note: str
    idempotency_key: str
    def __init__(self, export_id: _Optional[str] = ..., entry: _Optional[int] = ..., task_id: _Optional[str] = ..., note: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ListEntrySummariesRequest(_message.Message):
    __slots__ = ("limit", "cursor", "export_id")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    limit: int
    cursor: str
    export_id: str
    def __init__(self, limit: _Optional[int] = ..., cursor: _Optional[str] = ..., export_id: _Optional[str] = ...) -> None: ...

class ListEntrySummariesResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[EntryReconciliation]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[EntryReconciliation, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class GetActualCostsRequest(_message.Message):
    __slots__ = ("export_id",)
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    def __init__(self, export_id: _Optional[str] = ...) -> None: ...

class GetArtifactRequest(_message.Message):
    __slots__ = ("customs_package_id", "filename")
    CUSTOMS_PACKAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    customs_package_id: str
    filename: str
    def __init__(self, customs_package_id: _Optional[str] = ..., filename: _Optional[str] = ...) -> None: ...

class ArtifactChunk(_message.Message):
    __slots__ = ("artifact", "content")
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    artifact: _events_pb2.Artifact
    content: bytes
    def __init__(self, artifact: _Optional[_Union[_events_pb2.Artifact, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class FindBrokerLinkRequest(_message.Message):
    __slots__ = ("token", "filename")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    token: str
    filename: str
    def __init__(self, token: _Optional[str] = ..., filename: _Optional[str] = ...) -> None: ...

class AnswerBrokerLinkRequest(_message.Message):
    __slots__ = ("token", "acknowledged", "rejected", "summarized")
    class Acknowledged(_message.Message):
        __slots__ = ("entry_number", "entry_numbers")
        ENTRY_NUMBER_FIELD_NUMBER: _ClassVar[int]
        ENTRY_NUMBERS_FIELD_NUMBER: _ClassVar[int]
        entry_number: str
        entry_numbers: _containers.RepeatedCompositeFieldContainer[_events_pb2.EntryNumber]
        def __init__(self, entry_number: _Optional[str] = ..., entry_numbers: _Optional[_Iterable[_Union[_events_pb2.EntryNumber, _Mapping]]] = ...) -> None: ...
    class Rejected(_message.Message):
        __slots__ = ("reason",)
        REASON_FIELD_NUMBER: _ClassVar[int]
        reason: str
        def __init__(self, reason: _Optional[str] = ...) -> None: ...
    class Summarized(_message.Message):
        __slots__ = ("entry", "summary")
        ENTRY_FIELD_NUMBER: _ClassVar[int]
        SUMMARY_FIELD_NUMBER: _ClassVar[int]
        entry: int
        summary: EntrySummary
        def __init__(self, entry: _Optional[int] = ..., summary: _Optional[_Union[EntrySummary, _Mapping]] = ...) -> None: ...
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    SUMMARIZED_FIELD_NUMBER: _ClassVar[int]
    token: str
    acknowledged: AnswerBrokerLinkRequest.Acknowledged
    rejected: AnswerBrokerLinkRequest.Rejected
    summarized: AnswerBrokerLinkRequest.Summarized
    def __init__(self, token: _Optional[str] = ..., acknowledged: _Optional[_Union[AnswerBrokerLinkRequest.Acknowledged, _Mapping]] = ..., rejected: _Optional[_Union[AnswerBrokerLinkRequest.Rejected, _Mapping]] = ..., summarized: _Optional[_Union[AnswerBrokerLinkRequest.Summarized, _Mapping]] = ...) -> None: ...

class BrokerLink(_message.Message):
    __slots__ = ("mode", "export_id", "package_number", "prepared_at", "sender", "artifacts", "broker_submission", "pack", "expires_at", "closed", "entries", "summary")
    class Summary(_message.Message):
        __slots__ = ("shipper", "shipper_place", "contact", "broker", "port", "arrives_on", "orders", "value_usd", "entries")
        SHIPPER_FIELD_NUMBER: _ClassVar[int]
        SHIPPER_PLACE_FIELD_NUMBER: _ClassVar[int]
        CONTACT_FIELD_NUMBER: _ClassVar[int]
        BROKER_FIELD_NUMBER: _ClassVar[int]
        PORT_FIELD_NUMBER: _ClassVar[int]
        ARRIVES_ON_FIELD_NUMBER: _ClassVar[int]
        ORDERS_FIELD_NUMBER: _ClassVar[int]
        VALUE_USD_FIELD_NUMBER: _ClassVar[int]
        ENTRIES_FIELD_NUMBER: _ClassVar[int]
        shipper: str
        shipper_place: str
        contact: str
        broker: str
        port: str
        arrives_on: str
        orders: int
        value_usd: str
        entries: _containers.RepeatedCompositeFieldContainer[BrokerLink.EntrySummary]
        def __init__(self, shipper: _Optional[str] = ..., shipper_place: _Optional[str] = ..., contact: _Optional[str] = ..., broker: _Optional[str] = ..., port: _Optional[str] = ..., arrives_on: _Optional[str] = ..., orders: _Optional[int] = ..., value_usd: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[BrokerLink.EntrySummary, _Mapping]]] = ...) -> None: ...
    class EntrySummary(_message.Message):
        __slots__ = ("number", "importer", "orders", "lines", "value_usd", "entry_type", "paps_numbers", "filed_as")
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        IMPORTER_FIELD_NUMBER: _ClassVar[int]
        ORDERS_FIELD_NUMBER: _ClassVar[int]
        LINES_FIELD_NUMBER: _ClassVar[int]
        VALUE_USD_FIELD_NUMBER: _ClassVar[int]
        ENTRY_TYPE_FIELD_NUMBER: _ClassVar[int]
        PAPS_NUMBERS_FIELD_NUMBER: _ClassVar[int]
        FILED_AS_FIELD_NUMBER: _ClassVar[int]
        number: int
        importer: str
        orders: int
        lines: int
        value_usd: str
        entry_type: str
        paps_numbers: _containers.RepeatedScalarFieldContainer[str]
        filed_as: str
        def __init__(self, number: _Optional[int] = ..., importer: _Optional[str] = ..., orders: _Optional[int] = ..., lines: _Optional[int] = ..., value_usd: _Optional[str] = ..., entry_type: _Optional[str] = ..., paps_numbers: _Optional[_Iterable[str]] = ..., filed_as: _Optional[str] = ...) -> None: ...
    class Closed(_message.Message):
        __slots__ = ("state", "at", "reason", "replaced_by_number", "replaced_by_url")
        STATE_FIELD_NUMBER: _ClassVar[int]
        AT_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        REPLACED_BY_NUMBER_FIELD_NUMBER: _ClassVar[int]
        REPLACED_BY_URL_FIELD_NUMBER: _ClassVar[int]
        state: str
        at: str
        reason: str
        replaced_by_number: str
        replaced_by_url: str
        def __init__(self, state: _Optional[str] = ..., at: _Optional[str] = ..., reason: _Optional[str] = ..., replaced_by_number: _Optional[str] = ..., replaced_by_url: _Optional[str] = ...) -> None: ...
    MODE_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    PACKAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PREPARED_AT_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    BROKER_SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    PACK_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    mode: str
    export_id: str
    package_number: str
    prepared_at: str
    sender: str
    artifacts: _containers.RepeatedCompositeFieldContainer[_events_pb2.Artifact]
    broker_submission: _events_pb2.BrokerSubmission
    pack: _events_pb2.Artifact
    expires_at: str
    closed: BrokerLink.Closed
    entries: _containers.RepeatedCompositeFieldContainer[_events_pb2.EntryOutcome]
    summary: BrokerLink.Summary
    def __init__(self, mode: _Optional[str] = ..., export_id: _Optional[str] = ..., package_number: _Optional[str] = ..., prepared_at: _Optional[str] = ..., sender: _Optional[str] = ..., artifacts: _Optional[_Iterable[_Union[_events_pb2.Artifact, _Mapping]]] = ..., broker_submission: _Optional[_Union[_events_pb2.BrokerSubmission, _Mapping]] = ..., pack: _Optional[_Union[_events_pb2.Artifact, _Mapping]] = ..., expires_at: _Optional[str] = ..., closed: _Optional[_Union[BrokerLink.Closed, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[_events_pb2.EntryOutcome, _Mapping]]] = ..., summary: _Optional[_Union[BrokerLink.Summary, _Mapping]] = ...) -> None: ...

class ListMailRecipientsRequest(_message.Message):
    __slots__ = ("addresses",)
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    addresses: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, addresses: _Optional[_Iterable[str]] = ...) -> None: ...

class ListMailRecipientsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[MailRecipient]
    def __init__(self, data: _Optional[_Iterable[_Union[MailRecipient, _Mapping]]] = ...) -> None: ...

class FindMailRecipientRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class AnswerMailRecipientRequest(_message.Message):
    __slots__ = ("token", "takes_mail")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TAKES_MAIL_FIELD_NUMBER: _ClassVar[int]
    token: str
    takes_mail: bool
    def __init__(self, token: _Optional[str] = ..., takes_mail: _Optional[bool] = ...) -> None: ...

class MailRecipient(_message.Message):
    __slots__ = ("address", "state", "account_id")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    address: str
    state: str
    account_id: str
    def __init__(self, address: _Optional[str] = ..., state: _Optional[str] = ..., account_id: _Optional[str] = ...) -> None: ...

class FindCustomsPackagesRequest(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: str
    def __init__(self, number: _Optional[str] = ...) -> None: ...

class FindCustomsPackagesResponse(_message.Message):
    __slots__ = ("data",)
    class Package(_message.Message):
        __slots__ = ("id", "package_number", "export_id", "entry_numbers")
        ID_FIELD_NUMBER: _ClassVar[int]
        PACKAGE_NUMBER_FIELD_NUMBER: _ClassVar[int]
        EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
        ENTRY_NUMBERS_FIELD_NUMBER: _ClassVar[int]
        id: str
        package_number: str
        export_id: str
        entry_numbers: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, id: _Optional[str] = ..., package_number: _Optional[str] = ..., export_id: _Optional[str] = ..., entry_numbers: _Optional[_Iterable[str]] = ...) -> None: ...
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[FindCustomsPackagesResponse.Package]
    def __init__(self, data: _Optional[_Iterable[_Union[FindCustomsPackagesResponse.Package, _Mapping]]] = ...) -> None: ...
