"""A part's log stays within bounds while the part goes on writing to it."""

from pathlib import Path

from entrygo.cli.up.log_files import rotate


def test_full_log_is_put_aside_and_its_writer_goes_on_in_the_same_file(tmp_path: Path) -> None:
    log = tmp_path / "sync.log"
    with log.open("ab", buffering=0) as part:
        part.write(b"first\n" * 10)
        assert rotate(log, max_bytes=20)
        part.write(b"second\n")
    assert log.read_bytes() == b"second\n"
    assert (tmp_path / "sync.log.1").read_bytes() == b"first\n" * 10


def test_log_with_room_left_stays_as_it_is(tmp_path: Path) -> None:
    log = tmp_path / "sync.log"
    log.write_text("first\n")
    assert not rotate(log, max_bytes=20)
    assert not rotate(tmp_path / "missing.log", max_bytes=20)
    assert [file.name for file in tmp_path.iterdir()] == ["sync.log"]


def test_what_was_put_aside_is_its_owners_alone(tmp_path: Path) -> None:
    log = tmp_path / "sync.log"
    log.write_text("first\n" * 10)
    rotate(log, max_bytes=20)
    assert (tmp_path / "sync.log.1").stat().st_mode & 0o777 == 0o600
