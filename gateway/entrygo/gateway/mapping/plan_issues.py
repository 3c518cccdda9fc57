"""What there is to fix in a plan, in the shape of the REST interface."""

from bisect import bisect_left
from collections.abc import Sequence

from pydantic.alias_generators import to_camel

from entrygo.domain.snapshot import Severity
from entrygo.gateway.schemas import plan_issues as views
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2

# In the order of the findings of a plan.
_SEVERITIES = tuple(Severity)


def issues_answer(message: inspection_pb2.Export) -> views.IssuesAnswer:
    """GET /api/exports/{id}/issues: what to fix in the current plan."""
    return {
        "exportId": message.export_id,
        "planHash": message.plan.plan_hash,
        "readinessState": message.plan.readiness_state,
        "revision": message.revision,
        "stale": message.stale,
        **plan_issues(message.plan),
        "issues_of_export": [_export_issue(found) for found in of_export(message.plan)],
    }


def of_export(plan: events_pb2.Plan) -> Sequence[events_pb2.ValidationMessage]:
    """Findings that are no order's and no product's: on importers, broker, warehouse, date or lists.

    Of thousands of findings few are read: they stand in the order of their severity, and each begins with
    these.
    """
    findings, found = plan.validation_messages, []
    for severity in range(len(_SEVERITIES)):
        place = bisect_left(findings, severity, key=_severity_of)
        while place < len(findings) and _severity_of(findings[place]) == severity:
            if findings[place].order_id:
                break
            if not findings[place].product_id:
                found.append(findings[place])
            place += 1
    return found


def _severity_of(finding: events_pb2.ValidationMessage) -> int:
    return _SEVERITIES.index(finding.severity)


def _export_issue(finding: events_pb2.ValidationMessage) -> views.ExportIssue:
    return {
        "code": finding.code,
        "message": finding.message,
        "severity": finding.severity,
        "field": finding.field,
    }


def plan_issues(plan: events_pb2.Plan) -> views.PlanIssues:
    """The issues of a plan by product and by order."""
    issues = plan.issues
    return {
        "issue_totals": {
            "products_blocking": issues.products_blocking,
            "orders_blocked_by_products": issues.orders_blocked_by_products,
            "orders_blocked": issues.orders_blocked,
        },
        "issues_by_product": [_product_issue(issue) for issue in issues.by_product],
        "issues_by_order": [_order_issue(issue) for issue in issues.by_order],
    }


def _product_issue(issue: events_pb2.ProductIssue) -> views.ProductIssue:
    return {
        "code": issue.code,
        "message": issue.message,
        "severity": issue.severity,
        "product_id": issue.product_id,
        "sku": issue.sku,
        "orders_blocked": issue.orders_blocked,
        "orders_affected": issue.orders,
        "lines_affected": issue.lines,
        "fix": {
            "method": "PATCH",
            "path": f"/api/products/{issue.product_id}",
            "field": ".".join(to_camel(part) for part in issue.field.split(".")),
        },
        "accepted": issue.accepted,
        "suggestion": issue.suggestion if issue.HasField("suggestion") else None,
        "remedy": issue.remedy or None,
    }


def _order_issue(issue: events_pb2.OrderIssue) -> views.OrderIssue:
    return {
        "code": issue.code,
        "message": issue.message,
        "severity": issue.severity,
        "orders_blocked": issue.orders_blocked,
        "orders_affected": issue.orders,
        "lines_affected": issue.lines,
        "example": {
            "field": issue.field,
            "order_id": issue.order_id,
            "external_id": issue.external_id,
        },
        "suggestions": [
            {
                "order_id": one.order_id,
                "external_id": one.external_id,
                "field": to_camel(one.field),
                "suggestion": one.value,
            }
            for one in issue.suggestions
        ],
    }
