"""Writes what the TypeScript client is made from: the OpenAPI document, and its operations by name."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.generate_python_client import NOT_REPEATABLE

from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS

CLIENT = Path(__file__).resolve().parent.parent / "clients" / "typescript"
OK = "200"
JSON = "application/json"


def main() -> int:
    """Writes both files into the client's folder."""
    document = build_openapi(ENDPOINTS)
    (CLIENT / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (CLIENT / "src" / "operations.ts").write_text("\n".join(_operations(document)), encoding="utf-8")
    return 0


def _operations(document: dict[str, Any]) -> Iterator[str]:
    yield "/** Generated from the contract by `make typescript`: where each operation is. */"
    yield "export const OPERATIONS = {"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = operation.get("operationId")
            media_types = operation.get("responses", {}).get(OK, {}).get("content", {})
            if name and "text/event-stream" not in media_types:
                is_json = str(JSON in media_types).lower()
                is_repeatable = str(name not in NOT_REPEATABLE).lower()
                yield (
                    f'  {name}: {{ method: "{method.upper()}", path: "{path}", isJson: {is_json},'
                    f" isRepeatable: {is_repeatable} }},"
                )
    yield "} as const;"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
