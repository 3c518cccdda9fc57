"""The documentation under /docs: the contract's pages are there, links lead somewhere, nothing runs."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest

from entrygo.gateway.app import create_app
from entrygo.gateway.docs.markdown import page_link, render
from entrygo.gateway.docs.pages import Library
from entrygo.gateway.docs.search import Index
from entrygo.gateway.settings import DoorSettings, GatewaySettings
from entrygo.messaging.events import EVENT_DATA
from tests.architecture.sources import ROOT
from tests.fakes import FakeServices

NAMED_BY_THE_CONTRACT = (
    "/docs",
    "/docs/concepts/protocol",
    "/docs/concepts/export-lifecycle",
    "/docs/concepts/primitives",
    "/docs/concepts/artifacts",
    "/docs/concepts/broker-submission",
    "/docs/guides/first-export",
    "/docs/guides/warehouse-integration",
    "/docs/guides/automation-agents",
    "/docs/api/orders",
    "/docs/api/exports",
    "/docs/api/customs-packages",
)
LIBRARY = Library()


@pytest.fixture(autouse=True)
def pages_are_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process does; here each test has an application of its own."""
    monkeypatch.setattr("entrygo.gateway.app.Library", lambda: LIBRARY)


@pytest.mark.parametrize("path", NAMED_BY_THE_CONTRACT)
async def test_page_is_there_without_a_key_and_nothing_in_it_can_run(
    client: httpx.AsyncClient, path: str
) -> None:
    del client.headers["authorization"]
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style| style=|src=\"https?:| on[a-z]+=", answer.text)
    assert f'href="{path}" aria-current="page"' in answer.text


def test_every_event_is_in_the_table_by_its_whole_name() -> None:
    page = (ROOT / "docs" / "concepts" / "export-lifecycle.md").read_text(encoding="utf-8")
    assert {each for each in EVENT_DATA if f"`{each}`" not in page} == set()


@pytest.mark.parametrize("name", LIBRARY.pages)
def test_every_link_of_a_page_leads_to_a_page_a_heading_or_a_picture(name: str) -> None:
    broken = []
    for link in re.findall(r'(?:href|src)="([^"]+)"', LIBRARY.documents[name].html):
        path, _, anchor = link.partition("#")
        if path.startswith(("http://", "https://", "/docs/api/openapi", "/docs/api/asyncapi")):
            continue
        target = name if not path else path.removeprefix("/docs").strip("/")
        if LIBRARY.picture(target) is None and not is_heading(target, anchor):
            broken.append(link)
    assert broken == []


def is_heading(name: str, anchor: str) -> bool:
    document = LIBRARY.documents.get(name)
    return document is not None and anchor in {"", *(section.anchor for section in document.sections)}


def test_every_page_has_a_title_and_a_first_paragraph() -> None:
    bare = [name for name, document in LIBRARY.documents.items() if not document.title]
    assert bare == []


def test_html_in_a_page_is_text() -> None:
    html = render("# A\n\n<script>alert(1)</script> [x](javascript:alert(1))").html
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_headings_of_one_name_have_anchors_of_their_own() -> None:
    sections = render("# A `b`: c\n\n## Errors\n\n## Errors\n").sections
    assert [section.anchor for section in sections] == ["a-b-c", "errors", "errors-1"]


@pytest.mark.parametrize(
    ("link", "folder", "target"),
    [
        ("../api/orders.md#errors", "guides", "/docs/api/orders#errors"),
        ("brokers.md", "", "/docs/brokers"),
        ("decisions/README.md", "", "/docs/decisions"),
        ("README.md", "", "/docs"),
        ("../invoice.png", "concepts", "/docs/invoice.png"),
        ("#channels", "", "#channels"),
        ("https://example.com/a.md", "", "https://example.com/a.md"),
        ("../protos", "", None),
    ],
)
def test_link_between_files_becomes_one_between_pages(link: str, folder: str, target: str | None) -> None:
    assert page_link(link, folder) == target


