"""Rules on the warehouse and the broker: what documents and the entry need to know of them."""

from collections.abc import Sequence

from entrygo.domain.facts import Broker
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Batch, BatchRule, Context, Problem, Rule, is_blank


def _warehouse(batch: Batch, context: Context) -> Sequence[Problem]:
    address = batch.warehouse.address
    parts = (
        ("name", "name", batch.warehouse.name),
        ("address.line_1", "street address", address.line_1),
        ("address.city", "city", address.city),
        ("address.country", "country", address.country),
        ("responsible_employee", "responsible employee", batch.warehouse.responsible_employee),
    )
    return [Problem(f"Warehouse lacks {name}.", field) for field, name, value in parts if is_blank(value)]


def _broker(batch: Batch, context: Context) -> Sequence[Problem]:
    parts = (
        *_delivery(batch.broker),
        ("port_code", "port", batch.broker.port_code),
        ("filer_code", "filer code", batch.broker.filer_code),
    )
    return [Problem(f"Broker lacks {name}.", field) for field, name, value in parts if is_blank(value)]


def _delivery(broker: Broker) -> Sequence[tuple[str, str, str | None]]:
    """What the broker's channel needs to reach it."""
    endpoint = broker.endpoint
    if endpoint is None:
        return (("email", "email", broker.email),)
    return [
        (f"{broker.channel}.{name}", called, getattr(endpoint, name))
        for name, called in endpoint.NEEDED.items()
    ]


WAREHOUSE_PROFILE_INCOMPLETE = BatchRule(
    code="WAREHOUSE_PROFILE_INCOMPLETE",
    severity=Severity.ERROR,
    penalty=8,
    field="warehouse",
    basis="19 CFR 141.86(a)(2) and (j)",
    is_datum_missing=True,
    check=_warehouse,
)

BROKER_PROFILE_INCOMPLETE = BatchRule(
    code="BROKER_PROFILE_INCOMPLETE",
    severity=Severity.ERROR,
    penalty=8,
    field="broker",
    basis="CBP Form 7501; delivery of the documents",
    is_datum_missing=True,
    check=_broker,
)

RULES: tuple[Rule, ...] = (
    WAREHOUSE_PROFILE_INCOMPLETE,
    BROKER_PROFILE_INCOMPLETE,
)
