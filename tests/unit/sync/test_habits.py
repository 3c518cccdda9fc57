"""What is remembered of tenants is a guess, and bounded."""

import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.sync import habits
from entrygo.sync.habits import Habits


def visible(account: str, mode: Mode = Mode.LIVE) -> Visible:
    return Visible.whole(Tenant(account, mode))


def test_each_mode_of_an_account_has_its_own() -> None:
    remembered = Habits()
    remembered.note(visible("acc_a"), "epoch")
    assert remembered.epoch_if_new(visible("acc_a")) == "epoch"
    assert remembered.epoch_if_new(visible("acc_a", Mode.TEST)) is None
    remembered.note(visible("acc_a"), None)
    assert remembered.epoch_if_new(visible("acc_a")) is None


def test_tenant_that_was_noted_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(habits, "MAX_TENANTS", 2)
    remembered = Habits()
    for account in ("acc_a", "acc_b", "acc_a", "acc_c"):
        remembered.note(visible(account), "epoch")
    known = [remembered.epoch_if_new(visible(account)) for account in ("acc_a", "acc_b", "acc_c")]
    assert known == ["epoch", None, "epoch"]
