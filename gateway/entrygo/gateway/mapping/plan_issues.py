"""What there is to fix in a plan, in the shape of the REST interface."""

from pydantic.alias_generators import to_camel

from entrygo.gateway.schemas import plan_issues as views
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


def issues_answer(message: inspection_pb2.Export) -> views.IssuesAnswer:
    """GET /api/exports/{id}/issues: what to fix in the current plan."""
    return {
        "exportId": message.export_id,
        "planHash": message.plan.plan_hash,
        "readinessState": message.plan.readiness_state,
        "revision": message.revision,
        "stale": message.stale,
        **plan_issues(message.plan),
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
