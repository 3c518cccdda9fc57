"""Writes what of clients/python follows from the contract: types, operations, and the synchronous client."""

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import unasync

from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "clients" / "python" / "src" / "entrygo_client"
# Written by hand; the synchronous twin of each is made of it.
WRITTEN = ("__init__.py", "client.py", "transport.py")
GENERATED = "operations.py"
HEADER = (
    '"""Generated from the contract by `make pages`: edit scripts/generate_python_client.py instead."""\n\n'
)
# Streams are read by AsyncEntryGo.events, written by hand.
STREAMS = "text/event-stream"
# A second one of these is another than the first; the others may be sent again.
NOT_REPEATABLE = frozenset({"testWebhook"})
UNASYNC_NAMES = {
    "AsyncEntryGo": "EntryGo",
    "AsyncOperations": "Operations",
    "AsyncTransport": "Transport",
    "AsyncClient": "Client",
    "aclose": "close",
    "aread": "read",
    "aiter_bytes": "iter_bytes",
    "AsyncIterator": "Iterator",
    "AsyncGenerator": "Generator",
    "asyncio": "time",
    "_async": "_sync",
}
PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}


def types(document: Mapping[str, Any]) -> str:
    """A TypedDict a schema, in the order of their names; enums as literals."""
    schemas = document["components"]["schemas"]
    lines = [
        HEADER,
        "from __future__ import annotations\n\nfrom typing import Any, Literal, NotRequired, TypeAlias, TypedDict\n\n",
    ]
    for name, schema in schemas.items():
        lines += _class(name, schema) if "properties" in schema else _alias(name, schema)
    return "".join(lines)


def _class(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    fields = {
        field: _of(described) if field in required else f"NotRequired[{_of(described)}]"
        for field, described in schema["properties"].items()
        if field != "idempotencyKey"
    }
    # The client knows its account.
    if name.endswith("Body") and "accountId" in required:
        fields["accountId"] = "NotRequired[str]"
    if all(field.isidentifier() and not keyword.iskeyword(field) for field in fields):
        yield f"\nclass {name}(TypedDict):\n"
        yield from [f"    {field}: {kind}\n" for field, kind in fields.items()] or ["    pass\n"]
    else:
        listed = ", ".join(f'"{field}": {kind!r}' for field, kind in fields.items())
        yield f'\n{name} = TypedDict("{name}", {{{listed}}})\n'
    yield "\n"


def _alias(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n{name}: TypeAlias = {_of(schema)!r}\n"


def _of(schema: Mapping[str, Any], prefix: str = "") -> str:
    """The annotation of a schema."""
    if "$ref" in schema:
        return prefix + str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_of(each, prefix) for each in schema["anyOf"]))
    if "enum" in schema:
        return "Literal[" + ", ".join(f'"{each}"' for each in schema["enum"]) + "]"
    if schema.get("type") == "array":
        return f"list[{_of(schema['items'], prefix)}]"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"dict[str, {_of(schema['additionalProperties'], prefix)}]"
    return PLAIN.get(str(schema.get("type")), "Any")


