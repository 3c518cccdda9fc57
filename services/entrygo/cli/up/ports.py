"""TCP ports on the loopback interface: which are free, and who has one that is not."""

import errno
import random
import socket
from collections.abc import Iterable, Mapping

import psutil

LOOPBACK = "127.0.0.1"
# Below the range that outgoing connections take theirs from, so that a restarted part finds its port free.
EMBEDDED_PORTS = range(20000, 32000)
ATTEMPTS = 200


class PortTaken(Exception):
    """A configured port cannot be had; the message says which setting moves it."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now (connections that are still closing do not count)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def pick_free(preferred: int, *, taken: frozenset[int], choose: random.Random) -> int:
    """`preferred` if it is free, otherwise another one for a part that nobody configured."""
    if preferred and preferred not in taken and is_free(preferred):
        return preferred
    for _ in range(ATTEMPTS):
        port = choose.choice(EMBEDDED_PORTS)
        if port not in taken and is_free(port):
            return port
    raise PortTaken(f"No free port between {EMBEDDED_PORTS.start} and {EMBEDDED_PORTS.stop}.")


def pick_many(
    preferred: Mapping[str, int], names: Iterable[str], *, taken: frozenset[int], choose: random.Random
) -> dict[str, int]:
    """A port for each name, as `pick_free` picks one."""
    picked: dict[str, int] = {}
    for name in names:
        others = taken | frozenset(picked.values())
        picked[name] = pick_free(preferred.get(name, 0), taken=others, choose=choose)
    return picked


def check_free(ports: Mapping[str, int], settings: Mapping[str, str]) -> None:
    """Refuse, naming every configured port that is taken or given twice."""
    problems = [
        *(_taken(port, settings[name]) for name, port in ports.items() if not is_free(port)),
        *_doubles(ports, settings),
    ]
    if problems:
        raise PortTaken("\n".join(problems))


def _taken(port: int, setting: str) -> str:
    return f"Port {port} is taken{holder_of(port)}. Set {setting} to another port, or end that process."


def _doubles(ports: Mapping[str, int], settings: Mapping[str, str]) -> list[str]:
    by_port: dict[int, list[str]] = {}
    for name, port in ports.items():
        by_port.setdefault(port, []).append(settings[name])
    return [
        f"Port {port} is given more than once: {', '.join(names)}."
        for port, names in by_port.items()
        if len(names) > 1
    ]


def holder_of(port: int) -> str:
    """` by pid 123 (name)`, where the system lets us see it."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:
        return ""
    for connection in connections:
        is_listener = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if is_listener and connection.pid:
            return f" by pid {connection.pid}{_name_of(connection.pid)}"
    return ""


def _name_of(pid: int) -> str:
    try:
        return f" ({' '.join(psutil.Process(pid).cmdline()[:4])})"
    except psutil.Error:
        return ""
