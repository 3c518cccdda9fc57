"""`entrygo` is one namespace over three folders: what would hide one of them, and what the wheel holds."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SERVICES, SOURCE_ROOTS

BANNED_NAMES = {"utils", "helpers", "common", "core"}


@pytest.mark.parametrize("root", SOURCE_ROOTS, ids=lambda root: str(root.name))
def test_namespace_folder_has_no_init(root: Path) -> None:
    # One would hide the other two folders in development, while the built wheel still works.
    assert not (root / "__init__.py").exists()
    assert not (root / "entrygo" / "__init__.py").exists()


@pytest.mark.parametrize("root", SOURCE_ROOTS, ids=lambda root: str(root.name))
def test_namespace_folder_holds_packages_only(root: Path) -> None:
    folders = [path for path in root.iterdir() if path.is_dir() and not _is_cache(path.relative_to(root))]
    assert [path.name for path in folders] == ["entrygo"]
    inside = (path for path in (root / "entrygo").iterdir() if not _is_cache(path.relative_to(root)))
    packages = [path for path in inside if path.name != "proto"]
    assert [path.name for path in packages if not (path / "__init__.py").is_file()] == []


def test_shared_modules_are_named_for_what_they_do() -> None:
    shared = ROOT / "shared" / "entrygo"
    names = [path.relative_to(shared) for path in shared.rglob("*") if path.stem in BANNED_NAMES]
    assert [path for path in names if path.parts[0] != "proto"] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names inside the built wheel; its build backend lies in uv's cache since we were installed."""
    out = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    built = subprocess.run(
        [
            str(uv),
            "build",
            "--wheel",
            "--quiet",
            "--python",
            sys.executable,
            "--out-dir",
            str(out),
            str(ROOT),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [archive] = out.glob("*.whl")
    return set(zipfile.ZipFile(archive).namelist())


def test_wheel_holds_every_file_of_the_source_roots(wheel: set[str]) -> None:
    expected = {
        str(path.relative_to(root))
        for root in SOURCE_ROOTS
        for path in (root / "entrygo").rglob("*")
        if path.is_file() and not _is_cache(path.relative_to(root))
    }
    assert expected - wheel == set()


def test_wheel_installs_nothing_beside_entrygo(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"entrygo"}


@pytest.mark.parametrize("part", [*SERVICES, "gateway"])
def test_wheel_can_run_every_process(wheel: set[str], part: str) -> None:
    assert f"entrygo/{part}/__main__.py" in wheel


def _is_cache(path: Path) -> bool:
    """What running or linting the code leaves."""
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)