async def test_browser_at_a_page_that_there_is_not_is_shown_one_and_a_program_json(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/docs/concepts/gone", headers={"accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page." in answer.text
    assert (await client.get("/docs/concepts/gone")).json()["errorCode"] == "NOT_FOUND"


async def test_markdown_lies_beside_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs/guides/first-export.md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# Your first export\n")
    assert (await client.get("/docs/README.md")).text.startswith("# EntryGo documentation\n")


async def test_picture_is_served_and_nothing_outside_the_folder(client: httpx.AsyncClient) -> None:
    assert (await client.get("/docs/invoice.png")).headers["content-type"] == "image/png"
    for path in ("/docs/nothing", "/docs/%2e%2e/README.md", "/docs/..%2fREADME.md", "/docs//etc/passwd"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND"), path


async def test_search_finds_a_code_and_links_to_its_section(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs/search", params={"q": "ORDER_POSTAL_CODE_INVALID"})
    assert 'href="/docs/errors#messages-of-a-plan"' in answer.text
    assert "<mark>ORDER_POSTAL_CODE_INVALID</mark>" in answer.text


async def test_search_shows_what_was_asked_as_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs/search", params={"q": "<zq>zzzz"})
    assert "<zq>" not in answer.text
    assert "No page has" in answer.text


async def test_search_without_a_word_says_what_to_do(client: httpx.AsyncClient) -> None:
    assert "Type a word" in (await client.get("/docs/search")).text


def test_section_with_every_word_comes_before_one_with_one_of_them() -> None:
    documents = [
        ("/docs/a", render("# A\n\nexport export export export")),
        ("/docs/b", render("# B\n\nWhat an export leaves behind.")),
    ]
    assert [found.link for found in Index(documents).find("exports behind")] == ["/docs/b"]
    assert [found.link for found in Index(documents).find("export behind")] == ["/docs/b", "/docs/a"]


@pytest.mark.usefixtures("same_second")
@pytest.mark.parametrize("path", ["/docs/search?q=plan", "/llms-full.txt"])
async def test_one_address_may_ask_so_often_for_what_is_costly_and_no_more(
    path: str, services: FakeServices
) -> None:
    settings = GatewaySettings(door=DoorSettings(failures_per_second=1))
    transport = httpx.ASGITransport(create_app(settings, services=services))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        statuses = [
            answer.status_code for answer in await asyncio.gather(*(client.get(path) for _ in range(4)))
        ]
        assert sorted(statuses) == [200, 429, 429, 429]
        assert (await client.get("/docs")).status_code == 200


async def test_llms_txt_lists_every_page_of_the_navigation(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/llms.txt")).text
    assert listed.startswith("# EntryGo\n\n> ")
    for _, pages in LIBRARY.groups():
        for page in pages:
            assert f"({page.source_path})" in listed
            assert (await client.get(page.source_path)).status_code == 200
    assert "# Your first export" in (await client.get("/llms-full.txt")).text


def test_page_that_no_group_names_is_in_the_navigation_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "tls.md").write_text("# TLS\n\nText.", encoding="utf-8")
    ((title, pages),) = Library(tmp_path).groups()
    assert (title, [page.path for page in pages]) == ("More", ["/docs/tls"])


async def test_asyncapi_document_names_every_event_and_points_nowhere_into_the_void(
    client: httpx.AsyncClient,
) -> None:
    document = (await client.get("/docs/api/asyncapi")).json()
    assert document["asyncapi"] == "3.0.0"
    topics = [channel for channel in document["channels"].values() if channel["address"]]
    sent = [name for channel in topics for name in channel["messages"]]
    assert sorted(sent) == sorted(type_.replace(".", "-") for type_ in EVENT_DATA)
    for pointer in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        found = document
        for step in pointer.split("/"):
            found = found[step]
