"""Every command can answer a program: one JSON document on stdout."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from entrygo.cli.main import COMMANDS, app, command_of
from tests.unit.cli.recorder import Recorder, server

__all__ = ["server"]

# They speak to programs as it is.
SPEAK_OTHERWISE = frozenset({"archive show", "mcp"})


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The commands below a group, by what one types."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from commands(f"{name} {word}", inner)


GROUPS = {word: command_of(word) for word in COMMANDS}
ALL = {name: command for word, group in GROUPS.items() for name, command in commands(word, group)}

# How each that asks the gateway is run; what it answers is the server's.
PAGE: dict[str, Any] = {"data": [], "hasMore": False, "nextCursor": None}
CHANGED = {
    "id": "wh_1",
    "status": "enabled",
    "secret": "whsec_x",
    "queued": 1,
    "eventId": "evt_1",
    "deleted": True,
}
ASKED: dict[str, tuple[list[str], dict[str, Any]]] = {
    "export list": ([], PAGE),
    "export events": ([], {**PAGE, "nextCursor": "c"}),
    "export cancel": (["batch_1"], {"exportId": "batch_1", "status": "CANCELLED"}),
    "webhooks list": ([], PAGE),
    "webhooks add": (["https://x.example"], CHANGED),
    "webhooks rotate": (["wh_1"], CHANGED),
    "webhooks enable": (["wh_1"], CHANGED),
    "webhooks disable": (["wh_1"], CHANGED),
    "webhooks delete": (["wh_1"], CHANGED),
    "webhooks replay": (["wh_1", "--from", "2026-03-11T16:00:00Z"], CHANGED),
    "webhooks test": (["wh_1"], CHANGED),
    "brokers test": (["b"], {"data": [{"id": "b", "externalId": "b"}], "hasMore": False, "outcome": "sent"}),
    "webhooks deliveries": (["wh_1"], PAGE),
    "warehouses show": ([], PAGE),
    "brokers show": ([], PAGE),
    "importers show": ([], PAGE),
    "importers export": (["importers.csv"], PAGE),
    "entries export": (["entries.csv"], PAGE),
    "entries show": ([], PAGE),
    "entries close": (["batch_1", "task_1", "--note", "seen"], {"outcome": {"openTasks": 0}}),
    "keys list": ([], PAGE),
    "products template": (["products.csv"], {}),
    "orders import": (["orders.csv"], {"data": [{"id": "ord_1"}]}),
    "products import": (["catalogue.csv"], {"data": [{"id": "prod_1"}]}),
}  # fmt: skip


@pytest.mark.parametrize("group", ["archive", "restore", "mcp"])
def test_what_parts_log_on_the_way_is_not_in_the_answer(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command_of(group)
    structlog.get_logger().warning("objects.missing")
    said = capsys.readouterr()
    assert said.out == ""
    assert "objects.missing" in said.err


@pytest.mark.parametrize("name", ALL)
def test_a_command_takes_json(name: str) -> None:
    takes = any("--json" in parameter.opts for parameter in ALL[name].params)
    assert takes != (name in SPEAK_OTHERWISE)


@pytest.mark.parametrize("name", ASKED)
def test_a_command_prints_one_json_document_and_nothing_else(
    name: str, server: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(
        "order_id,ship_to_country,ship_to_state,ship_to_zip,sku,quantity,unit_price_usd\nSO-1,US,CA,94105,C,1,35\n",
        encoding="utf-8",
    )
    Path("catalogue.csv").write_text("sku,name\nCAP,Cap\n", encoding="utf-8")
    arguments, server.answer = ASKED[name]
    result = CliRunner().invoke(app, [*name.split(), *arguments, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) is not None


def test_quiet_leaves_the_document_alone(server: Recorder) -> None:
    server.answer = {**PAGE, "nextCursor": "c"}
    result = CliRunner().invoke(app, ["--quiet", "export", "events"])
    assert result.stderr == ""
    assert "go on" in CliRunner().invoke(app, ["export", "events"]).stderr
