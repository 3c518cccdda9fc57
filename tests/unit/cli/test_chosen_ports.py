"""Ports that nobody configured: kept while they are free, changed and named when another program has one."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrygo.cli.up.chosen_ports import ChosenPorts
from entrygo.cli.up.home import Home, State
from entrygo.cli.up.parts import Part, build_parts
from entrygo.cli.up.ports import is_free
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.replicas import SERVICES
from entrygo.cli.up.settings import UpSettings

MOVED = "is taken by pid"


class Start:
    """A start of one home with two replicas, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.settings = UpSettings(home=folder, replicas=2)
        self.home = Home(folder)
        self.home.prepare()
        self.said: list[str] = []
        self.ports = ChosenPorts(self.settings, self.home, self.said.append)

    def settled(self) -> State:
        state = self.ports.settle(self.home.load_state())
        self.home.save_state(state)
        return state

    def parts(self, state: State) -> dict[str, Part]:
        postgres = Postgres(self.home, state.postgres_password)
        return {part.name: part for part in build_parts(self.settings, self.home, state, postgres)}

    def scraped(self) -> set[str]:
        return {
            target for each in json.loads(self.home.metrics_file.read_text()) for target in each["targets"]
        }


@pytest.fixture
def start(tmp_path: Path) -> Start:
    return Start(tmp_path)


@pytest.fixture
def other_program() -> Iterator[socket.socket]:
    with socket.socket() as server:
        yield server


def take(server: socket.socket, port: int) -> None:
    server.bind(("127.0.0.1", port))
    server.listen()


def test_next_start_keeps_every_port_that_is_free(start: Start) -> None:
    assert start.settled() == start.settled()
    assert start.said == []


@pytest.mark.parametrize("name", ["broker", "smtp", "sync-2", "metrics of planning"])
def test_next_start_says_which_port_is_taken_and_has_another(
    start: Start, other_program: socket.socket, name: str
) -> None:
    def port_of(state: State) -> int:
        known = {"broker": state.broker_port, "smtp": state.smtp_port, **state.replica_ports}
        metrics = {f"metrics of {name}": port for name, port in state.metrics_ports.items()}
        return {**known, **metrics}[name]

    before = port_of(start.settled())
    take(other_program, before)
    after = port_of(start.settled())
    [line] = start.said
    assert line.startswith(f"port {before} of {name} {MOVED} {os.getpid()} ")
    assert line.endswith(f": it gets {after}")
    assert is_free(after)


def test_part_whose_metrics_port_was_taken_before_it_started_is_given_another(
    start: Start, other_program: socket.socket
) -> None:
    state = start.settled()
    planning = start.parts(state)["planning"]
    before = state.metrics_ports["planning"]
    take(other_program, before)
    renewed = start.ports.renew(planning)
    after = int(renewed.environment["ENTRYGO_METRICS_PORT"])
    assert is_free(after)
    assert after not in state.metrics_ports.values()
    assert renewed.environment["ENTRYGO_PLANNING_PORT"] == planning.environment["ENTRYGO_PLANNING_PORT"]
    assert MOVED in start.said[0]
    assert start.home.load_state().metrics_ports == {**state.metrics_ports, "planning": after}
    assert f"127.0.0.1:{after}" in start.scraped()
    assert f"127.0.0.1:{before}" not in start.scraped()


def test_parts_whose_ports_are_free_start_as_they_were_given(start: Start) -> None:
    parts = start.parts(start.settled())
    for name in ("postgres", "broker", *SERVICES, "gateway"):
        assert start.ports.renew(parts[name]) is parts[name]
    assert start.said == []