def operations(document: Mapping[str, Any]) -> str:
    """A method an operation, and an iterator for each that answers in pages."""
    lines = [
        HEADER,
        "from collections.abc import AsyncIterator, Callable\nfrom typing import Any, Literal\nfrom urllib.parse import quote\n\n",
        "from entrygo_client import types\n\n\n",
        "class AsyncOperations:\n",
        '    """One method for each operation of the REST API."""\n\n',
        "    async def _call(\n        self,\n        method: str,\n        path: str,\n        *,\n"
        "        query: dict[str, Any] | None = None,\n        body: Any = None,\n"
        "        idempotency_key: str | None = None,\n        repeatable: bool = True,\n    ) -> Any:\n"
        "        raise NotImplementedError\n\n"
        "    def _with_account(self, body: Any) -> Any:\n        raise NotImplementedError\n\n"
        "    async def _download(self, path: str) -> bytes:\n        raise NotImplementedError\n\n"
        "    async def _iter(self, list_page: Callable[..., Any], *inside: str, **query: Any) -> AsyncIterator[Any]:\n"
        '        """The items of a list, page after page."""\n'
        "        while True:\n"
        "            page = await list_page(*inside, **query)\n"
        '            for each in page["data"]:\n                yield each\n'
        '            if not page["hasMore"]:\n                return\n'
        '            query["cursor"] = page["nextCursor"]\n',
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if STREAMS not in operation["responses"]["200"]["content"]:
                lines += _operation(document, path, method.upper(), operation)
    return "".join(lines)


def _operation(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Iterator[str]:
    name = _snake(operation["operationId"])
    inside = [each for each in operation["parameters"] if each["in"] == "path"]
    query = [each for each in operation["parameters"] if each["in"] == "query"]
    body = operation.get("requestBody")
    ((media_type, content),) = operation["responses"]["200"]["content"].items()
    is_json = media_type == "application/json"
    answer = _of(content["schema"], "types.") if is_json else "bytes"
    signature = _signature(inside, query, body)
    summary = operation["summary"].rstrip(".") + "."
    yield f"\n    async def {name}(self{signature}) -> {answer}:\n"
    yield f'        """{summary}"""\n'
    address = 'f"' + re.sub(r"\{(\w+)\}", r"{quote(\1, safe='')}", path) + '"' if inside else f'"{path}"'
    if not is_json:
        yield f"        return await self._download({address})\n"
        return
    arguments = [f'"{method}"', address]
    if query:
        arguments.append(
            "query={" + ", ".join(f'"{each["name"]}": {_argument(each["name"])}' for each in query) + "}"
        )
    if body is not None:
        named = document["components"]["schemas"][_of(body["content"]["application/json"]["schema"])]
        given = "self._with_account(body)" if "accountId" in named["properties"] else "body"
        arguments += [f"body={given}", "idempotency_key=idempotency_key"]
    if operation["operationId"] in NOT_REPEATABLE:
        arguments.append("repeatable=False")
    yield f"        answer: {answer} = await self._call({', '.join(arguments)})\n        return answer\n"
    if any(each["name"] == "cursor" for each in query):
        yield from _iterator(document, operation, name, answer, signature, inside, query)


def _iterator(
    document: Mapping[str, Any],
    operation: Mapping[str, Any],
    name: str,
    answer: str,
    signature: str,
    inside: list[Mapping[str, Any]],
    query: list[Mapping[str, Any]],
) -> Iterator[str]:
    page = document["components"]["schemas"][answer.removeprefix("types.")]
    item = _of(page["properties"]["data"]["items"], "types.")
    passed = [f"self.{name}", *(each["name"] for each in inside)]
    passed += [f"{_argument(each['name'])}={_argument(each['name'])}" for each in query]
    yield f"\n    def {name.replace('list_', 'iter_', 1)}(self{signature}) -> AsyncIterator[{item}]:\n"
    yield f'        """{operation["summary"].rstrip(".")}: all of them, page after page."""\n'
    yield f"        return self._iter({', '.join(passed)})\n"


def _signature(inside: list[Mapping[str, Any]], query: list[Mapping[str, Any]], body: Any) -> str:
    parts = [f"{each['name']}: str" for each in inside]
    named = []
    if body is not None:
        kind = _of(body["content"]["application/json"]["schema"], "types.")
        parts.append(f"body: {kind}" if body["required"] else f"body: {kind} | None = None")
        named.append("idempotency_key: str | None = None")
    for each in query:
        kind = _of(each["schema"])
        named.append(f"{_argument(each['name'])}: {kind}" + ("" if each["required"] else " | None = None"))
    return "".join(f", {part}" for part in [*parts, *(["*", *named] if named else [])])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


def _argument(name: str) -> str:
    snake = _snake(name)
    return f"{snake}_" if keyword.iskeyword(snake) or snake == "type" else snake


def main(target: Path) -> int:
    """Writes below `target`; returns ruff's status."""
    document = build_openapi(ENDPOINTS)
    for folder in ("_async", "_sync"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    (target / "types.py").write_text(types(document), encoding="utf-8")
    (target / "_async" / GENERATED).write_text(operations(document), encoding="utf-8")
    if target != PACKAGE:
        for name in WRITTEN:
            (target / "_async" / name).write_bytes((PACKAGE / "_async" / name).read_bytes())
    rule = unasync.Rule(f"{target}/_async/", f"{target}/_sync/", additional_replacements=UNASYNC_NAMES)
    unasync.unasync_files([str(target / "_async" / name) for name in (*WRITTEN, GENERATED)], [rule])
    made = [target / "types.py", target / "_async" / GENERATED, *(target / "_sync").glob("*.py")]
    settings = ["--config", str(ROOT / "pyproject.toml"), "--quiet"]
    for command in (["check", "--fix", "--select", "I,F401"], ["format"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, *settings, *made], check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    # Another folder may be named, to compare with.
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE))
