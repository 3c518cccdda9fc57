"""What webhooks decide: when again, how signed, what is asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.principal import Mode, Tenant
from entrygo.inspection.settings import WebhookSettings
from entrygo.inspection.webhooks import schedule
from entrygo.inspection.webhooks.mailing import notice_of
from entrygo.inspection.webhooks.notices import is_notified
from entrygo.inspection.webhooks.records import Endpoint, EndpointStatus, OwedMail
from entrygo.inspection.webhooks.requests import read_create, read_update
from entrygo.inspection.webhooks.sender import retry_after
from entrygo.inspection.webhooks.signing import Signer
from entrygo.messaging.events import EXPORT_EVENTS
from entrygo.proto.inspection.v1 import inspection_pb2

NOW = datetime(2026, 11, 27, 22, 55, tzinfo=UTC)


def test_ten_attempts_are_made_within_four_days() -> None:
    pauses = [schedule.pause_after(attempts, asked=None, chance=1.0) for attempts in range(1, 11)]
    assert pauses[-1] is None
    assert sum((pause for pause in pauses if pause), timedelta()) < timedelta(days=4)


def test_an_endpoint_that_took_nothing_for_five_days_is_given_up_and_not_before() -> None:
    days = timedelta(days=5)
    assert [schedule.is_given_up(each) for each in (days - timedelta(seconds=1), days)] == [False, True]


def test_a_receiver_may_ask_for_a_longer_pause_of_an_hour_at_most() -> None:
    def asked(pause: timedelta) -> timedelta | None:
        return schedule.pause_after(1, asked=pause, chance=0)

    assert asked(timedelta(seconds=1)) == timedelta(seconds=5)
    assert asked(timedelta(minutes=2)) == timedelta(minutes=2)
    assert asked(timedelta(days=2)) == timedelta(hours=1)


HUGE = "9" * 20


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Fri, 27 Nov 2026 22:56:00 GMT", 60), ("Fri, 27 Nov 2020 22:56:00 GMT", 0)],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int) -> None:
    assert retry_after(value, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", "1e9", "²", f"Mon, 1 Jan {HUGE} 00:00:00 GMT", f"Mon, 1 Jan 2024 00:00:00 +{HUGE}"],
)
def test_any_other_retry_after_is_none(value: str) -> None:
    assert retry_after(value, NOW) is None


def test_the_vector_of_standard_webhooks_is_signed_as_others_sign_it() -> None:
    # Computed with the Python and JavaScript libraries and with plain HMAC.
    body = '{"type":"export.executed","timestamp":"2026-11-27T22:55:00Z","data":{"exportId":"exp_1"}}'
    signed = Webhook("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").sign(
        "evt_01JTESTVECTOR", NOW, body
    )
    assert signed == "v1,5OeEYRkV4JMEDE7eph4kj0twZBaLaY5qR5c6CYk+GA0="


def test_an_installation_without_a_secret_has_no_webhooks() -> None:
    assert not Signer(WebhookSettings(secret=None).secrets).is_able


def test_a_short_installation_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        WebhookSettings(secret=SecretStr("short"))


def test_everything_wrong_with_a_new_webhook_is_named_at_once() -> None:
    request = inspection_pb2.CreateWebhookRequest(
        url="ftp://x",
        events=["export.executed", "export.exploded"],
        description="a\0b",
        idempotency_key="a b",
    )
    with pytest.raises(ValidationFailed) as caught:
        read_create(request)
    assert caught.value.details is not None
    assert [issue["path"] for issue in caught.value.details["issues"]] == [
        "url", "events.1", "description", "idempotencyKey"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["", "https://", "https:///x", "example.com", "https://a%0d%0aBcc:x/", "https://a:b@example.com/", "https://example.com/#x",
     "https://exa mple.com/", "https://example.com/\n", "javascript:alert(1)", "https://" + "a" * 3000,
     "https://example.com:0/", "https://example.com:65536/"],
)  # fmt: skip
def test_what_is_no_url_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(ValidationFailed):
        read_create(inspection_pb2.CreateWebhookRequest(url=url))


def test_only_an_address_that_mail_is_sent_to_is_told_and_an_empty_one_is_nobody() -> None:
    with pytest.raises(ValidationFailed) as failed:
        read_create(
            inspection_pb2.CreateWebhookRequest(
                url="https://wms.example.com/", notify_email="ops@example.com\r\nBcc: eve@example.com"
            )
        )
    assert [issue["path"] for issue in (failed.value.details or {})["issues"]] == ["notifyEmail"]
    request = inspection_pb2.UpdateWebhookRequest(id="wh_1")
    assert read_update(request).notify_email is None
    request.notify_email = ""
    assert not read_update(request).notify_email
    assert read_update(request).notify_email is not None


def test_webhooks_ask_for_what_happens_to_exports() -> None:
    assert "export.executed" in EXPORT_EVENTS
    assert "orders.synced" not in EXPORT_EVENTS


def endpoint(
    name: str, *, events: tuple[str, ...] = (), warehouse: str | None = None, is_enabled: bool = True
) -> Endpoint:
    return Endpoint(
        id=name,
        tenant=Tenant("acc_1", Mode.LIVE),
        warehouse_id=warehouse,
        url="https://wms.example.com/",
        events=events,
        description="",
        status=EndpointStatus.ENABLED if is_enabled else EndpointStatus.DISABLED,
        disabled_reason="",
        secret_version=1,
        previous_secret_until=None,
        failing_since=None,
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ("other", "hears"),
    [
        (endpoint("other"), True),
        (endpoint("asked", events=("webhook.disabled",)), True),
        (endpoint("same_warehouse", warehouse="wh_1"), True),
        (endpoint("gone", warehouse="wh_1"), False),
        (endpoint("off", is_enabled=False), False),
        (endpoint("elsewhere", warehouse="wh_2"), False),
        (endpoint("other_types", events=("export.executed",)), False),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_of_an_endpoint_given_up_those_hear_that_asked_and_may_know(other: Endpoint, hears: bool) -> None:
    assert is_notified(other, endpoint("gone", warehouse="wh_1", is_enabled=False)) is hears


def test_a_mail_names_the_receivers_host_and_nothing_else_of_its_url() -> None:
    secret = replace(endpoint("wh_1"), url="https://wms.example.com:8443/hooks/s3cret?token=t0ken")
    notice = notice_of(OwedMail("evt_1", secret))
    assert notice.host == "wms.example.com:8443"
    assert "s3cret" not in str(notice)
    assert "t0ken" not in str(notice)
