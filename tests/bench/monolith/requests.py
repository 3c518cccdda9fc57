"""What comes in: pydantic models of the contract's bodies."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

# Figures of a snapshot are text, so that none loses a digit.
Figure = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4), PlainSerializer(str)]
Id = Annotated[str, Field(min_length=1, max_length=128)]


class Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    account_id: Id


class Item(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    product_id: Id
    quantity: Figure
    unit_value_usd: Figure


class OrderIn(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    external_id: Id
    destination_country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    destination_region: Annotated[str, Field(max_length=8)]
    destination_postal_code: Annotated[str, Field(pattern=r"^\d{5}(-\d{4})?$")]
    items: Annotated[list[Item], Field(min_length=1, max_length=200)]
    metadata: dict[str, Any] = {}


class SyncOrders(Body):
    items: Annotated[list[OrderIn], Field(min_length=1, max_length=1000)]


class PlanExport(Body):
    warehouse_id: Id
    broker_id: Id
    order_ids: Annotated[list[Id], Field(min_length=1)]


class ExecuteExport(Body):
    batch_id: Id
