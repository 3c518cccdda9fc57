"""The routes of the documentation: pages, their Markdown, pictures, the search, and llms.txt for agents."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from entrygo.domain.errors import NotFound
from entrygo.gateway.docs.pages import FOLDER_PAGE, SUFFIX, Library, Page
from entrygo.gateway.docs.search import MAX_QUERY, Found, Index
from entrygo.gateway.html_pages import html_environment, is_of_a_browser

ROOT = "/docs"
PAGES = "/docs/{name:path}"
ASYNCAPI = "/docs/api/asyncapi"
STYLE = "docs.css"
SEARCH = "search"
SUMMARY = (
    "EntryGo takes a warehouse's orders, decides what can be exported to the United States and how ready"
    " it is, makes the customs package and hands it to the broker once."
)
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
}


class DocsSite:
    """Renders every page once, off the event loop, on the first request for any of them."""

    def __init__(
        self,
        library: Library,
        count_search: Callable[[Request], None],
        no_such_page: Callable[[], Response],
    ) -> None:
        """`count_search` raises RateLimited for a peer that searches too often: no key is asked for.

        `no_such_page`: what a browser is shown that follows a link to a page that there is not.
        """
        self._library = library
        self._count_search = count_search
        self._no_such_page = no_such_page
        environment = html_environment()
        self._page = environment.get_template("docs.html")
        self._results = environment.get_template("docs_search.html")
        self._style = files("entrygo.gateway").joinpath("templates", STYLE).read_bytes()

    async def answer(self, request: Request) -> Response:
        """GET /docs and what lies below it. Raises NotFound for a program."""
        name = str(request.path_params.get("name", "")).removesuffix("/")
        if name == STYLE:
            return Response(self._style, media_type="text/css")
        if name == SEARCH:
            self._count_search(request)
            return await asyncio.to_thread(self._search, request.query_params.get("q", "")[:MAX_QUERY])
        if (picture := self._library.picture(name)) is not None:
            return Response(picture[0], media_type=picture[1])
        if (page := self._library.pages.get(name)) is not None:
            return await asyncio.to_thread(self._html, page)
        if (page := self._by_source(name)) is not None:
            return Response(page.source, media_type="text/markdown")
        if is_of_a_browser(request):
            return self._no_such_page()
        raise NotFound("There is no such page; /docs lists them.")

    async def asyncapi(self, request: Request) -> Response:
        """GET /docs/api/asyncapi: what is sent, for machines."""
        return Response(self._library.asyncapi, media_type="application/json")

    async def llms(self, request: Request) -> Response:
        """GET /llms.txt: what there is to read, for an agent (llmstxt.org)."""
        return Response(await asyncio.to_thread(self._llms), media_type="text/plain")

    async def llms_full(self, request: Request) -> Response:
        """GET /llms-full.txt: the pages of the navigation in one text. As many a second as searches."""
        self._count_search(request)
        listed = [page.source for _, pages in self._library.groups() for page in pages]
        return Response("\n\n".join(listed), media_type="text/plain")

    def _by_source(self, name: str) -> Page | None:
        plain = name.removesuffix(SUFFIX)
        if plain == name:
            return None
        if plain.rpartition("/")[2] == FOLDER_PAGE:
            plain = plain.removesuffix(FOLDER_PAGE).rstrip("/")
        return self._library.pages.get(plain)

    def _html(self, page: Page) -> Response:
        document = self._library.documents[page.name]
        content = self._page.render(
            document=document, page=page, groups=self._navigation, style=f"{ROOT}/{STYLE}", query=""
        )
        return Response(content, headers=HEADERS, media_type="text/html")

    def _search(self, query: str) -> Response:
        found: list[Found] = self._index.find(query)
        content = self._results.render(
            query=query, found=found, groups=self._navigation, style=f"{ROOT}/{STYLE}", page=None
        )
        return Response(content, headers=HEADERS, media_type="text/html")

    @cached_property
    def _index(self) -> Index:
        pages = self._library.pages
        return Index((pages[name].path, document) for name, document in self._library.documents.items())

    @cached_property
    def _navigation(self) -> list[tuple[str, list[tuple[Page, str]]]]:
        titles = {name: document.title for name, document in self._library.documents.items()}
        return [
            (title, [(page, titles[page.name]) for page in pages]) for title, pages in self._library.groups()
        ]

    def _llms(self) -> str:
        lines = ["# EntryGo", "", f"> {SUMMARY}", ""]
        for title, pages in self._navigation:
            lines += [f"## {title}", ""]
            for page, name in pages:
                lines.append(f"- [{name}]({page.source_path}): {self._library.documents[page.name].summary}")
            if title == "API":
                lines.append("- [OpenAPI](/docs/api/openapi): Every operation and field, as JSON.")
                lines.append(f"- [AsyncAPI]({ASYNCAPI}): Kafka topics and webhooks, as JSON.")
            lines.append("")
        return "\n".join(lines)
