"""Commands for keys, over REST: what they ask, and how the answer reads."""

import json
from typing import Any

from typer.testing import CliRunner

from entrygo.cli.main import app
from tests.unit.cli.recorder import Recorder, server

__all__ = ["server"]

SECRET = "shpbndl_live_" + "n" * 43
KEY: dict[str, Any] = {
    "id": "key_1",
    "name": "WMS",
    "prefix": "shpbndl_live_nnnnnnnn",
    "mode": "live",
    "scopes": ["exports:plan", "read"],
    "warehouseId": None,
    "status": "usable",
    "createdBy": "key_0",
    "createdAt": "2026-03-11T16:10:00.000Z",
    "expiresAt": None,
    "revokedAt": None,
    "lastUsedAt": None,
}


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["keys", *arguments])
    assert result.exit_code == exit_code, result.output
    return result.output


def test_created_key_is_printed_alone_on_the_last_line(server: Recorder) -> None:
    server.answer = {**KEY, "secret": SECRET}
    said = run("create", "--name", "WMS", "--scope", "read", "--scope", "exports:plan", "--warehouse", "wh_1")
    assert said.splitlines()[-1] == SECRET
    [(path, key, body)] = server.asked
    assert (path, bool(key)) == ("/api/keys", True)
    assert (body["name"], body["scopes"], body["warehouseId"]) == ("WMS", ["read", "exports:plan"], "wh_1")


def test_key_whose_secret_was_in_a_lost_answer_is_not_printed_as_if_it_were_one(server: Recorder) -> None:
    # As the second attempt of a command is answered, the first of which had made the key.
    server.answer = {**KEY, "secret": None}
    said = run("create", "--scope", "read", exit_code=3)
    assert "None" not in said
    assert "revoke key_1" in said
    assert run("rotate", "key_1", "--json", exit_code=3).count("key_1") == 2


def test_list_shows_what_a_key_may_and_when_it_ends(server: Recorder) -> None:
    server.answer = {"data": [KEY], "hasMore": False, "nextCursor": None}
    said = run("list")
    for text in ("key_1", "WMS", "shpbndl_live_nnnnnnnn…", "exports:plan read", "any", "never"):
        assert text in said
    assert json.loads(run("list", "--json"))["data"] == [KEY]


def test_rotation_prints_the_new_key(server: Recorder) -> None:
    server.answer = {**KEY, "id": "key_2", "secret": SECRET}
    assert SECRET in run("rotate", "key_1", "--overlap-hours", "2")
    [(path, _, body)] = server.asked
    assert (path, body) == ("/api/keys/key_1/rotate", {"overlapHours": 2})


def test_mode_is_that_of_the_maker_unless_an_operator_says_otherwise(server: Recorder) -> None:
    result = CliRunner().invoke(app, ["keys", "create", "--scope", "read", "--mode", "test"])
    assert "leave --mode out" in str(result.exception.details)  # type: ignore[union-attr]
    assert server.asked == []


def test_list_shows_ids_whole_as_other_commands_take_them(server: Recorder) -> None:
    key = {
        **KEY,
        "id": "key_01m8q3h68mt9eppvepn84mkwtp",
        "name": "Clerk of the second warehouse",
        "scopes": ["exports:execute", "exports:plan", "orders:write", "read"],
        "warehouseId": "wh_01m8q3exytqa8w0nt0z0dkta59",
        "expiresAt": "2027-03-11T16:10:00.000Z",
        "lastUsedAt": "2026-03-12T08:00:00.000Z",
    }
    server.answer = {"data": [key], "hasMore": False, "nextCursor": None}
    said = run("list")
    for text in (key["id"], key["warehouseId"], "2026-03-11", "2027-03-11", "2026-03-12"):
        assert text in said
