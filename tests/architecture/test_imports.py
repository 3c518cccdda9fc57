"""Who may import whom: the contracts of pyproject.toml, and the one home of each driver."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, Source, written_modules

# A gRPC client of another part is named so; the CLI is a client of everything.
CLIENTS = {"clients.py", "owners.py", "sync_client.py", "planning_client.py"}


def _may_use_asyncpg(source: Source) -> bool:
    # The relay listens on a connection of its own; the CLI names the driver's errors to explain them.
    return source.path.name == "store.py" or source.portion in {"postgres", "messaging", "cli"}


def _may_use_aiokafka(source: Source) -> bool:
    return source.portion == "messaging"


def _may_use_grpc(source: Source) -> bool:
    # __main__ opens the channels that it hands to the clients.
    is_edge = source.path.name in {"servicer.py", "__main__.py", *CLIENTS}
    return (
        is_edge or source.portion in {"rpc", "cli"} or source.path == Path("entrygo/process/healthcheck.py")
    )


HOMES: dict[str, Callable[[Source], bool]] = {
    "asyncpg": _may_use_asyncpg,
    "aiokafka": _may_use_aiokafka,
    "grpc": _may_use_grpc,
}


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("driver", HOMES)
def test_driver_is_imported_at_home_only(driver: str) -> None:
    strangers = [
        f"{source.path}:{line}"
        for source in written_modules()
        if not HOMES[driver](source)
        for line, module in source.imports()
        if module.split(".")[0] == driver
    ]
    assert strangers == []


def test_imports_stand_at_the_top_of_their_module() -> None:
    inner = [
        f"{source.path}:{node.lineno}"
        for source in written_modules()
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inner == []
