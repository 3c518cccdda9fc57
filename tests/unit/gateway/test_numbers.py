"""What a number in a body may cost: its text is short, what it stands for need not be."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, TypeAdapter

from entrygo.gateway.routes import ENDPOINTS

EXPORT = "/api/exports/batch_123"
BODIES = {f"{each.method} {each.path}": each.body for each in ENDPOINTS if each.body is not None}


def kinds(schema: object) -> Iterator[str]:
    """Every type that a core schema of pydantic has in it."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("type"), str):
            yield schema["type"]
        for each in schema.values():
            yield from kinds(each)
    elif isinstance(schema, list | tuple):
        for each in schema:
            yield from kinds(each)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_field_of_a_body_writes_a_number_out(body: type[BaseModel]) -> None:
    # Read as `int`, 1e99999999 becomes a hundred million digits before anything asks how large it is.
    found = set(kinds(TypeAdapter(body).core_schema))
    assert not found & {"int", "float"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("broker-submissions", '{"reason": "a bounce", "entry": %s}'),
        ("broker-answer", '{"outcome": "arrived", "notedBy": "A", "note": "by phone", "entry": %s}'),
    ],
)
@pytest.mark.parametrize("number", ["1e99", "-1e99", "1e-99", "0", "1000", "true", '"1"'])
async def test_an_entry_is_a_small_whole_number(
    client: httpx.AsyncClient, path: str, body: str, number: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post(f"{EXPORT}/{path}", content=body % number, headers=headers)
    issues: list[Any] = answer.json()["details"]["issues"]
    assert (answer.status_code, [each["path"] for each in issues]) == (400, ["entry"])
