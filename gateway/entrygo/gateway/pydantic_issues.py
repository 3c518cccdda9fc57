"""Turns what pydantic found into the issues of the contract: path, message and code, all at once.

Codes: invalid_type (missing, null or of another type), too_small, too_big, invalid_number (too many
digits or decimal places), invalid_string (form or characters), invalid_enum_value, invalid_date,
conflict (of two fields only one may be given), unrecognized_key (a field that is not known there), custom.
The services add `duplicate` and others that need more than the body to judge.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from entrygo.domain.errors import ValidationFailed
from entrygo.gateway import unknown_fields
from entrygo.requests.forms import WORDS
from entrygo.requests.issues import MAX_ISSUES

# pydantic's error type → code of the contract, message. `{...}` are filled from pydantic's context.
ISSUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "missing": ("invalid_type", "Required"),
        "string_too_short": ("too_small", "Must have at least {min_length} character(s)"),
        "string_too_long": ("too_big", "Must have at most {max_length} characters"),
        "too_short": ("too_small", "Must have at least {min_length} item(s)"),
        "too_long": ("too_big", "Must have at most {max_length} items"),
        "greater_than": ("too_small", "Must be greater than {gt}"),
        "greater_than_equal": ("too_small", "Must be at least {ge}"),
        "less_than_equal": ("too_big", "Must be at most {le}"),
        "decimal_max_digits": ("invalid_number", "At most {max_digits} digits"),
        "decimal_whole_digits": (
            "invalid_number",
            "At most {whole_digits} digits before the point",
        ),
        "decimal_max_places": ("invalid_number", "At most {decimal_places} decimal place(s)"),
        "string_pattern_mismatch": ("invalid_string", "{words}"),
        "string_unicode": ("invalid_string", "Is not valid Unicode text"),
        "invalid_text": ("invalid_string", "{message}"),
        "literal_error": ("invalid_enum_value", "Expected one of {expected}"),
        "enum": ("invalid_enum_value", "Expected one of {expected}"),
        "invalid_date": ("invalid_date", "{message}"),
        "too_many_lines": ("too_big", "{message}"),
        "metadata_too_big": ("too_big", "{message}"),
        "number_out_of_range": ("invalid_number", "{message}"),
        "conflict": ("conflict", "{message}"),
        "unsupported_currency": ("unsupported_currency", "{message}"),
        "page_size": ("invalid_number", "{message}"),
    }
)
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "string_type": "string",
        "bool_type": "boolean",
        "decimal_type": "number",
        "is_instance_of": "number",
        "list_type": "array",
        "dict_type": "object",
        "model_type": "object",
    }
)


def validation_failed(error: ValidationError, model: type[BaseModel]) -> ValidationFailed:
    """The answer to what does not fit `model`: at most 100 issues, and how many were found."""
    found = error.errors(include_url=False)
    return ValidationFailed.of([_issue(one, model) for one in found[:MAX_ISSUES]], total=len(found))


def _issue(found: Mapping[str, Any], model: type[BaseModel]) -> tuple[str, str, str]:
    path = ".".join(map(str, found["loc"]))
    if found["type"] == "extra_forbidden":
        return path, unknown_fields.unknown(model, found["loc"]), unknown_fields.CODE
    if found["type"] in TYPES:
        return path, f"Expected {TYPES[found['type']]}, received {json_type(found['input'])}", "invalid_type"
    code, message = ISSUES.get(found["type"], ("custom", "{message}"))
    context = found.get("ctx", {})
    words = WORDS.get(context.get("pattern", ""))
    return path, message.format(message=found["msg"], words=words, **context), code


def json_type(value: object) -> str:
    """What JSON calls the type of a value that the JSON reader made."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
