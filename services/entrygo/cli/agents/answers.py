"""What an agent gets to read: the REST answers made small, ids and the next step first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from entrygo.cli.agents.plain_sight import in_plain_sight
from entrygo_client import types

Answer = dict[str, Any]

# Lists are cut here; `more` says how many were.
SHOWN = 10
SHOWN_EVENTS = 5
SHOWN_CHARACTERS = 300
SEVERITIES = ("error", "warning", "info")
READY, BLOCKED = "READY", "BLOCKED"
# What remains to be done after an execution, by how far the handing over is.
AFTER_EXECUTION: Mapping[str, str] = {
    "prepared": "It is on its way to the broker: inspect again.",
    "sending": "It is on its way to the broker: inspect again.",
    "sent": "The broker has it: wait for the answer.",
    "failed": "It did not leave. A person mends the broker's address; then resend.",
    "unknown": "Nobody knows whether it arrived. A person asks the broker; resend only if it did not.",
    "rejected": "The broker refused it: a person reads the reason.",
}


@in_plain_sight
def planned(plan: types.PlanAnswer) -> Answer:
    """A plan that was just made."""
    export_id, plan_hash = plan["exportId"], plan["planHash"]
    return {
        "exportId": export_id,
        "planHash": plan_hash,
        "next": _next_of_plan(export_id, plan_hash, plan["readinessState"]),
        "readinessState": plan["readinessState"],
        "complianceScore": plan["complianceScore"],
        "orders": len(plan["included_order_ids"]),
        "leftOut": len(plan["excluded_order_ids"]),
        "findings": findings(plan["validationMessages"]),
        "entries": [
            {"number": each["number"], "orders": each["orders"], "valueUsd": each["value_usd"]}
            for each in plan.get("entries", ())[:SHOWN]
        ],
    }


@in_plain_sight
def inspected(export: types.InspectAnswer) -> Answer:
    """How an export stands."""
    submission, package = export["brokerSubmission"], export["customsPackage"]
    return {
        "exportId": export["exportId"],
        "planHash": export["planHash"],
        "next": next_of(export),
        "state": export["state"],
        "readinessState": export["readinessState"],
        "orders": len(export["snapshot"]["included_order_ids"]),
        "packageNumber": package["packageNumber"] if package else None,
        "broker": None
        if submission is None
        else {
            "submissionId": submission["id"],
            "status": submission["status"],
            "error": _short(submission["error_message"]),
            "entryNumber": submission["entry_number"],
            "entryNumbers": submission["entry_numbers"],
            "reason": _short(submission["broker_reason"]),
            # A server of the release before does not give it.
            "serverAnswer": _short(submission.get("server_answer")),
        },
        "documents": [document["filename"] for document in export["artifacts"]],
        "stale": export["stale"],
        "lastEvents": [
            {"type": event["type"], "at": event["created_at"]} for event in export["events"][-SHOWN_EVENTS:]
        ],
    }


@in_plain_sight
def explained(export: types.InspectAnswer) -> Answer:
    """Why an export is as ready as it is."""
    return {
        "exportId": export["exportId"],
        "planHash": export["planHash"],
        "next": next_of(export),
        "readinessState": export["readinessState"],
        "complianceScore": export["complianceScore"],
        "findings": findings(export["validationMessages"]),
    }


@in_plain_sight
def proposed(issues: types.IssuesAnswer) -> Answer:
    """What would mend a plan; nothing of it is applied."""
    products, orders = issues["issues_by_product"], issues["issues_by_order"]
    of_export = issues.get("issues_of_export", [])
    totals = issues["issue_totals"]
    return {
        "exportId": issues["exportId"],
        "planHash": issues["planHash"],
        "next": {
            "why": "Have a person confirm each value; correct the products and orders; then plan again with "
            "this exportId."
            if products or orders
            else "There is nothing to mend in products or orders; explain names the rest.",
            "tool": "plan" if products or orders else "explain",
        },
        "ordersBlocked": totals["orders_blocked"],
        "products": [
            {
                "sku": each["sku"],
                "productId": each["product_id"],
                "code": each["code"],
                "field": each["fix"]["field"],
                "request": f"{each['fix']['method']} {each['fix']['path']}",
                "accepted": each["remedy"] or each["accepted"],
                "suggestion": each["suggestion"],
                "ordersBlocked": each["orders_blocked"],
            }
            for each in products[:SHOWN]
        ],
        "orders": [
            {
                "code": each["code"],
                "message": _short(each["message"]),
                "ordersBlocked": each["orders_blocked"],
                "example": each["example"],
                "suggestions": each["suggestions"][:SHOWN_EVENTS],
            }
            for each in orders[:SHOWN]
        ],
        "export": [
            {"code": each["code"], "message": _short(each["message"]), "severity": each["severity"]}
            for each in of_export[:SHOWN]
        ],
        "more": sum(max(0, len(each) - SHOWN) for each in (products, orders, of_export)),
    }


@in_plain_sight
def compared(diff: types.PlanDiffAnswer) -> Answer:
    """What changed between two plans: counts, and the first of each kind by name."""
    messages = diff["messages"]
    return {
        "exportId": diff["exportId"],
        "planHash": diff["to"]["planHash"],
        "isSame": diff["is_same"],
        "next": {"tool": "inspect", "why": "It says what to do with the plan as it is now."},
        **{kind: _items(diff[kind]) for kind in ("importers", "orders", "products", "reference_rows")},
        **{kind: _fields(diff[kind]["first"][:SHOWN]) for kind in ("plan", "warehouse", "broker")},
        "messages": {
            "appeared": messages["appeared_count"],
            "disappeared": messages["disappeared_count"],
            "firstAppeared": findings(messages["appeared"]),
        },
    }


@in_plain_sight
def listed(exports: Sequence[types.ExportSummary], *, has_more: bool) -> Answer:
    """Exports, newest first."""
    return {
        "exports": [
            {
                "exportId": each["exportId"],
                "planHash": each["planHash"],
                "state": each["state"],
                "readinessState": each["readinessState"],
                "orders": each["orderCount"],
                "broker": each["brokerSubmissionStatus"],
                "createdAt": each["createdAt"],
            }
            for each in exports
        ],
        "hasMore": has_more,
    }


def findings(messages: Iterable[types.ValidationMessage]) -> list[Answer]:
    """Each code once, errors first, the first of its messages as an example."""
    by_code: dict[str, list[types.ValidationMessage]] = {}
    for message in messages:
        by_code.setdefault(message["code"], []).append(message)
    worst_first = sorted(by_code.values(), key=lambda found: (_rank(found[0]), -len(found)))
    return [
        {
            "code": found[0]["code"],
            "severity": found[0]["severity"],
            "count": len(found),
            "example": _short(found[0]["message"]),
            "field": found[0]["field"],
        }
        for found in worst_first[:SHOWN]
    ]


def next_of(export: types.InspectAnswer) -> Answer:
    """The one step that brings an export forward."""
    export_id, state = export["exportId"], export["state"]
    if state == "BATCHED":
        return _next_of_plan(export_id, export["planHash"], export["readinessState"])
    if state == "EXECUTING":
        return _step("inspect", export_id, "Its documents are being made.")
    if state == "COMPLETED":
        status = (export["brokerSubmission"] or {"status": ""})["status"]
        return {"tool": None, "why": AFTER_EXECUTION.get(status, "Nothing: it is done.")}
    if state == "FAILED":
        return _step("plan", export_id, "A person reads why it failed; then plan it again, and execute that.")
    return {"tool": None, "why": f"Nothing: it is {state}."}


def _next_of_plan(export_id: str | None, plan_hash: str, readiness: str) -> Answer:
    if export_id is None:
        return {"tool": "plan", "why": "Nothing was stored. Plan without dry_run to keep it."}
    if readiness == READY:
        return _step("execute", export_id, "Nothing is left to mend.", plan_hash)
    if readiness == BLOCKED:
        return _step("propose_fix", export_id, "Errors keep it from leaving.")
    return _step("explain", export_id, "A person looks at the warnings; then execute with this planHash.")


def _step(tool: str, export_id: str, why: str, plan_hash: str | None = None) -> Answer:
    arguments = {"export_id": export_id} | ({"plan_hash": plan_hash} if plan_hash else {})
    return {"tool": tool, "arguments": arguments, "why": why}


def _items(changes: types.ItemChanges) -> Answer:
    return {
        "added": changes["added_count"],
        "removed": changes["removed_count"],
        "changed": changes["changed_count"],
        "first": [
            {
                "id": each["id"],
                "name": each["name"],
                "fields": _fields(each["changes"]["first"][:SHOWN_EVENTS]),
            }
            for each in changes["changed"][:SHOWN_EVENTS]
        ],
    }


def _fields(changes: Iterable[Mapping[str, Any]]) -> list[Answer]:
    return [
        {name: _short(value) if isinstance(value, str) else value for name, value in change.items()}
        for change in changes
    ]


def _rank(message: types.ValidationMessage) -> int:
    severity = message["severity"]
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= SHOWN_CHARACTERS:
        return text
    return text[:SHOWN_CHARACTERS] + "…"
