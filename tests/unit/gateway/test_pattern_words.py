"""A text of another form is refused with the form that it should have had."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from entrygo.gateway.pydantic_issues import validation_failed
from entrygo.gateway.routes import ENDPOINTS
from entrygo.gateway.schemas.exports import ExecuteBody
from entrygo.requests import texts
from entrygo.requests.forms import WORDS


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern in a schema, which a body or a query is refused by."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


def test_every_pattern_of_a_request_has_words() -> None:
    models = [model for each in ENDPOINTS for model in (each.body, each.query) if model is not None]
    found = {pattern for model in models for pattern in patterns(model.model_json_schema())}
    assert found - WORDS.keys() <= {texts.PLAN_HASH}  # by a check of its own


def test_a_port_that_is_none_is_told_what_one_is() -> None:
    body = {"accountId": "acc_1", "batchId": "batch_1", "trip": {"borderPort": "Blaine"}}
    with pytest.raises(ValidationError) as raised:
        ExecuteBody.model_validate(body)
    [issue] = (validation_failed(raised.value, ExecuteBody).details or {})["issues"]
    assert issue["message"] == "Expected the Schedule D code of a port: four digits"
