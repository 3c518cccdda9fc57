"""An order and its lines."""

from decimal import Decimal

from entrygo.domain.facts.base import Fact, Number
from entrygo.domain.money import line_value


class OrderItem(Fact):
    """A line of an order: how many of which product, at what value of one unit (USD)."""

    product_id: str
    quantity: Number
    unit_value_usd: Number

    @property
    def value_usd(self) -> Decimal:
        """Quantity times value of one unit, in whole cents (USD)."""
        return line_value(self.quantity, self.unit_value_usd)


class Order(Fact):
    """What a warehouse has to ship to one buyer: no names, only where it goes."""

    id: str
    external_id: str
    destination_country: str
    destination_region: str | None = None
    destination_postal_code: str | None = None
    items: tuple[OrderItem, ...]
    # Under whose number it is imported; None is the importer of record of the warehouse.
    importer_number: str | None = None
    # Or by the external id of the importer's record.
    importer_external_id: str | None = None

    @property
    def total_value_usd(self) -> Decimal:
        """The sum of its lines, USD."""
        return sum((item.value_usd for item in self.items), Decimal(0))
