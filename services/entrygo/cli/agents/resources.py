"""The resources: exports, plans, issues and documents, as JSON, text or bytes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, cast

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError

from entrygo.cli.agents import answers
from entrygo.cli.agents.callers import Callers
from entrygo.cli.agents.failures import Refusal, said_to_the_agent
from entrygo_client import AsyncEntryGo

JSON = "application/json"
# A document beyond it does not fit into a conversation.
LARGEST_BYTES = 1_000_000
TEXTS = frozenset({".html", ".csv", ".json", ".txt", ".xml"})


@dataclass(frozen=True, slots=True)
class Resources:
    """Each method reads one kind of resource."""

    callers: Callers

    async def exports(self, ctx: Context, state: str | None = None) -> str:
        """The newest exports, of one state or of all."""
        with said_to_the_agent(ResourceError):
            page = await self._client(ctx).list_exports(limit=answers.SHOWN, state=cast(Any, state))
            return json.dumps(answers.listed(page["data"], has_more=page["hasMore"]))

    async def export(self, export_id: str, ctx: Context) -> str:
        """How one export stands."""
        with said_to_the_agent(ResourceError):
            return json.dumps(answers.inspected(await self._client(ctx).inspect_export(export_id)))

    async def plan(self, export_id: str, ctx: Context) -> str:
        """The current plan of an export, and its findings."""
        with said_to_the_agent(ResourceError):
            return json.dumps(answers.explained(await self._client(ctx).inspect_export(export_id)))

    async def issues(self, export_id: str, ctx: Context) -> str:
        """What to mend in the current plan, each product and order once."""
        with said_to_the_agent(ResourceError):
            return json.dumps(answers.proposed(await self._client(ctx).list_export_issues(export_id)))

    async def documents(self, export_id: str, ctx: Context) -> str:
        """The documents of an executed export, each with the address of its content."""
        with said_to_the_agent(ResourceError):
            found = await self._client(ctx).inspect_export(export_id)
        package_id = (found["customsPackage"] or {"id": ""})["id"]
        listed = [
            {
                "uri": _address(package_id, document["filename"]),
                "type": document["artifact_type"],
                "bytes": document["size_bytes"],
                "sha256": document["sha256"],
            }
            for document in found["artifacts"]
        ]
        return json.dumps({"exportId": export_id, "planHash": found["planHash"], "documents": listed})

    async def text(self, package_id: str, filename: str, ctx: Context) -> str:
        """A document that is text: HTML, CSV, JSON."""
        return (await self._content(package_id, filename, ctx)).decode()

    async def file(self, package_id: str, filename: str, ctx: Context) -> bytes:
        """Any document, as bytes."""
        return await self._content(package_id, filename, ctx)

    async def _content(self, package_id: str, filename: str, ctx: Context) -> bytes:
        with said_to_the_agent(ResourceError):
            client = self._client(ctx)
            package = await client.get_customs_package(package_id)
            sizes = {each["filename"]: each["size_bytes"] for each in package["artifacts"]}
            size = sizes.get(filename, 0)
            if size > LARGEST_BYTES:
                raise Refusal(
                    "DOCUMENT_TOO_LARGE", f"{filename} has {size} bytes: `entrygo export download`."
                )
            return await client.get_artifact(package_id, filename)

    def _client(self, ctx: Context) -> AsyncEntryGo:
        return self.callers.client(ctx.headers)


def add_resources(server: MCPServer, callers: Callers) -> None:
    """Registers every resource under its address."""
    read = Resources(callers)
    found: tuple[tuple[str, str, Callable[..., Any], str], ...] = (
        ("exports", "entrygo://exports{?state}", read.exports, JSON),
        ("export", "entrygo://exports/{export_id}", read.export, JSON),
        ("plan", "entrygo://exports/{export_id}/plan", read.plan, JSON),
        ("issues", "entrygo://exports/{export_id}/issues", read.issues, JSON),
        ("documents", "entrygo://exports/{export_id}/documents", read.documents, JSON),
        ("document_text", "entrygo://documents/{package_id}/text/{filename}", read.text, "text/plain"),
        (
            "document_file",
            "entrygo://documents/{package_id}/file/{filename}",
            read.file,
            "application/octet-stream",
        ),
    )
    for name, address, handler, media_type in found:
        server.resource(address, name=name, mime_type=media_type)(handler)


def _address(package_id: str, filename: str) -> str:
    kind = "text" if PurePosixPath(filename).suffix.lower() in TEXTS else "file"
    return f"entrygo://documents/{package_id}/{kind}/{filename}"
