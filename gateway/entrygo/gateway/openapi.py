"""The OpenAPI 3.1 document, generated from the endpoints and the models that validate."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from entrygo.domain.errors import EntryGoError, Kind, MethodNotAllowed
from entrygo.gateway.components import Components
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.errors import RETRY_AFTER_SECONDS, STATUS_OF_KIND
from entrygo.gateway.examples.errors import ERROR_DETAILS
from entrygo.gateway.generated_names import REFERENCE, name_parts
from entrygo.gateway.glossary import describe_fields, meaning
from entrygo.gateway.sampling import sample
from entrygo.gateway.schemas.errors import ErrorBody
from entrygo.requests import idempotency_key

Schema = dict[str, Any]
API_VERSION = "1.0.0"

DESCRIPTION = """\
The export lifecycle: **sync** orders → **plan** an export → **execute** it → **inspect** what happened.

- Every route needs `Authorization: Bearer <api-key>`.
- The contract grows by addition: expect new fields in answers. A field or a query parameter that is unknown
  is refused (`VALIDATION_ERROR`, code `unrecognized_key`) with its path and the nearest that is known.
  `metadata` of an order takes anything, and a record or an order may come back as it was answered. Every
  write may state `accountId`, which is the key's, or the answer is 403.
- Every error has the shape `{errorCode, message, field?, details?}`. Branch on `errorCode`. A
  `VALIDATION_ERROR` lists all issues at once in `details.issues`, at most 100. When there are more, the
  request is not looked at further, and `details.totalIssues` is how many were found until then.
- Writes take an `Idempotency-Key` header; it wins over `idempotencyKey` in the body. A repeated write answers
  as the first one did, with `Idempotency-Replayed: true`.
- Numbers have at most 12 digits before the point and 4 after it, and are never rounded on the way in.
- A key may send 2,000 requests and 100,000 synced items a second, the keys of an account twice that together;
  an operator may set other figures. Beyond: 429 `RATE_LIMITED` with `Retry-After`, `RateLimit` and
  `RateLimit-Policy`. So many bad keys from one address that others would suffer are answered alike.
