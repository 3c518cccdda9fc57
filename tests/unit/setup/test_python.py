"""Which Python `make setup` takes where nobody names one."""

import os
import subprocess
import sys
from pathlib import Path

CHOOSE = Path("scripts/python.sh").resolve()
# Interpreters as the script sees them: each is asked one question.
YES, NO = "#!/bin/sh\nexit 0\n", "#!/bin/sh\nexit 1\n"


def chosen(folder: Path, shells: str, distributions: Path) -> str:
    """What is printed where `python3` answers so, and the distribution's Python is that file."""
    _program(folder / "python3", shells)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run([CHOOSE, distributions], env={"PATH": path}, capture_output=True, check=True)
    return said.stdout.decode().strip()


def _program(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)
    return file


def test_a_python_that_was_built_by_profile_is_taken_as_it_is(tmp_path: Path) -> None:
    assert chosen(tmp_path, YES, Path(sys.executable)) == "python3"


def test_the_distributions_is_taken_instead_of_a_plain_build(tmp_path: Path) -> None:
    assert chosen(tmp_path, NO, Path(sys.executable)) == sys.executable


def test_a_plain_build_is_taken_where_the_distributions_is_too_old_or_not_whole(tmp_path: Path) -> None:
    assert chosen(tmp_path, NO, _program(tmp_path / "distributions", NO)) == "python3"


def test_a_plain_build_is_taken_where_the_distribution_has_none(tmp_path: Path) -> None:
    assert chosen(tmp_path, NO, tmp_path / "none") == "python3"
