"""Ports: which are free, and a refusal that says what to do."""

import os
import random
import socket
from collections.abc import Iterator

import pytest

from entrygo.cli.up.ports import EMBEDDED_PORTS, PortTaken, check_free, is_free, pick_free
from entrygo.cli.up.settings import PORT_SETTINGS, UpSettings

SETTINGS = {"gateway": "ENTRYGO_GATEWAY_PORT", "sync": "ENTRYGO_SYNC_PORT"}


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    return pick_free(0, taken=frozenset(), choose=random.Random())


def test_check_free_names_port_setting_and_process_when_taken(taken_port: int) -> None:
    with pytest.raises(PortTaken) as raised:
        check_free({"gateway": taken_port}, SETTINGS)
    assert f"Port {taken_port} is taken by pid {os.getpid()}" in str(raised.value)
    assert "ENTRYGO_GATEWAY_PORT" in str(raised.value)


def test_check_free_names_both_settings_when_one_port_is_given_twice() -> None:
    port = free_port()
    with pytest.raises(PortTaken, match="ENTRYGO_GATEWAY_PORT, ENTRYGO_SYNC_PORT"):
        check_free({"gateway": port, "sync": port}, SETTINGS)


def test_check_free_accepts_free_ports() -> None:
    check_free({"gateway": free_port()}, SETTINGS)


def test_pick_free_keeps_the_port_of_the_last_start_when_it_is_free() -> None:
    port = free_port()
    assert pick_free(port, taken=frozenset(), choose=random.Random()) == port


def test_pick_free_chooses_another_when_the_port_is_taken_by_now(taken_port: int) -> None:
    port = pick_free(taken_port, taken=frozenset(), choose=random.Random())
    assert port != taken_port
    assert is_free(port)


def test_pick_free_avoids_ports_that_were_configured() -> None:
    port = free_port()
    assert pick_free(port, taken=frozenset({port}), choose=random.Random()) != port


@pytest.mark.parametrize("name", PORT_SETTINGS)
def test_default_ports_are_none_that_outgoing_connections_or_embedded_parts_take(
    name: str,
) -> None:
    port = UpSettings.model_fields[f"{name}_port"].default
    # Linux gives outgoing connections 32768 and above; macOS 49152 and above.
    assert port < 32768
    assert port not in EMBEDDED_PORTS
