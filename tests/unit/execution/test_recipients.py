"""Whom an account may mail: who has to confirm, what holds a mail back, and when it is let go or given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entrygo.execution.broker.recipients import (
    ASK_AGAIN,
    MAX_ASKS,
    WHOLE_ACCOUNT,
    MailPolicy,
    Recipient,
    RecipientState,
    recipient_key,
)

NOW = datetime(2026, 3, 11, 16, 10, tzinfo=UTC)
ADDRESS = "broker@example.com"
POLICY = MailPolicy(
    is_open=False,
    allowed_domains=frozenset({"trusted.example"}),
    daily_per_account=10,
    daily_per_recipient=3,
    confirm_within=timedelta(days=7),
    can_ask=True,
)
OPEN = replace(POLICY, is_open=True)


def known(state: RecipientState, **changes: object) -> Recipient:
    recipient = Recipient(
        id="rcp_1", address=ADDRESS, state=state, asks=1, ask_due_at=None, asked_at=NOW, changed_at=NOW
    )
    return replace(recipient, **changes)  # type: ignore[arg-type]


def is_held(policy: MailPolicy, recipient: Recipient | None, address: str = ADDRESS) -> bool:
    return policy.hold(address, recipient, prepared_at=NOW, now=NOW) is not None


@pytest.mark.parametrize(
    ("policy", "recipient", "held"),
    [
        (POLICY, None, True),
        (POLICY, known(RecipientState.UNCONFIRMED), True),
        (POLICY, known(RecipientState.CONFIRMED), False),
        (POLICY, known(RecipientState.ALLOWED), False),
        (POLICY, known(RecipientState.REFUSED), True),
        (POLICY, known(RecipientState.REVOKED), True),
        (OPEN, None, False),
        (OPEN, known(RecipientState.UNCONFIRMED), False),
        # What somebody has said counts, however open the deployment is.
        (OPEN, known(RecipientState.REFUSED), True),
        (OPEN, known(RecipientState.REVOKED), True),
    ],
)
def test_a_mail_leaves_to_whom_the_deployment_or_the_recipient_lets_it(
    policy: MailPolicy, recipient: Recipient | None, *, held: bool
) -> None:
    assert is_held(policy, recipient) is held


def test_an_allowed_domain_needs_no_word_but_one_that_ends_like_it_does() -> None:
    assert not is_held(POLICY, None, "broker@trusted.example")
    assert is_held(POLICY, None, "broker@not-trusted.example")
    assert is_held(POLICY, None, "broker@mail.trusted.example")


@pytest.mark.parametrize("state", [RecipientState.REFUSED, RecipientState.REVOKED])
def test_a_mail_that_is_not_wanted_fails_at_once(state: RecipientState) -> None:
    held = POLICY.hold(ADDRESS, known(state), prepared_at=NOW, now=NOW)
    assert held is not None
    assert held.until is None


def test_a_mail_waits_for_its_recipients_word_and_fails_when_the_link_to_give_it_is_over() -> None:
    late = NOW + POLICY.confirm_within
    waiting = POLICY.hold(ADDRESS, None, prepared_at=NOW, now=late - timedelta(seconds=1))
    over = POLICY.hold(ADDRESS, None, prepared_at=NOW, now=late)
    assert waiting is not None
    assert over is not None
    assert waiting.until is not None
    assert over.until is None


def test_a_recipient_is_asked_once_a_day_and_not_for_ever() -> None:
    silent = known(RecipientState.UNCONFIRMED)
    assert POLICY.should_ask(ADDRESS, None, NOW)
    assert not POLICY.should_ask(ADDRESS, silent, NOW + ASK_AGAIN - timedelta(seconds=1))
    assert POLICY.should_ask(ADDRESS, silent, NOW + ASK_AGAIN)
    assert not POLICY.should_ask(ADDRESS, replace(silent, ask_due_at=NOW), NOW + ASK_AGAIN)
    assert not POLICY.should_ask(ADDRESS, replace(silent, asks=MAX_ASKS), NOW + ASK_AGAIN)


def test_nobody_is_asked_who_has_answered_or_need_not() -> None:
    later = NOW + ASK_AGAIN
    assert not POLICY.should_ask(ADDRESS, known(RecipientState.REFUSED), later)
    assert not POLICY.should_ask("broker@trusted.example", None, later)
    assert not OPEN.should_ask(ADDRESS, None, later)
    assert not replace(POLICY, can_ask=False).should_ask(ADDRESS, None, later)


@pytest.mark.parametrize(
    ("of_account", "of_recipient", "names"),
    [(10, 3, None), (11, 1, "10 mails"), (4, 4, "3 mails")],
)
def test_the_last_mail_of_a_cap_leaves_and_the_one_after_it_waits_for_the_next_day(
    of_account: int, of_recipient: int, names: str | None
) -> None:
    mails = {WHOLE_ACCOUNT: of_account, ADDRESS: of_recipient}
    held = POLICY.over_cap(ADDRESS, mails, NOW + timedelta(hours=8))
    assert (held is None) is (names is None)
    if held is not None:
        assert names is not None
        assert names in held.reason
        assert held.until == NOW + timedelta(hours=8)


def test_no_cap_is_any_number() -> None:
    policy = replace(POLICY, daily_per_account=0, daily_per_recipient=0)
    assert not policy.counts
    assert policy.over_cap(ADDRESS, {WHOLE_ACCOUNT: 10**6, ADDRESS: 10**6}, NOW) is None


def test_one_mailbox_is_one_recipient_however_it_is_written() -> None:
    assert recipient_key("Broker@Bücher.Example") == recipient_key("broker@xn--bcher-kva.example")
    assert recipient_key("two words@example.com") is None
