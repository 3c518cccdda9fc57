"""The guard of generated code sees each way in which a tree can be stale."""

from pathlib import Path

import pytest
from scripts.check_generated import differences


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    fresh, checked_in = tmp_path / "fresh", tmp_path / "checked_in"
    for folder in (fresh, checked_in):
        folder.mkdir()
        (folder / "a_pb2.py").write_text("same")
    return fresh, checked_in


def test_generated_code_is_current_when_every_file_is_equal(folders: tuple[Path, Path]) -> None:
    fresh, checked_in = folders
    (checked_in / "__pycache__").mkdir()
    (checked_in / "__pycache__" / "a_pb2.pyc").write_text("left by running it")
    assert differences(fresh, checked_in) == []


def test_generated_code_is_stale_when_a_file_differs_is_missing_or_left_over(
    folders: tuple[Path, Path],
) -> None:
    fresh, checked_in = folders
    (fresh / "a_pb2.py").write_text("other")
    (fresh / "b_pb2.py").write_text("new")
    (checked_in / "c_pb2.py").write_text("old")
    assert differences(fresh, checked_in) == [
        "entrygo/proto/a_pb2.py: different",
        "entrygo/proto/b_pb2.py: missing",
        "entrygo/proto/c_pb2.py: left over",
    ]
