"""The Python client on the running system, by the recipes of its page."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt

from entrygo_client import AsyncEntryGo, EntryGo, NotFound, is_settled
from tests.architecture.sources import ROOT
from tests.contract.rest.documented import Rest, planned, unique
from tests.harness.receiver import receiving
from tests.harness.system import System

PAGE = ROOT / "docs" / "sdk-python.md"


@pytest.fixture
def recipes(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the page's code leaves behind, run from top to bottom as its reader would."""
    for name, value in {**system.env, "ENTRYGO_PRODUCT_ID": system.product_ids[0]}.items():
        monkeypatch.setenv(name, value)
    left: dict[str, Any] = {}
    for fence in MarkdownIt("commonmark").parse(PAGE.read_text(encoding="utf-8")):
        if fence.type == "fence" and fence.info == "python":
            exec(compile(fence.content, str(PAGE), "exec"), left)
    yield left
    left["entrygo"].close()


async def test_recipes_of_the_page_do_what_it_says(system: System, recipes: dict[str, Any]) -> None:
    assert recipes["night"].export["status"] == "COMPLETED"
    assert recipes["changes"]["is_same"] is False
    assert recipes["done"]["status"] == "COMPLETED", "the agent's loop mends what it knows, and executes"
    async with (
        AsyncEntryGo(system.base_url, system.api_key, system.account_id) as entrygo,
        receiving() as receiver,
    ):
        webhook = await entrygo.create_webhook({"url": receiver.url})
        await entrygo.test_webhook(webhook["id"])
        [got] = await receiver.until(1)
        await entrygo.delete_webhook(webhook["id"])
    receive, secret = recipes["receive"], webhook["secret"]
    assert receive(secret, got.headers, got.body) == 204
    assert receive(secret, got.headers, got.body + b" ") == 400


async def test_who_waits_hears_of_an_execution_and_of_every_event(system: System, rest: Rest) -> None:
    export_id = await planned(rest)
    async with AsyncEntryGo(system.base_url, system.api_key, system.account_id) as entrygo:
        known = await entrygo.wait_for_change(export_id)
        waiting = asyncio.ensure_future(entrygo.wait_for_change(export_id, known))
        await entrygo.execute_export({"batchId": export_id})
        changed = await waiting
        assert changed is not None
        assert len(changed["events"]) > 1
        settled = await entrygo.wait_until(export_id)
        assert is_settled(settled)
        reported = []
        async for _, event in entrygo.events(export_id):
            reported.append(event["data"]["eventId"])
            if len(reported) == len(settled["events"]):
                break
        assert sorted(reported) == sorted(event["id"] for event in settled["events"])
        listed = [
            event["data"]["eventId"] async for event in entrygo.iter_events(export_id=export_id, limit=2)
        ]
        assert listed == reported


def test_an_error_is_of_its_class_and_names_its_request(system: System) -> None:
    with EntryGo(system.base_url, system.api_key, system.account_id) as entrygo:
        with pytest.raises(NotFound) as caught:
            entrygo.inspect_export(unique("none")[:60])
        assert caught.value.request_id.startswith("req_")
        package = next(iter(entrygo.iter_exports(state="COMPLETED", limit=1)))["customsPackageId"]
        assert package
        manifest = entrygo.get_artifact(package, "manifest.json")
        assert manifest.startswith(b"{")
