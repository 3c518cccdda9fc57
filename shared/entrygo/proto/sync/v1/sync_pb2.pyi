from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SyncOrdersRequest(_message.Message):
    __slots__ = ("account_id", "items", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    items: _containers.RepeatedCompositeFieldContainer[OrderInput]
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[OrderInput, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class OrderInput(_message.Message):
    __slots__ = ("external_id", "destination_country", "destination_region", "destination_postal_code", "items", "metadata_json", "importer_number", "importer_external_id")
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_REGION_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    METADATA_JSON_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    external_id: str
    destination_country: str
    destination_region: str
    destination_postal_code: str
    items: _containers.RepeatedCompositeFieldContainer[OrderItem]
    metadata_json: str
    importer_number: str
    importer_external_id: str
    def __init__(self, external_id: _Optional[str] = ..., destination_country: _Optional[str] = ..., destination_region: _Optional[str] = ..., destination_postal_code: _Optional[str] = ..., items: _Optional[_Iterable[_Union[OrderItem, _Mapping]]] = ..., metadata_json: _Optional[str] = ..., importer_number: _Optional[str] = ..., importer_external_id: _Optional[str] = ...) -> None: ...

class OrderItem(_message.Message):
    __slots__ = ("product_id", "quantity", "unit_value_usd", "sku")
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    product_id: str
    quantity: str
    unit_value_usd: str
    sku: str
    def __init__(self, product_id: _Optional[str] = ..., quantity: _Optional[str] = ..., unit_value_usd: _Optional[str] = ..., sku: _Optional[str] = ...) -> None: ...

class SyncOrdersResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Order]
    def __init__(self, data: _Optional[_Iterable[_Union[Order, _Mapping]]] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("id", "account_id", "external_id", "destination_country", "destination_region", "destination_postal_code", "total_value_usd", "items", "metadata_json", "created_at", "updated_at", "importer_number", "importer_external_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_COUNTRY_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_REGION_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    METADATA_JSON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    account_id: str
    external_id: str
    destination_country: str
    destination_region: str
    destination_postal_code: str
    total_value_usd: str
    items: _containers.RepeatedCompositeFieldContainer[OrderItem]
    metadata_json: str
    created_at: str
    updated_at: str
    importer_number: str
    importer_external_id: str
    def __init__(self, id: _Optional[str] = ..., account_id: _Optional[str] = ..., external_id: _Optional[str] = ..., destination_country: _Optional[str] = ..., destination_region: _Optional[str] = ..., destination_postal_code: _Optional[str] = ..., total_value_usd: _Optional[str] = ..., items: _Optional[_Iterable[_Union[OrderItem, _Mapping]]] = ..., metadata_json: _Optional[str] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ..., importer_number: _Optional[str] = ..., importer_external_id: _Optional[str] = ...) -> None: ...

class SyncProductsRequest(_message.Message):
    __slots__ = ("account_id", "items", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    items: _containers.RepeatedCompositeFieldContainer[Product]
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Product, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SyncProductsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Product]
    def __init__(self, data: _Optional[_Iterable[_Union[Product, _Mapping]]] = ...) -> None: ...

class Product(_message.Message):
    __slots__ = ("id", "external_id", "sku", "name", "status", "customs_description", "hts_code", "country_of_origin", "material_composition", "manufacturer", "net_weight_kg", "gross_weight_kg", "unit_of_measure", "unit_value_usd", "usmca", "section_232", "hts_codes", "pga", "dangerous_goods", "section_301", "section_338", "adcvd_case", "supply_chain", "chapter_98", "created_at", "updated_at")
    class HtsCodesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMS_DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    HTS_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_OF_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    MATERIAL_COMPOSITION_FIELD_NUMBER: _ClassVar[int]
    MANUFACTURER_FIELD_NUMBER: _ClassVar[int]
    NET_WEIGHT_KG_FIELD_NUMBER: _ClassVar[int]
    GROSS_WEIGHT_KG_FIELD_NUMBER: _ClassVar[int]
    UNIT_OF_MEASURE_FIELD_NUMBER: _ClassVar[int]
    UNIT_VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    USMCA_FIELD_NUMBER: _ClassVar[int]
    SECTION_232_FIELD_NUMBER: _ClassVar[int]
    HTS_CODES_FIELD_NUMBER: _ClassVar[int]
    PGA_FIELD_NUMBER: _ClassVar[int]
    DANGEROUS_GOODS_FIELD_NUMBER: _ClassVar[int]
    SECTION_301_FIELD_NUMBER: _ClassVar[int]
    SECTION_338_FIELD_NUMBER: _ClassVar[int]
    ADCVD_CASE_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_CHAIN_FIELD_NUMBER: _ClassVar[int]
    CHAPTER_98_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    external_id: str
    sku: str
    name: str
    status: str
    customs_description: str
    hts_code: str
    country_of_origin: str
    material_composition: str
    manufacturer: Manufacturer
    net_weight_kg: str
    gross_weight_kg: str
    unit_of_measure: str
    unit_value_usd: str
    usmca: Usmca
    section_232: Section232
    hts_codes: _containers.ScalarMap[str, str]
    pga: Pga
    dangerous_goods: DangerousGoods
    section_301: TradeReview
    section_338: TradeReview
    adcvd_case: TradeReview
    supply_chain: TradeReview
    chapter_98: Chapter98
    created_at: str
    updated_at: str
    def __init__(self, id: _Optional[str] = ..., external_id: _Optional[str] = ..., sku: _Optional[str] = ..., name: _Optional[str] = ..., status: _Optional[str] = ..., customs_description: _Optional[str] = ..., hts_code: _Optional[str] = ..., country_of_origin: _Optional[str] = ..., material_composition: _Optional[str] = ..., manufacturer: _Optional[_Union[Manufacturer, _Mapping]] = ..., net_weight_kg: _Optional[str] = ..., gross_weight_kg: _Optional[str] = ..., unit_of_measure: _Optional[str] = ..., unit_value_usd: _Optional[str] = ..., usmca: _Optional[_Union[Usmca, _Mapping]] = ..., section_232: _Optional[_Union[Section232, _Mapping]] = ..., hts_codes: _Optional[_Mapping[str, str]] = ..., pga: _Optional[_Union[Pga, _Mapping]] = ..., dangerous_goods: _Optional[_Union[DangerousGoods, _Mapping]] = ..., section_301: _Optional[_Union[TradeReview, _Mapping]] = ..., section_338: _Optional[_Union[TradeReview, _Mapping]] = ..., adcvd_case: _Optional[_Union[TradeReview, _Mapping]] = ..., supply_chain: _Optional[_Union[TradeReview, _Mapping]] = ..., chapter_98: _Optional[_Union[Chapter98, _Mapping]] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ...) -> None: ...

class Chapter98(_message.Message):
    __slots__ = ("provision", "declaration", "exported_on", "repair_value_usd", "us_components_value_usd")
    PROVISION_FIELD_NUMBER: _ClassVar[int]
    DECLARATION_FIELD_NUMBER: _ClassVar[int]
    EXPORTED_ON_FIELD_NUMBER: _ClassVar[int]
    REPAIR_VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    US_COMPONENTS_VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    provision: str
    declaration: str
    exported_on: str
    repair_value_usd: str
    us_components_value_usd: str
    def __init__(self, provision: _Optional[str] = ..., declaration: _Optional[str] = ..., exported_on: _Optional[str] = ..., repair_value_usd: _Optional[str] = ..., us_components_value_usd: _Optional[str] = ...) -> None: ...

class UpdateProductRequest(_message.Message):
    __slots__ = ("id", "product", "clear", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    product: Product
    clear: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., product: _Optional[_Union[Product, _Mapping]] = ..., clear: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UpdateWarehouseRequest(_message.Message):
    __slots__ = ("id", "warehouse", "clear", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    warehouse: Warehouse
    clear: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., warehouse: _Optional[_Union[Warehouse, _Mapping]] = ..., clear: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UpdateBrokerRequest(_message.Message):
    __slots__ = ("id", "broker", "clear", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    broker: Broker
    clear: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., broker: _Optional[_Union[Broker, _Mapping]] = ..., clear: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UpdateImporterRequest(_message.Message):
    __slots__ = ("id", "importer", "clear", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    importer: Importer
    clear: _containers.RepeatedScalarFieldContainer[str]
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., importer: _Optional[_Union[Importer, _Mapping]] = ..., clear: _Optional[_Iterable[str]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class Pga(_message.Message):
    __slots__ = ("fda", "cpsc", "fcc", "usda", "fws", "epa", "dot", "ttb")
    FDA_FIELD_NUMBER: _ClassVar[int]
    CPSC_FIELD_NUMBER: _ClassVar[int]
    FCC_FIELD_NUMBER: _ClassVar[int]
    USDA_FIELD_NUMBER: _ClassVar[int]
    FWS_FIELD_NUMBER: _ClassVar[int]
    EPA_FIELD_NUMBER: _ClassVar[int]
    DOT_FIELD_NUMBER: _ClassVar[int]
    TTB_FIELD_NUMBER: _ClassVar[int]
    fda: Fda
    cpsc: Cpsc
    fcc: Fcc
    usda: AgencyFiling
    fws: AgencyFiling
    epa: AgencyFiling
    dot: AgencyFiling
    ttb: AgencyFiling
    def __init__(self, fda: _Optional[_Union[Fda, _Mapping]] = ..., cpsc: _Optional[_Union[Cpsc, _Mapping]] = ..., fcc: _Optional[_Union[Fcc, _Mapping]] = ..., usda: _Optional[_Union[AgencyFiling, _Mapping]] = ..., fws: _Optional[_Union[AgencyFiling, _Mapping]] = ..., epa: _Optional[_Union[AgencyFiling, _Mapping]] = ..., dot: _Optional[_Union[AgencyFiling, _Mapping]] = ..., ttb: _Optional[_Union[AgencyFiling, _Mapping]] = ...) -> None: ...

class Fda(_message.Message):
    __slots__ = ("product_code", "registration", "prior_notice", "disclaimer")
    PRODUCT_CODE_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_FIELD_NUMBER: _ClassVar[int]
    PRIOR_NOTICE_FIELD_NUMBER: _ClassVar[int]
    DISCLAIMER_FIELD_NUMBER: _ClassVar[int]
    product_code: str
    registration: str
    prior_notice: str
    disclaimer: str
    def __init__(self, product_code: _Optional[str] = ..., registration: _Optional[str] = ..., prior_notice: _Optional[str] = ..., disclaimer: _Optional[str] = ...) -> None: ...

class Cpsc(_message.Message):
    __slots__ = ("certificate", "product_id", "citations", "manufactured_on", "manufactured_at", "tested_on", "laboratory", "records_contact", "disclaimer")
    CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    CITATIONS_FIELD_NUMBER: _ClassVar[int]
    MANUFACTURED_ON_FIELD_NUMBER: _ClassVar[int]
    MANUFACTURED_AT_FIELD_NUMBER: _ClassVar[int]
    TESTED_ON_FIELD_NUMBER: _ClassVar[int]
    LABORATORY_FIELD_NUMBER: _ClassVar[int]
    RECORDS_CONTACT_FIELD_NUMBER: _ClassVar[int]
    DISCLAIMER_FIELD_NUMBER: _ClassVar[int]
    certificate: str
    product_id: str
    citations: str
    manufactured_on: str
    manufactured_at: str
    tested_on: str
    laboratory: str
    records_contact: str
    disclaimer: str
    def __init__(self, certificate: _Optional[str] = ..., product_id: _Optional[str] = ..., citations: _Optional[str] = ..., manufactured_on: _Optional[str] = ..., manufactured_at: _Optional[str] = ..., tested_on: _Optional[str] = ..., laboratory: _Optional[str] = ..., records_contact: _Optional[str] = ..., disclaimer: _Optional[str] = ...) -> None: ...

class Fcc(_message.Message):
    __slots__ = ("authorization", "disclaimer")
    AUTHORIZATION_FIELD_NUMBER: _ClassVar[int]
    DISCLAIMER_FIELD_NUMBER: _ClassVar[int]
    authorization: str
    disclaimer: str
    def __init__(self, authorization: _Optional[str] = ..., disclaimer: _Optional[str] = ...) -> None: ...

class AgencyFiling(_message.Message):
    __slots__ = ("reference", "disclaimer")
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    DISCLAIMER_FIELD_NUMBER: _ClassVar[int]
    reference: str
    disclaimer: str
    def __init__(self, reference: _Optional[str] = ..., disclaimer: _Optional[str] = ...) -> None: ...

class DangerousGoods(_message.Message):
    __slots__ = ("status", "un_number", "hazard_class", "packing_group", "proper_shipping_name")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UN_NUMBER_FIELD_NUMBER: _ClassVar[int]
    HAZARD_CLASS_FIELD_NUMBER: _ClassVar[int]
    PACKING_GROUP_FIELD_NUMBER: _ClassVar[int]
    PROPER_SHIPPING_NAME_FIELD_NUMBER: _ClassVar[int]
    status: str
    un_number: str
    hazard_class: str
    packing_group: str
    proper_shipping_name: str
    def __init__(self, status: _Optional[str] = ..., un_number: _Optional[str] = ..., hazard_class: _Optional[str] = ..., packing_group: _Optional[str] = ..., proper_shipping_name: _Optional[str] = ...) -> None: ...

class TradeReview(_message.Message):
    __slots__ = ("status", "headings", "signed_off_by", "valid_from", "valid_to")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    HEADINGS_FIELD_NUMBER: _ClassVar[int]
    SIGNED_OFF_BY_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    status: str
    headings: str
    signed_off_by: str
    valid_from: str
    valid_to: str
    def __init__(self, status: _Optional[str] = ..., headings: _Optional[str] = ..., signed_off_by: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ...) -> None: ...

class Manufacturer(_message.Message):
    __slots__ = ("name", "address", "city", "region", "postal_code", "country", "mid")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    POSTAL_CODE_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    MID_FIELD_NUMBER: _ClassVar[int]
    name: str
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    mid: str
    def __init__(self, name: _Optional[str] = ..., address: _Optional[str] = ..., city: _Optional[str] = ..., region: _Optional[str] = ..., postal_code: _Optional[str] = ..., country: _Optional[str] = ..., mid: _Optional[str] = ...) -> None: ...

class Usmca(_message.Message):
    __slots__ = ("criterion", "certification", "blanket_from", "blanket_to")
    CRITERION_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATION_FIELD_NUMBER: _ClassVar[int]
    BLANKET_FROM_FIELD_NUMBER: _ClassVar[int]
    BLANKET_TO_FIELD_NUMBER: _ClassVar[int]
    criterion: str
    certification: str
    blanket_from: str
    blanket_to: str
    def __init__(self, criterion: _Optional[str] = ..., certification: _Optional[str] = ..., blanket_from: _Optional[str] = ..., blanket_to: _Optional[str] = ...) -> None: ...

class Section232(_message.Message):
    __slots__ = ("status", "metals", "us_metal_pct", "evidence", "assessed_on", "metal_weight_pct")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    METALS_FIELD_NUMBER: _ClassVar[int]
    US_METAL_PCT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ASSESSED_ON_FIELD_NUMBER: _ClassVar[int]
    METAL_WEIGHT_PCT_FIELD_NUMBER: _ClassVar[int]
    status: str
    metals: _containers.RepeatedCompositeFieldContainer[Metal]
    us_metal_pct: str
    evidence: str
    assessed_on: str
    metal_weight_pct: str
    def __init__(self, status: _Optional[str] = ..., metals: _Optional[_Iterable[_Union[Metal, _Mapping]]] = ..., us_metal_pct: _Optional[str] = ..., evidence: _Optional[str] = ..., assessed_on: _Optional[str] = ..., metal_weight_pct: _Optional[str] = ...) -> None: ...

class Metal(_message.Message):
    __slots__ = ("metal", "weight_kg", "weight_pct", "value_usd", "melt_pour", "smelt_1", "smelt_2", "cast")
    METAL_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_KG_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_PCT_FIELD_NUMBER: _ClassVar[int]
    VALUE_USD_FIELD_NUMBER: _ClassVar[int]
    MELT_POUR_FIELD_NUMBER: _ClassVar[int]
    SMELT_1_FIELD_NUMBER: _ClassVar[int]
    SMELT_2_FIELD_NUMBER: _ClassVar[int]
    CAST_FIELD_NUMBER: _ClassVar[int]
    metal: str
    weight_kg: str
    weight_pct: str
    value_usd: str
    melt_pour: str
    smelt_1: str
    smelt_2: str
    cast: str
    def __init__(self, metal: _Optional[str] = ..., weight_kg: _Optional[str] = ..., weight_pct: _Optional[str] = ..., value_usd: _Optional[str] = ..., melt_pour: _Optional[str] = ..., smelt_1: _Optional[str] = ..., smelt_2: _Optional[str] = ..., cast: _Optional[str] = ...) -> None: ...

class Address(_message.Message):
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

class SyncWarehousesRequest(_message.Message):
    __slots__ = ("account_id", "items", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    items: _containers.RepeatedCompositeFieldContainer[Warehouse]
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Warehouse, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SyncWarehousesResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Warehouse]
    def __init__(self, data: _Optional[_Iterable[_Union[Warehouse, _Mapping]]] = ...) -> None: ...

class Warehouse(_message.Message):
    __slots__ = ("id", "external_id", "name", "address", "responsible_employee", "phone", "email", "transit_days", "importer_of_record", "transport", "seller", "buyer", "related_parties", "location_of_goods", "created_at", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_EMPLOYEE_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    TRANSIT_DAYS_FIELD_NUMBER: _ClassVar[int]
    IMPORTER_OF_RECORD_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    SELLER_FIELD_NUMBER: _ClassVar[int]
    BUYER_FIELD_NUMBER: _ClassVar[int]
    RELATED_PARTIES_FIELD_NUMBER: _ClassVar[int]
    LOCATION_OF_GOODS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    external_id: str
    name: str
    address: Address
    responsible_employee: str
    phone: str
    email: str
    transit_days: int
    importer_of_record: ImporterOfRecord
    transport: Transport
    seller: Party
    buyer: Party
    related_parties: bool
    location_of_goods: str
    created_at: str
    updated_at: str
    def __init__(self, id: _Optional[str] = ..., external_id: _Optional[str] = ..., name: _Optional[str] = ..., address: _Optional[_Union[Address, _Mapping]] = ..., responsible_employee: _Optional[str] = ..., phone: _Optional[str] = ..., email: _Optional[str] = ..., transit_days: _Optional[int] = ..., importer_of_record: _Optional[_Union[ImporterOfRecord, _Mapping]] = ..., transport: _Optional[_Union[Transport, _Mapping]] = ..., seller: _Optional[_Union[Party, _Mapping]] = ..., buyer: _Optional[_Union[Party, _Mapping]] = ..., related_parties: _Optional[bool] = ..., location_of_goods: _Optional[str] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ...) -> None: ...

class Party(_message.Message):
    __slots__ = ("name", "address")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    name: str
    address: Address
    def __init__(self, name: _Optional[str] = ..., address: _Optional[_Union[Address, _Mapping]] = ...) -> None: ...

class ImporterOfRecord(_message.Message):
    __slots__ = ("name", "number", "address", "power_of_attorney", "bond", "section_301")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    POWER_OF_ATTORNEY_FIELD_NUMBER: _ClassVar[int]
    BOND_FIELD_NUMBER: _ClassVar[int]
    SECTION_301_FIELD_NUMBER: _ClassVar[int]
    name: str
    number: str
    address: Address
    power_of_attorney: bool
    bond: str
    section_301: TradeReview
    def __init__(self, name: _Optional[str] = ..., number: _Optional[str] = ..., address: _Optional[_Union[Address, _Mapping]] = ..., power_of_attorney: _Optional[bool] = ..., bond: _Optional[str] = ..., section_301: _Optional[_Union[TradeReview, _Mapping]] = ...) -> None: ...

class Transport(_message.Message):
    __slots__ = ("carrier", "scac", "port_code", "port_name")
    CARRIER_FIELD_NUMBER: _ClassVar[int]
    SCAC_FIELD_NUMBER: _ClassVar[int]
    PORT_CODE_FIELD_NUMBER: _ClassVar[int]
    PORT_NAME_FIELD_NUMBER: _ClassVar[int]
    carrier: str
    scac: str
    port_code: str
    port_name: str
    def __init__(self, carrier: _Optional[str] = ..., scac: _Optional[str] = ..., port_code: _Optional[str] = ..., port_name: _Optional[str] = ...) -> None: ...

class SyncBrokersRequest(_message.Message):
    __slots__ = ("account_id", "items", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    items: _containers.RepeatedCompositeFieldContainer[Broker]
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Broker, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SyncBrokersResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Broker]
    def __init__(self, data: _Optional[_Iterable[_Union[Broker, _Mapping]]] = ...) -> None: ...

class Broker(_message.Message):
    __slots__ = ("id", "external_id", "name", "email", "port_code", "filer_code", "fee_schedules", "max_lines_per_entry", "max_orders_per_entry", "documents", "attach", "template", "submit_per", "manifest_per", "channel", "https", "sftp", "created_at", "updated_at", "email_state")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PORT_CODE_FIELD_NUMBER: _ClassVar[int]
    FILER_CODE_FIELD_NUMBER: _ClassVar[int]
    FEE_SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    MAX_LINES_PER_ENTRY_FIELD_NUMBER: _ClassVar[int]
    MAX_ORDERS_PER_ENTRY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    ATTACH_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    SUBMIT_PER_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_PER_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    HTTPS_FIELD_NUMBER: _ClassVar[int]
    SFTP_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    EMAIL_STATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    external_id: str
    name: str
    email: str
    port_code: str
    filer_code: str
    fee_schedules: _containers.RepeatedCompositeFieldContainer[FeeSchedule]
    max_lines_per_entry: int
    max_orders_per_entry: int
    documents: _containers.RepeatedScalarFieldContainer[str]
    attach: str
    template: BrokerTemplate
    submit_per: str
    manifest_per: str
    channel: str
    https: HttpsEndpoint
    sftp: SftpEndpoint
    created_at: str
    updated_at: str
    email_state: str
    def __init__(self, id: _Optional[str] = ..., external_id: _Optional[str] = ..., name: _Optional[str] = ..., email: _Optional[str] = ..., port_code: _Optional[str] = ..., filer_code: _Optional[str] = ..., fee_schedules: _Optional[_Iterable[_Union[FeeSchedule, _Mapping]]] = ..., max_lines_per_entry: _Optional[int] = ..., max_orders_per_entry: _Optional[int] = ..., documents: _Optional[_Iterable[str]] = ..., attach: _Optional[str] = ..., template: _Optional[_Union[BrokerTemplate, _Mapping]] = ..., submit_per: _Optional[str] = ..., manifest_per: _Optional[str] = ..., channel: _Optional[str] = ..., https: _Optional[_Union[HttpsEndpoint, _Mapping]] = ..., sftp: _Optional[_Union[SftpEndpoint, _Mapping]] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ..., email_state: _Optional[str] = ...) -> None: ...

class BrokerTemplate(_message.Message):
    __slots__ = ("format", "rows", "sheet", "encoding", "delimiter", "decimal_mark", "date_format", "header_row", "columns")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SHEET_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    DECIMAL_MARK_FIELD_NUMBER: _ClassVar[int]
    DATE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    HEADER_ROW_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    format: str
    rows: str
    sheet: str
    encoding: str
    delimiter: str
    decimal_mark: str
    date_format: str
    header_row: int
    columns: _containers.RepeatedCompositeFieldContainer[BrokerTemplateColumn]
    def __init__(self, format: _Optional[str] = ..., rows: _Optional[str] = ..., sheet: _Optional[str] = ..., encoding: _Optional[str] = ..., delimiter: _Optional[str] = ..., decimal_mark: _Optional[str] = ..., date_format: _Optional[str] = ..., header_row: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[BrokerTemplateColumn, _Mapping]]] = ...) -> None: ...

class BrokerTemplateColumn(_message.Message):
    __slots__ = ("header", "field", "constant", "text", "format", "unit")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    CONSTANT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    header: str
    field: str
    constant: str
    text: str
    format: str
    unit: str
    def __init__(self, header: _Optional[str] = ..., field: _Optional[str] = ..., constant: _Optional[str] = ..., text: _Optional[str] = ..., format: _Optional[str] = ..., unit: _Optional[str] = ...) -> None: ...

class HttpsEndpoint(_message.Message):
    __slots__ = ("url", "credential")
    URL_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    url: str
    credential: str
    def __init__(self, url: _Optional[str] = ..., credential: _Optional[str] = ...) -> None: ...

class SftpEndpoint(_message.Message):
    __slots__ = ("host", "port", "username", "folder", "host_key", "credential")
    HOST_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    HOST_KEY_FIELD_NUMBER: _ClassVar[int]
    CREDENTIAL_FIELD_NUMBER: _ClassVar[int]
    host: str
    port: int
    username: str
    folder: str
    host_key: str
    credential: str
    def __init__(self, host: _Optional[str] = ..., port: _Optional[int] = ..., username: _Optional[str] = ..., folder: _Optional[str] = ..., host_key: _Optional[str] = ..., credential: _Optional[str] = ...) -> None: ...

class FeeSchedule(_message.Message):
    __slots__ = ("valid_from", "valid_to", "currency", "fee_formal", "fee_informal", "included_lines", "line_fee", "order_fee", "pga_fee", "disbursement_pct", "disbursement_min", "payment_mode", "bond_mode", "single_bond_rate", "single_bond_min", "source")
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    FEE_FORMAL_FIELD_NUMBER: _ClassVar[int]
    FEE_INFORMAL_FIELD_NUMBER: _ClassVar[int]
    INCLUDED_LINES_FIELD_NUMBER: _ClassVar[int]
    LINE_FEE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FEE_FIELD_NUMBER: _ClassVar[int]
    PGA_FEE_FIELD_NUMBER: _ClassVar[int]
    DISBURSEMENT_PCT_FIELD_NUMBER: _ClassVar[int]
    DISBURSEMENT_MIN_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_MODE_FIELD_NUMBER: _ClassVar[int]
    BOND_MODE_FIELD_NUMBER: _ClassVar[int]
    SINGLE_BOND_RATE_FIELD_NUMBER: _ClassVar[int]
    SINGLE_BOND_MIN_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    valid_from: str
    valid_to: str
    currency: str
    fee_formal: str
    fee_informal: str
    included_lines: int
    line_fee: str
    order_fee: str
    pga_fee: str
    disbursement_pct: str
    disbursement_min: str
    payment_mode: str
    bond_mode: str
    single_bond_rate: str
    single_bond_min: str
    source: str
    def __init__(self, valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ..., currency: _Optional[str] = ..., fee_formal: _Optional[str] = ..., fee_informal: _Optional[str] = ..., included_lines: _Optional[int] = ..., line_fee: _Optional[str] = ..., order_fee: _Optional[str] = ..., pga_fee: _Optional[str] = ..., disbursement_pct: _Optional[str] = ..., disbursement_min: _Optional[str] = ..., payment_mode: _Optional[str] = ..., bond_mode: _Optional[str] = ..., single_bond_rate: _Optional[str] = ..., single_bond_min: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class SyncImportersRequest(_message.Message):
    __slots__ = ("account_id", "items", "idempotency_key")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    items: _containers.RepeatedCompositeFieldContainer[Importer]
    idempotency_key: str
    def __init__(self, account_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Importer, _Mapping]]] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SyncImportersResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Importer]
    def __init__(self, data: _Optional[_Iterable[_Union[Importer, _Mapping]]] = ...) -> None: ...

class Importer(_message.Message):
    __slots__ = ("id", "external_id", "name", "number", "address", "non_resident", "bond", "powers_of_attorney", "section_301", "related_parties", "seller", "buyer", "created_at", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    NON_RESIDENT_FIELD_NUMBER: _ClassVar[int]
    BOND_FIELD_NUMBER: _ClassVar[int]
    POWERS_OF_ATTORNEY_FIELD_NUMBER: _ClassVar[int]
    SECTION_301_FIELD_NUMBER: _ClassVar[int]
    RELATED_PARTIES_FIELD_NUMBER: _ClassVar[int]
    SELLER_FIELD_NUMBER: _ClassVar[int]
    BUYER_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    external_id: str
    name: str
    number: str
    address: Address
    non_resident: bool
    bond: Bond
    powers_of_attorney: _containers.RepeatedCompositeFieldContainer[PowerOfAttorney]
    section_301: TradeReview
    related_parties: bool
    seller: Party
    buyer: Party
    created_at: str
    updated_at: str
    def __init__(self, id: _Optional[str] = ..., external_id: _Optional[str] = ..., name: _Optional[str] = ..., number: _Optional[str] = ..., address: _Optional[_Union[Address, _Mapping]] = ..., non_resident: _Optional[bool] = ..., bond: _Optional[_Union[Bond, _Mapping]] = ..., powers_of_attorney: _Optional[_Iterable[_Union[PowerOfAttorney, _Mapping]]] = ..., section_301: _Optional[_Union[TradeReview, _Mapping]] = ..., related_parties: _Optional[bool] = ..., seller: _Optional[_Union[Party, _Mapping]] = ..., buyer: _Optional[_Union[Party, _Mapping]] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ...) -> None: ...

class Bond(_message.Message):
    __slots__ = ("type", "amount_usd", "surety", "valid_from", "valid_to")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_USD_FIELD_NUMBER: _ClassVar[int]
    SURETY_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    type: str
    amount_usd: str
    surety: str
    valid_from: str
    valid_to: str
    def __init__(self, type: _Optional[str] = ..., amount_usd: _Optional[str] = ..., surety: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ...) -> None: ...

class PowerOfAttorney(_message.Message):
    __slots__ = ("broker", "valid_from", "valid_to")
    BROKER_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    broker: str
    valid_from: str
    valid_to: str
    def __init__(self, broker: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("limit", "cursor", "external_id", "sku")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_FIELD_NUMBER: _ClassVar[int]
    limit: int
    cursor: str
    external_id: str
    sku: str
    def __init__(self, limit: _Optional[int] = ..., cursor: _Optional[str] = ..., external_id: _Optional[str] = ..., sku: _Optional[str] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Order]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[Order, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ListProductsResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Product]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[Product, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ListWarehousesResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Warehouse]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[Warehouse, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ListBrokersResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Broker]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[Broker, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class ListImportersResponse(_message.Message):
    __slots__ = ("data", "has_more", "next_cursor")
    DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_MORE_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Importer]
    has_more: bool
    next_cursor: str
    def __init__(self, data: _Optional[_Iterable[_Union[Importer, _Mapping]]] = ..., has_more: _Optional[bool] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class GetPlanningFactsRequest(_message.Message):
    __slots__ = ("order_ids", "warehouse_id", "broker_id", "external_order_ids")
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    WAREHOUSE_ID_FIELD_NUMBER: _ClassVar[int]
    BROKER_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[str]
    warehouse_id: str
    broker_id: str
    external_order_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, order_ids: _Optional[_Iterable[str]] = ..., warehouse_id: _Optional[str] = ..., broker_id: _Optional[str] = ..., external_order_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class PlanningFactsChunk(_message.Message):
    __slots__ = ("warehouse", "broker", "products", "orders", "importers")
    WAREHOUSE_FIELD_NUMBER: _ClassVar[int]
    BROKER_FIELD_NUMBER: _ClassVar[int]
    PRODUCTS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    IMPORTERS_FIELD_NUMBER: _ClassVar[int]
    warehouse: Warehouse
    broker: Broker
    products: _containers.RepeatedCompositeFieldContainer[Product]
    orders: _containers.RepeatedCompositeFieldContainer[Order]
    importers: _containers.RepeatedCompositeFieldContainer[Importer]
    def __init__(self, warehouse: _Optional[_Union[Warehouse, _Mapping]] = ..., broker: _Optional[_Union[Broker, _Mapping]] = ..., products: _Optional[_Iterable[_Union[Product, _Mapping]]] = ..., orders: _Optional[_Iterable[_Union[Order, _Mapping]]] = ..., importers: _Optional[_Iterable[_Union[Importer, _Mapping]]] = ...) -> None: ...
