"""Writes a decision as the message that events and answers carry."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from entrygo.domain.bonds import BondNeed
from entrygo.domain.coverage import Coverage
from entrygo.domain.money import plain
from entrygo.domain.snapshot import Savings, SavingsBasis, ValidationMessage
from entrygo.domain.time import rfc3339
from entrygo.planning.decide import Decision
from entrygo.planning.entries_to_proto import entries_to_proto
from entrygo.planning.plan_issues import OrderIssue, PlanIssues, ProductIssue
from entrygo.proto.events.v1 import events_pb2


def plan_to_proto(decision: Decision, planned_at: datetime) -> events_pb2.Plan:
    """The plan as the contract has it: amounts in USD as plain text, the instant in RFC 3339."""
    savings = decision.savings.estimated_usd if decision.savings is not None else Decimal(0)
    plan = events_pb2.Plan(
        plan_hash=decision.plan_hash,
        readiness_state=decision.readiness,
        compliance_score=decision.score,
        included_order_ids=[order.id for order in decision.included],
        excluded_order_ids=[order.order_id for order in decision.excluded],
        flags=decision.advice.flags,
        missing_data=decision.advice.missing_data,
        recommended_strategy=decision.advice.strategy,
        estimated_import_savings_usd=plain(savings),
        next_recommended_action=decision.advice.next_action,
        warehouse_id=decision.warehouse.id,
        broker_id=decision.broker.id,
        destination_country=decision.destination_country,
        entry_date=decision.entry_date.isoformat(),
        ruleset_version=decision.ruleset_version,
        reference_version=decision.reference_version,
        planned_at=rfc3339(planned_at),
        entry_type=decision.entry_type,
        asked_entry_type=decision.asked_entry_type or "",
        total_value_usd=plain(decision.value_usd),
        issues=_issues_to_proto(decision.issues),
        entries=entries_to_proto(decision),
        coverage=_coverage_to_proto(decision.coverage),
        saving=_saving_to_proto(decision.savings),
        bonds=[_bond_to_proto(each) for each in decision.bonds],
        excluded_orders=[
            events_pb2.ExcludedOrder(
                order_id=each.order_id, external_id=each.external_id, reasons=each.reasons
            )
            for each in decision.excluded
        ],
    )
    _add_messages(plan, decision.messages)
    return plan


def _add_messages(plan: events_pb2.Plan, messages: Iterable[ValidationMessage]) -> None:
    """One by one into their place: a list of messages would be copied there, and there may be 60,000."""
    add = plan.validation_messages.add
    for message in messages:
        add(**_fields_of(message))


def _bond_to_proto(need: BondNeed) -> events_pb2.BondNeed:
    return events_pb2.BondNeed(
        importer=need.importer or "",
        type=need.type,
        on_file_usd="" if need.on_file_usd is None else plain(need.on_file_usd),
        needed_usd=plain(need.needed_usd),
        is_sufficient=need.is_sufficient,
        twelve_months_usd="" if need.twelve_months_usd is None else plain(need.twelve_months_usd),
        first_day=need.first_day.isoformat() if need.first_day else "",
        last_day=need.last_day.isoformat() if need.last_day else "",
        entries=need.entries,
        is_complete=need.is_complete,
    )


def _saving_to_proto(savings: Savings | None) -> events_pb2.MeasuredSaving | None:
    """Against the alternative that the account chose; an entry for each order where it chose none."""
    if savings is None:
        return None
    chosen = savings.measured
    return events_pb2.MeasuredSaving(
        basis=chosen.basis if chosen else SavingsBasis.PER_ORDER,
        alternative_usd=plain(chosen.alternative.total if chosen else savings.separate.total),
        consolidated_usd=plain(savings.consolidated.total),
        saving_usd=plain(chosen.saving_usd if chosen else savings.signed_usd),
    )


def _coverage_to_proto(coverage: Coverage) -> events_pb2.Coverage:
    return events_pb2.Coverage(
        lists=[
            events_pb2.LoadedList(
                subject=each.subject,
                table=each.table,
                is_loaded=each.is_loaded,
                source=each.source,
                effective_from=each.effective_from.isoformat() if each.effective_from else None,
                checked_on=each.checked_on.isoformat() if each.checked_on else None,
            )
            for each in coverage.lists
        ],
        codes=[
            events_pb2.CodeCoverage(
                hts_code=each.hts_code,
                country_of_origin=each.country_of_origin,
                checks=[events_pb2.Check(subject=one.subject, by=one.by) for one in each.checks],
            )
            for each in coverage.codes
        ],
    )


def _issues_to_proto(issues: PlanIssues) -> events_pb2.PlanIssues:
    return events_pb2.PlanIssues(
        by_product=[_product_issue_to_proto(issue) for issue in issues.by_product],
        by_order=[_order_issue_to_proto(issue) for issue in issues.by_order],
        products_blocking=issues.products_blocking,
        orders_blocked_by_products=issues.orders_blocked_by_products,
        orders_blocked=issues.orders_blocked,
    )


def _product_issue_to_proto(issue: ProductIssue) -> events_pb2.ProductIssue:
    return events_pb2.ProductIssue(
        code=issue.code,
        message=issue.message,
        severity=issue.severity,
        product_id=issue.product_id,
        sku=issue.sku,
        orders_blocked=issue.orders_blocked,
        orders=issue.orders,
        lines=issue.lines,
        field=issue.field,
        accepted=issue.accepted,
        suggestion=issue.suggestion,
        remedy=issue.remedy,
    )


def _order_issue_to_proto(issue: OrderIssue) -> events_pb2.OrderIssue:
    return events_pb2.OrderIssue(
        code=issue.code,
        message=issue.message,
        severity=issue.severity,
        orders_blocked=issue.orders_blocked,
        orders=issue.orders,
        lines=issue.lines,
        field=issue.field,
        order_id=issue.order_id,
        external_id=issue.external_id,
        suggestions=[
            events_pb2.OrderSuggestion(
                order_id=one.order_id, external_id=one.external_id, field=one.fix.field, value=one.fix.value
            )
            for one in issue.suggestions
        ],
    )


def message_to_proto(message: ValidationMessage) -> events_pb2.ValidationMessage:
    """One finding as the contract has it."""
    return events_pb2.ValidationMessage(**_fields_of(message))


def _fields_of(message: ValidationMessage) -> dict[str, Any]:
    return {
        "code": message.code,
        "message": message.message,
        "severity": message.severity,
        "field": message.field,
        "product_id": message.product_id,
        "order_id": message.order_id,
    }
