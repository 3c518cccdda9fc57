"""What is found of an export as a whole, among thousands of findings of its orders."""

import pytest

from entrygo.gateway.mapping.plan_issues import issues_answer, of_export
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2


def found(code: str, severity: str, *, order: str = "", product: str = "") -> events_pb2.ValidationMessage:
    return events_pb2.ValidationMessage(
        code=code, message=f"{code}.", severity=severity, field="f", order_id=order, product_id=product
    )


@pytest.mark.parametrize("errors", [0, 1, 2])
@pytest.mark.parametrize("warnings", [0, 2])
@pytest.mark.parametrize("infos", [0, 1])
@pytest.mark.parametrize("of_orders", [0, 3])
def test_findings_that_are_no_orders_are_found_by_their_severity(
    errors: int, warnings: int, infos: int, of_orders: int
) -> None:
    counts = {"error": errors, "warning": warnings, "info": infos}
    findings = [
        each
        for severity, count in counts.items()
        for each in (
            *(found(f"{severity}_{number}", severity) for number in range(count)),
            *(found("ORDER", severity, order=f"ord_{number}") for number in range(of_orders)),
        )
    ]
    shown = of_export(events_pb2.Plan(validation_messages=findings))
    assert [each.code for each in shown] == [each.code for each in findings if not each.order_id]


def test_a_plan_that_is_blocked_by_its_importer_says_so_among_its_issues() -> None:
    plan = events_pb2.Plan(
        validation_messages=[
            found("BOND_NOT_VALID", "error"),
            found("PRODUCT_NAMED", "error", product="prod_1"),
            found("ORDER_POSTAL_CODE_MISSING", "error", order="ord_1"),
        ]
    )
    answer = issues_answer(inspection_pb2.Export(export_id="batch_1", plan=plan))
    assert answer["issues_of_export"] == [
        {"code": "BOND_NOT_VALID", "message": "BOND_NOT_VALID.", "severity": "error", "field": "f"}
    ]
