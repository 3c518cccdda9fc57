"""A decision as it is kept and told: the snapshot that is stored, the plan message that is answered."""

from datetime import datetime

from entrygo.domain.money import plain
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.time import rfc3339
from entrygo.planning.decide import Decision
from entrygo.planning.inputs import PlanRequest
from entrygo.proto.events.v1 import events_pb2

NO_SAVINGS = "0"


def plan_to_proto(request: PlanRequest, decision: Decision, planned_at: datetime) -> events_pb2.Plan:
    """The plan as callers and the timeline read it."""
    savings = decision.savings
    return events_pb2.Plan(
        plan_hash=decision.plan_hash,
        readiness_state=decision.readiness,
        compliance_score=decision.score,
        validation_messages=[
            events_pb2.ValidationMessage(
                code=message.code,
                message=message.message,
                severity=message.severity,
                field=message.field,
                product_id=message.product_id,
                order_id=message.order_id,
            )
            for message in decision.messages
        ],
        included_order_ids=[order.id for order in decision.included],
        excluded_order_ids=[order.order_id for order in decision.excluded],
        flags=decision.flags,
        missing_data=decision.missing_data,
        recommended_strategy=decision.strategy,
        estimated_import_savings_usd=plain(savings.estimated_usd) if savings else NO_SAVINGS,
        next_recommended_action=decision.next_action,
        warehouse_id=decision.warehouse.id,
        broker_id=decision.broker.id,
        destination_country=request.destination_country,
        entry_date=request.entry_date.isoformat(),
        ruleset_version=decision.ruleset_version,
        reference_version=decision.reference_version,
        planned_at=rfc3339(planned_at),
        entry_type=decision.entry_type,
        total_value_usd=plain(decision.value_usd),
    )


def snapshot_of(
    request: PlanRequest,
    decision: Decision,
    *,
    tenant: Tenant,
    export_id: str,
    revision: int,
    planned_at: datetime,
) -> Snapshot:
    """Everything execution needs, now that the export has an id; its parts were validated when gathered."""
    return Snapshot.model_construct(
        account_id=tenant.account_id,
        mode=str(tenant.mode),
        export_id=export_id,
        revision=revision,
        plan_hash=decision.plan_hash,
        planned_at=rfc3339(planned_at),
        destination_country=request.destination_country,
        entry_date=request.entry_date,
        ruleset_version=decision.ruleset_version,
        reference_version=decision.reference_version,
        reference_rows=decision.reference_rows,
        readiness_state=decision.readiness,
        compliance_score=decision.score,
        validation_messages=decision.messages,
        flags=decision.flags,
        missing_data=decision.missing_data,
        recommended_strategy=decision.strategy,
        next_recommended_action=decision.next_action,
        entry_type=decision.entry_type,
        informal_limit_usd=decision.informal_limit,
        savings=decision.savings,
        warehouse=decision.warehouse,
        broker=decision.broker,
        orders=decision.included,
        products=decision.products,
        excluded_orders=decision.excluded,
    )
