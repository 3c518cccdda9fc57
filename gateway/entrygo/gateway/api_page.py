"""The served documentation: the OpenAPI document as JSON, or as a page that works offline without scripts."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import orjson
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.html_pages import html_environment
from entrygo.gateway.openapi import build_openapi

MAX_DEPTH = 6
MARKDOWN = MarkdownIt("js-default")
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
Schema = dict[str, Any]


class ApiPage:
    """Renders once, on the first request for each form."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints

    async def answer(self, request: Request) -> Response:
        """The document in the form that the client prefers: JSON, or HTML for a browser."""
        if prefers_html(request.headers.get("accept", "")):
            headers = {"content-security-policy": PAGE_POLICY, "vary": "accept"}
            return Response(self.page, headers=headers, media_type="text/html")
        return Response(self.json, headers={"vary": "accept"}, media_type="application/json")

    @cached_property
    def document(self) -> Schema:
        """The OpenAPI 3.1 document of every endpoint, made once."""
        return build_openapi(self._endpoints)

    @cached_property
    def json(self) -> bytes:
        """The document as indented JSON."""
        return orjson.dumps(self.document, option=orjson.OPT_INDENT_2)

    @cached_property
    def page(self) -> bytes:
        """The document as one HTML page without scripts."""
        environment = html_environment()
        environment.filters["marked"] = marked
        template = environment.get_template("reference.html")
        return template.render(document=self.document, groups=_groups(self.document)).encode()


def prefers_html(accept: str) -> bool:
    """Whether text/html is named and wanted at least as much as JSON is."""
    weights: dict[str, float] = {}
    for item in accept.split(","):
        media_type, _, parameters = item.strip().partition(";")
        weights[media_type.strip().lower()] = _weight(parameters)
    html = weights.get("text/html", 0.0)
    return html > 0 and html >= weights.get("application/json", 0.0)


def _weight(parameters: str) -> float:
    match = re.search(r"q=([0-9.]+)", parameters)
    try:
        return float(match[1]) if match else 1.0
    except ValueError:
        return 0.0


def marked(text: str) -> Markup:
    """CommonMark as HTML; tags in the text are shown as text."""
    return Markup(MARKDOWN.render(text))  # noqa: S704 - the renderer escapes what is not Markdown


def _groups(document: Schema) -> list[Schema]:
    operations = [
        _operation(document, path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        {"tag": tag["name"], "operations": [one for one in operations if one["tag"] == tag["name"]]}
        for tag in document["tags"]
    ]


def _operation(document: Schema, path: str, method: str, operation: Schema) -> Schema:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    success = next(iter(operation["responses"]["200"]["content"].values()))
    return {
        "id": operation["operationId"],
        "tag": operation["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": [_parameter(one) for one in operation["parameters"]],
        "request_rows": rows(document, body.get("schema", {})),
        "request_example": _pretty(body.get("example")),
        "answer_rows": rows(document, success["schema"]),
        "answer_example": _pretty(success.get("example")),
        "responses": [
            {"status": status, "description": one["description"]}
            for status, one in operation["responses"].items()
        ],
    }


def _parameter(parameter: Schema) -> Schema:
    return {
        "name": parameter["name"],
        "type": f"{parameter['in']}: {_type(parameter['schema'])}",
        "is_required": parameter["required"],
        "description": parameter.get("description", ""),
    }


def rows(document: Schema, schema: Schema, prefix: str = "", depth: int = 0) -> list[Schema]:
    """The fields of an object, nested ones below it, as the rows of a table."""
    found: list[Schema] = []
    resolved = _resolved(document, schema)
    required = resolved.get("required", ())
    for name, described in resolved.get("properties", {}).items():
        inner, suffix = _inner(document, described)
        found.append(
            {
                "name": f"{prefix}{name}",
                "type": _type(_resolved(document, described)),
                "is_required": name in required,
                "description": described.get("description", "") or inner.get("description", ""),
            }
        )
        if depth < MAX_DEPTH:
            found += rows(document, inner, f"{prefix}{name}{suffix}.", depth + 1)
    return found


def _inner(document: Schema, schema: Schema) -> tuple[Schema, str]:
    resolved = _resolved(document, schema)
    if resolved.get("type") == "array":
        return _resolved(document, resolved["items"]), "[]"
    return resolved, ""


def _resolved(document: Schema, schema: Schema) -> Schema:
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if choices:
        inner = _resolved(document, choices[0])
        return {**inner, "nullable": True} if len(choices) < len(schema["anyOf"]) else inner
    if "$ref" in schema:
        found: Schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _type(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        name = " | ".join(map(str, schema.get("enum", (schema.get("const"),))))
    else:
        name = str(schema.get("format") or schema.get("type", "any"))
    return f"{name} or null" if schema.get("nullable") else name


def _pretty(example: object) -> str:
    return "" if example is None else orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
