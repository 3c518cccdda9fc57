"""Facts from outside as a plan reads them: orders, products, a warehouse, a broker, importers.

They cross two wires (sync to planning, and in the snapshot to execution), hence pydantic.
A datum nobody gave is None; nothing here judges it, that is what the planning rules do.
"""

from entrygo.domain.facts.base import (
    Address,
    Fact,
    Number,
    Party,
)
from entrygo.domain.facts.broker import (
    ARTIFACT_TYPES,
    CHANNEL_NAMES,
    EVERY_ARTIFACT,
    ON_REQUEST,
    WAYS_TO_ATTACH,
    WAYS_TO_MANIFEST,
    WAYS_TO_SUBMIT,
    Attached,
    Broker,
    BrokerChannel,
    BrokerTemplate,
    BrokerTemplateColumn,
    Endpoint,
    FeeSchedule,
    HttpsEndpoint,
    SftpEndpoint,
)
from entrygo.domain.facts.importer import (
    Bond,
    BondType,
    Importer,
    PowerOfAttorney,
)
from entrygo.domain.facts.order import (
    Order,
    OrderItem,
)
from entrygo.domain.facts.product import (
    AgencyFiling,
    Chapter98,
    Cpsc,
    DangerousGoods,
    DangerousGoodsStatus,
    Fcc,
    Fda,
    Manufacturer,
    Metal,
    Pga,
    Product,
    Section232,
    Section232Status,
    Usmca,
)
from entrygo.domain.facts.review import (
    ReviewStatus,
    TradeReview,
)
from entrygo.domain.facts.warehouse import (
    ImporterOfRecord,
    Transport,
    Warehouse,
)

__all__ = [
    "ARTIFACT_TYPES",
    "CHANNEL_NAMES",
    "EVERY_ARTIFACT",
    "ON_REQUEST",
    "WAYS_TO_ATTACH",
    "WAYS_TO_MANIFEST",
    "WAYS_TO_SUBMIT",
    "Address",
    "AgencyFiling",
    "Attached",
    "Bond",
    "BondType",
    "Broker",
    "BrokerChannel",
    "BrokerTemplate",
    "BrokerTemplateColumn",
    "Chapter98",
    "Cpsc",
    "DangerousGoods",
    "DangerousGoodsStatus",
    "Endpoint",
    "Fact",
    "Fcc",
    "Fda",
    "FeeSchedule",
    "HttpsEndpoint",
    "Importer",
    "ImporterOfRecord",
    "Manufacturer",
    "Metal",
    "Number",
    "Order",
    "OrderItem",
    "Party",
    "Pga",
    "PowerOfAttorney",
    "Product",
    "ReviewStatus",
    "Section232",
    "Section232Status",
    "SftpEndpoint",
    "TradeReview",
    "Transport",
    "Usmca",
    "Warehouse",
]
