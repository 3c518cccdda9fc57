"""What the records of execution say of themselves."""

from datetime import UTC, datetime

import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.state.records import Execution, Step, Withdrawal

ACCOUNT = Tenant("acc_123", Mode.LIVE)
WHOLE, OWN = Visible.whole(ACCOUNT), Visible(ACCOUNT, "wh_123")


@pytest.mark.parametrize(
    ("step", "warehouse_id", "caller", "is_hidden"),
    [
        pytest.param(Step.STARTED, None, OWN, False, id="nobody knows before the claim"),
        pytest.param(Step.STARTED, "wh_other", OWN, True, id="asked for by another warehouse's key"),
        pytest.param(Step.CLAIMED, "wh_other", OWN, True, id="claimed for another warehouse"),
        pytest.param(Step.CLAIMED, "wh_123", OWN, False, id="claimed for the caller's a moment ago"),
        pytest.param(Step.COMPLETED, None, OWN, True, id="of a release that recorded no warehouse"),
        pytest.param(Step.COMPLETED, "wh_other", WHOLE, False, id="a key of the whole account"),
    ],
)
def test_an_execution_is_hidden_only_once_its_warehouse_is_known(
    step: Step, warehouse_id: str | None, caller: Visible, is_hidden: bool
) -> None:
    execution = Execution(
        tenant=ACCOUNT,
        id="exe_1",
        export_id="batch_123",
        step=step,
        idempotency_key="key",
        expected_plan_hash="sha256:1",
        attempt=1,
        warehouse_id=warehouse_id,
    )
    assert execution.is_surely_hidden(caller) is is_hidden


@pytest.mark.parametrize(
    ("is_done", "warehouse_id", "caller", "is_hidden"),
    [
        pytest.param(False, None, OWN, False, id="nobody knows before the end"),
        pytest.param(False, "wh_other", OWN, True, id="asked for by another warehouse's key"),
        pytest.param(True, "wh_other", OWN, True, id="of another warehouse"),
        pytest.param(True, "wh_123", OWN, False, id="done for the caller's a moment ago"),
        pytest.param(True, None, OWN, True, id="of a release that recorded no warehouse"),
        pytest.param(True, "wh_other", WHOLE, False, id="a key of the whole account"),
    ],
)
def test_a_withdrawal_is_hidden_only_once_its_warehouse_is_known(
    is_done: bool, warehouse_id: str | None, caller: Visible, is_hidden: bool
) -> None:
    withdrawal = Withdrawal(
        tenant=ACCOUNT,
        id="wd_1",
        export_id="batch_123",
        reason="r",
        idempotency_key="key",
        created_at=datetime(2026, 11, 3, tzinfo=UTC),
        warehouse_id=warehouse_id,
        response=b"answer" if is_done else None,
    )
    assert withdrawal.is_surely_hidden(caller) is is_hidden
