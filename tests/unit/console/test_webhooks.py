"""Webhooks on the console: added, the secret shown once, tested, stopped, sent again."""

import re

import httpx
import pytest

from entrygo.domain.errors import InsufficientScope
from tests.fakes import FakeServices

SECRET = "whsec_c2hvd24gb25jZQ=="


async def added(clerk: httpx.AsyncClient) -> httpx.Response:
    form = {"url": "https://wms.example.com/entrygo", "events": "export.executed, export.planned", "key": "k"}
    return await clerk.post("/setup/webhooks", data=form)


async def test_secret_is_shown_once_and_by_no_other_page(clerk: httpx.AsyncClient) -> None:
    page = (await added(clerk)).text
    assert SECRET in page
    assert "export.executed, export.planned" in page
    for path in ("/setup", "/setup/webhooks/wh_0"):
        answer = await clerk.get(path)
        assert "https://wms.example.com/entrygo" in answer.text
        assert "whsec_" not in answer.text
    rotated = (await clerk.post("/setup/webhooks/wh_0/rotate", data={"key": "r"})).text
    assert "whsec_YW5v" in rotated


async def test_replacing_a_secret_sent_twice_replaces_it_once(clerk: httpx.AsyncClient) -> None:
    # Twice within the overlap, and the secret that the receivers have signs no more.
    page = (await added(clerk)).text
    [key] = re.findall(r'/rotate"><input type="hidden" name="key" value="([^"]+)"', page)
    shown = [(await clerk.post("/setup/webhooks/wh_0/rotate", data={"key": key})).text for _ in range(2)]
    assert len({re.findall(r"whsec_\w+", text)[0] for text in shown}) == 1


async def test_what_is_wrong_is_said_beside_what_was_typed(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post("/setup/webhooks", data={"url": "", "description": "The WMS", "key": "k"})
    assert answer.status_code == 400
    assert "URL: Required" in answer.text
    assert 'value="The WMS"' in answer.text


async def done(clerk: httpx.AsyncClient, action: str, **form: str) -> str:
    """The page that an act leads to, as a reload shows it again."""
    answer = await clerk.post(f"/setup/webhooks/wh_0/{action}", data=form)
    assert answer.status_code == 303, answer.text
    return (await clerk.get(answer.headers["location"])).text


async def test_it_is_tested_stopped_and_sent_again(clerk: httpx.AsyncClient, services: FakeServices) -> None:
    await added(clerk)
    page = await done(clerk, "test")
    assert "test.event" in page
    assert "failed" in page
    page = await done(clerk, "disable")
    assert "It is disabled." in page
    assert services.webhooks_of_all[0].status == "disabled"
    assert "/setup/webhooks/wh_0/enable" in page
    await clerk.post("/setup/webhooks/wh_0/test", data={})
    assert "Queued again: 1." in await done(clerk, "replay", eventId="evt_0")
    assert "Queued again: 2." in await done(clerk, "replay", eventId="")
    assert (await clerk.post("/setup/webhooks/wh_0/delete", data={})).headers["location"] == "/setup#webhooks"
    assert services.webhooks_of_all == []


async def test_it_is_changed_and_what_is_cleared_is_gone(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await added(clerk)
    form = {
        "url": "https://wms.example.com/new",
        "description": "",
        "notifyEmail": "ops@example.com",
        "events": "",
    }
    page = await done(clerk, "change", **form)
    assert "Changed." in page
    [webhook] = services.webhooks_of_all
    assert (webhook.url, webhook.notify_email, list(webhook.events)) == (form["url"], "ops@example.com", [])
    assert (
        'name="notifyEmail" type="email" maxlength="254" autocomplete="off" value="ops@example.com"' in page
    )
    assert webhook.status == "enabled"
    await clerk.post("/setup/webhooks/wh_0/change", data={**form, "notifyEmail": ""})
    assert webhook.notify_email == ""


async def test_a_change_that_is_refused_keeps_what_was_typed(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await added(clerk)
    form = {"url": "", "description": "The WMS", "notifyEmail": "ops@example.com", "events": "export.planned"}
    answer = await clerk.post("/setup/webhooks/wh_0/change", data=form)
    assert answer.status_code == 400
    for typed in ("The WMS", "ops@example.com", "export.planned"):
        assert f'value="{typed}"' in answer.text
    assert services.webhooks_of_all[0].url == "https://wms.example.com/entrygo"


async def test_what_was_queued_in_a_time_is_sent_again(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await added(clerk)
    for _ in range(3):
        await clerk.post("/setup/webhooks/wh_0/test", data={})
    hours = ("2026-03-06T15:59:59.000Z", "2026-03-06T16:00:00.000Z", "2026-03-06T17:00:00.000Z")
    for delivery, hour in zip(services.inspection.deliveries, hours, strict=True):
        delivery.created_at = hour
    span = {"queuedFrom": "2026-03-06T16:00", "queuedUntil": "2026-03-06T17:00:00", "status": "failed"}
    assert "Queued again: 1." in await done(clerk, "replay", **span)
    others = {**span, "status": "delivered"}
    assert "Queued again: 0." in await done(clerk, "replay", **others)

    answer = await clerk.post("/setup/webhooks/wh_0/replay", data={**span, "queuedFrom": "friday"})
    assert answer.status_code == 400
    assert "Queued from: " in answer.text
    assert 'value="2026-03-06T17:00:00"' in answer.text


async def test_other_acts_and_webhooks_of_nobody_are_not_found(clerk: httpx.AsyncClient) -> None:
    await added(clerk)
    assert (await clerk.post("/setup/webhooks/wh_0/explode", data={})).status_code == 404
    assert (await clerk.get("/setup/webhooks/wh_none")).status_code == 404


async def test_key_that_may_not_is_explained_on_the_page(
    clerk: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(clerk)

    async def refused(*_: object) -> None:
        raise InsufficientScope

    monkeypatch.setattr(services, "UpdateWebhook", refused)
    answer = await clerk.post("/setup/webhooks/wh_0/disable", data={})
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text


async def test_today_names_a_webhook_that_was_given_up_until_somebody_enables_it(
    clerk: httpx.AsyncClient, services: FakeServices
) -> None:
    await added(clerk)
    [webhook] = services.inspection.webhooks_of_all
    assert "A webhook is disabled" not in (await clerk.get("/")).text
    webhook.status, webhook.failing_since = "disabled", "2026-03-06T16:00:00.000Z"
    webhook.disabled_reason = "Every attempt failed for 5 days: refused"
    page = (await clerk.get("/")).text
    assert "A webhook is disabled" in page
    assert "Every attempt failed for 5 days: refused" in page
    assert "/setup/webhooks/wh_0" in page
    webhook.failing_since = ""  # somebody disabled it
    assert "A webhook is disabled" not in (await clerk.get("/")).text
