"""Who may import whom: the contracts of pyproject.toml, and the one home of each driver."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SOURCE_ROOTS, Source, written_modules

# A gRPC client of another part, or the port that one fills, is named so; the CLI is a client of everything.
CLIENTS = {"clients.py", "services.py", "owners.py", "sync_client.py"}


def _may_use_asyncpg(source: Source) -> bool:
    # The relay keeps a connection of its own; the CLI names the driver's errors to explain them.
    return source.is_store or source.portion in {"postgres", "messaging", "cli"}


def _may_use_aiokafka(source: Source) -> bool:
    return source.portion == "messaging"


def _may_use_grpc(source: Source) -> bool:
    # __main__ opens the channels that it hands to the clients.
    is_edge = (
        source.path.name in {"servicer.py", "__main__.py", *CLIENTS} or source.path.parent.name == "clients"
    )
    is_of_process = source.path.parent == Path("entrygo/process") and source.path.name in {
        "healthcheck.py",
        "rpc_credentials.py",
    }
    return is_edge or is_of_process or source.portion in {"rpc", "cli"}


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


def test_import_contracts_know_every_package() -> None:
    # A package that no contract names could import, and be imported by, anything.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [shared] = [contract for contract in settings["contracts"] if contract["id"] == "shared"]
    in_shared = _packages(ROOT / "shared")
    everywhere = set().union(*map(_packages, SOURCE_ROOTS))
    assert set(settings["root_packages"]) == everywhere
    assert (set(shared["source_modules"]), set(shared["forbidden_modules"])) == (
        in_shared,
        everywhere - in_shared,
    )


def _packages(root: Path) -> set[str]:
    """The packages of a source root that people write, as their imports name them."""
    return {f"entrygo.{path.parent.name}" for path in (root / "entrygo").glob("*/__init__.py")}


@pytest.mark.parametrize("driver", HOMES)
def test_driver_is_imported_at_home_only(driver: str) -> None:
    strangers = [
        f"{source.path}:{line}"
        for source in written_modules()
        if not HOMES[driver](source)
        for line, module in source.imports
        if module.split(".")[0] == driver
    ]
    assert strangers == []


def test_every_name_that_may_speak_grpc_is_a_modules() -> None:
    assert CLIENTS - {source.path.name for source in written_modules()} == set()


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