- Every answer carries `X-Request-Id`; a valid one that you send is kept.
"""
_HEADERS = MappingProxyType(
    {
        "X-Request-Id": {"description": "Names the request in the logs.", "schema": {"type": "string"}},
    }
)
_RETRY_AFTER = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
_RATE_LIMIT = MappingProxyType(
    {
        "RateLimit-Policy": {
            "description": 'The limit: its name, quota and window in seconds, `"requests";q=2000;w=1`.',
            "schema": {"type": "string"},
        },
        "RateLimit": {
            "description": 'What is left of it and when it is full again, `"requests";r=0;t=1`.',
            "schema": {"type": "string"},
        },
    }
)
# No response of its own: generators make a type of each, and one without a body makes every answer optional.
_CONDITIONAL = (
    "With `If-None-Match` and the `ETag` of an earlier answer: 304 without a body when nothing changed."
)
_REPLAYED = {"description": "true when answered from an earlier call.", "schema": {"type": "string"}}


def build_openapi(endpoints: Sequence[Endpoint]) -> Schema:
    """The document for `endpoints`, in their order."""
    parts = Components()
    paths: dict[str, Schema] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, parts)
    parts.answered(ErrorBody)
    schemas = parts.together(paths)
    schemas["ErrorBody"]["properties"]["errorCode"] = {"$ref": REFERENCE.format(model="ErrorCode")}
    schemas["ErrorCode"] = _error_codes(endpoints)
    name_parts(schemas)
    describe_fields(schemas)
    _add_samples(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "EntryGo REST API", "version": API_VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/", "description": "The server that serves this document."}],
        "tags": [{"name": tag} for tag in dict.fromkeys(endpoint.tag for endpoint in endpoints)],
        "security": [{"apiKey": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of the account: shpbndl_live_… or shpbndl_test_…",
                }
            },
            "examples": _error_examples(endpoints),
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _operation(endpoint: Endpoint, parts: Components) -> Schema:
    operation: Schema = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint, parts),
    }
    texts = [endpoint.description, _CONDITIONAL if endpoint.has_etag else ""]
    if any(texts):
        operation["description"] = " ".join(filter(None, texts))
    if endpoint.body is not None:
        operation["requestBody"] = _request_body(endpoint, endpoint.body, parts)
    return operation


def _add_samples(paths: Schema, schemas: Schema) -> None:
    """An example for each JSON answer that has none of its own."""
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        content = operation["responses"]["200"]["content"].get("application/json")
        if content is not None and "example" not in content:
            content["example"] = sample(content["schema"], schemas)


def _request_body(endpoint: Endpoint, model: type[BaseModel], parts: Components) -> Schema:
    content: Schema = {"schema": parts.taken(model)}
    if endpoint.request_example is not None:
        content["example"] = endpoint.request_example
    is_required = any(field.is_required() for field in model.model_fields.values())
    return {"required": is_required, "content": {"application/json": content}}


def _parameters(endpoint: Endpoint) -> list[Schema]:
    found: list[Schema] = [
        {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in endpoint.path_parameters.items()
    ]
    if endpoint.query is not None:
        found += _query_parameters(endpoint.query)
    if endpoint.body is not None:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": f"Makes a retry safe; wins over the body. {idempotency_key.FORM}.",
                "schema": {"type": "string", "pattern": idempotency_key.PATTERN},
            }
        )
    return found


def _query_parameters(model: type[BaseModel]) -> list[Schema]:
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    found = []
    for name, described in schema["properties"].items():
        own = _without_null(described, definitions)
        is_required = name in schema.get("required", ())
        text = described.get("description") or meaning(name, described)
        found.append(
            {"name": name, "in": "query", "required": is_required, "description": text, "schema": own}
        )
    return found


def _without_null(described: Schema, definitions: Schema) -> Schema:
    """A query parameter is absent rather than null."""
    choice = next((one for one in described.get("anyOf", ()) if one.get("type") != "null"), described)
    if "$ref" in choice:
        choice = definitions[choice["$ref"].rsplit("/", 1)[-1]]
    return {name: value for name, value in choice.items() if name not in ("title", "description", "default")}


def _responses(endpoint: Endpoint, parts: Components) -> Schema:
    responses: Schema = {"200": _success(endpoint, parts)}
    by_status: dict[int, list[type[EntryGoError]]] = {}
    for error in endpoint.all_errors:
        by_status.setdefault(STATUS_OF_KIND[error.kind], []).append(error)
    for status in sorted(by_status):
        responses[str(status)] = _failure(by_status[status])
    return responses


def _success(endpoint: Endpoint, parts: Components) -> Schema:
    if endpoint.stays_open:
        return {
            "description": "Server-sent events.",
            "content": {endpoint.media_type: {"schema": {"type": "string"}}},
            "headers": _headers(endpoint),
        }
    if endpoint.answer is None:
        content: Schema = {"schema": {"type": "string"}}
        if not endpoint.media_type.startswith("text/"):
            content["schema"]["format"] = "binary"
        return {
            "description": "The bytes.",
            "content": {endpoint.media_type: content},
            "headers": _headers(endpoint),
        }
    content = {"schema": parts.answered(endpoint.answer)}
    if endpoint.answer_example is not None:
        content["example"] = endpoint.answer_example
    return {
        "description": "Done.",
        "content": {endpoint.media_type: content},
        "headers": _headers(endpoint),
    }


def _headers(endpoint: Endpoint) -> Schema:
    headers = dict[str, Any](_HEADERS)
    if endpoint.has_etag:
        headers["ETag"] = {"description": "Version of what is shown.", "schema": {"type": "string"}}
    if endpoint.body is not None:
        headers["Idempotency-Replayed"] = _REPLAYED
    return headers


def _failure(errors: Sequence[type[EntryGoError]]) -> Schema:
    headers = dict[str, Any](_HEADERS)
    if any(error.kind in RETRY_AFTER_SECONDS for error in errors):
        headers["Retry-After"] = _RETRY_AFTER
    if any(error.kind is Kind.RATE_LIMITED for error in errors):
        headers |= _RATE_LIMIT
    return {
        "description": "; ".join(f"`{error.code}`: {error().message}" for error in errors),
        "headers": headers,
        "content": {
            "application/json": {
                "schema": {"$ref": REFERENCE.format(model="ErrorBody")},
                "examples": {
                    error.__name__: {"$ref": f"#/components/examples/{error.__name__}"} for error in errors
                },
            }
        },
    }


def _error_codes(endpoints: Sequence[Endpoint]) -> Schema:
    codes = {MethodNotAllowed.code, *(error.code for one in endpoints for error in one.all_errors)}
    return {
        "type": "string",
        "enum": sorted(codes),
        "description": "Which of them an operation answers stands with each of its statuses.",
    }


def _error_examples(endpoints: Sequence[Endpoint]) -> Schema:
    errors = {error.__name__: error for endpoint in endpoints for error in endpoint.all_errors}
    return {name: {"value": _error_example(errors[name])} for name in sorted(errors)}


def _error_example(error: type[EntryGoError]) -> Schema:
    example: Schema = {"errorCode": error.code, "message": error().message}
    details: Mapping[str, Any] | None = ERROR_DETAILS.get((error.code, STATUS_OF_KIND[error.kind]))
    if details is not None:
        if "issues" in details:
            example["field"] = details["issues"][0]["path"]
        example["details"] = details
    return example
