"""What the application stores: SQLAlchemy's declarative tables."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, MetaData, Numeric, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(schema="monolith")
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: JSONB,
        datetime: DateTime(timezone=True),
        Decimal: Numeric(14, 4),
        bytes: LargeBinary,
    }


class Product(Base):
    __tablename__ = "products"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    sku: Mapped[str]
    customs_description: Mapped[str]
    hts_code: Mapped[str]
    country_of_origin: Mapped[str]
    needs_metals_review: Mapped[bool]
    savings_per_unit_usd: Mapped[Decimal]


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("orders_external", "account_id", "external_id", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    external_id: Mapped[str]
    destination_country: Mapped[str]
    destination_region: Mapped[str]
    destination_postal_code: Mapped[str]
    items: Mapped[list[dict[str, Any]]]
    total_value_usd: Mapped[Decimal]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    response: Mapped[dict[str, Any]]


class Export(Base):
    __tablename__ = "exports"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    warehouse_id: Mapped[str]
    broker_id: Mapped[str]
    status: Mapped[str]
    plan_hash: Mapped[str]
    plan: Mapped[dict[str, Any]]
    snapshot: Mapped[dict[str, Any]]
    customs_package_id: Mapped[str | None]
    submission: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    executed_at: Mapped[datetime | None]


class Artifact(Base):
    __tablename__ = "artifacts"

    export_id: Mapped[str] = mapped_column(ForeignKey("monolith.exports.id"), primary_key=True)
    filename: Mapped[str] = mapped_column(primary_key=True)
    artifact_type: Mapped[str]
    content: Mapped[bytes]
    generated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ExportEvent(Base):
    __tablename__ = "export_events"

    export_id: Mapped[str] = mapped_column(ForeignKey("monolith.exports.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.now())
