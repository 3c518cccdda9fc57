"""Policies: severities go up and never down, and who has to answer for which warnings."""

import contextlib

import pytest

from entrygo.domain.approvals import codes_to_approve
from entrygo.domain.errors import ValidationFailed
from entrygo.domain.snapshot import Readiness, Severity
from entrygo.planning.policy.policy import Policy, raisable_to, raised
from entrygo.planning.policy.requests import read_policy
from entrygo.planning.rules import RULES
from entrygo.proto.planning.v1 import planning_pb2
from tests.factories import golden_orders, make_item, make_order, make_product
from tests.unit.planning.decisions import decide_on, found

METALS = "METALS_REVIEW_RECOMMENDED"


def test_raised_severity_decides() -> None:
    rules = raised(RULES, Policy(severities={METALS: Severity.ERROR}))
    decision = decide_on(*golden_orders(), rules=rules)
    assert decision.readiness is Readiness.BLOCKED
    assert found(decision, METALS)[0].severity is Severity.ERROR
    assert decision.plan_hash != decide_on(*golden_orders()).plan_hash


def test_an_account_may_hold_back_what_its_carrier_could_not_deliver() -> None:
    """19 CFR 141.51: no customs matter, so that a ZIP of another state blocks where the account says so."""
    code = "ORDER_POSTAL_REGION_MISMATCH"
    order = make_order("ord_1", make_item("prod_a"), destination_region="NY")
    warned, held = (
        decide_on(order, products=[make_product("prod_a")], rules=raised(RULES, policy))
        for policy in (Policy(), Policy(severities={code: Severity.ERROR}))
    )
    assert found(warned, code)[0].severity is Severity.WARNING
    assert warned.readiness is not Readiness.BLOCKED
    assert found(held, code)[0].severity is Severity.ERROR
    assert held.readiness is Readiness.BLOCKED


def test_severity_is_never_lowered() -> None:
    policy = Policy(severities={METALS: Severity.INFO, "PRODUCT_HTS_CODE_MISSING": Severity.WARNING})
    assert raised(RULES, policy) == RULES


def test_policy_that_changes_no_rule_keeps_the_plan_hash() -> None:
    rules = raised(RULES, Policy(approval_required=True, codes_without_approval=frozenset({METALS})))
    assert decide_on(*golden_orders(), rules=rules).plan_hash == decide_on(*golden_orders()).plan_hash


@pytest.mark.parametrize(
    ("is_required", "accepted", "codes"),
    [(False, "", ()), (True, "", ("A", "B")), (True, "AC", ("B",)), (True, "AB", ())],
)
def test_warnings_that_are_not_accepted_need_an_approval(
    is_required: bool, accepted: str, codes: tuple[str, ...]
) -> None:
    asked = codes_to_approve(["B", "A", "B"], is_required=is_required, accepted=frozenset(accepted))
    assert asked == codes


def test_every_wrong_code_and_severity_is_named() -> None:
    request = planning_pb2.SetPolicyRequest(
        account_id="acc_123",
        policy=planning_pb2.Policy(
            severities={
                METALS: "warning",
                "PRODUCT_HTS_CODE_MISSING": "info",
                "ORDER_DESTINATION_MISMATCH": "error",
                "PRODUCT_MID_MISSING": "fatal",
                "HOROSCOPE": "error",
                "FORMAL_ENTRY_REQUIRED": "warning",
            },
            codes_without_approval=[METALS, "HOROSCOPE"],
        ),
    )
    with pytest.raises(ValidationFailed) as refused:
        read_policy(request, RULES)
    assert refused.value.details is not None
    assert {(issue["path"], issue["code"]) for issue in refused.value.details["issues"]} == {
        (f"severities.{METALS}", "too_small"),
        ("severities.PRODUCT_HTS_CODE_MISSING", "too_small"),
        ("severities.ORDER_DESTINATION_MISMATCH", "not_raisable"),
        ("severities.PRODUCT_MID_MISSING", "invalid_enum_value"),
        ("severities.HOROSCOPE", "unknown_code"),
        ("codesWithoutApproval.1", "unknown_code"),
    }


def test_what_a_rule_may_be_raised_to_is_what_a_policy_is_let_set() -> None:
    for rule in {each.code: each for each in RULES}.values():
        let = set()
        for severity in Severity:
            policy = planning_pb2.Policy(severities={rule.code: severity})
            with contextlib.suppress(ValidationFailed):
                read_policy(planning_pb2.SetPolicyRequest(account_id="acc_123", policy=policy), RULES)
                let.add(severity)
        assert set(raisable_to(rule)) == let
