"""The embedded PostgreSQL's paths and what it recognises; its running is shown end to end."""

import os
from pathlib import Path

from entrygo.cli.up.home import Home
from entrygo.cli.up.postgres import LONGEST_SOCKET_PATH, Postgres, socket_folder


def home_with_data(folder: Path, status: str) -> Home:
    home = Home(folder)
    home.prepare()
    home.postgres_data.mkdir()
    (home.postgres_data / "postmaster.pid").write_text(status)
    return home


def test_socket_lies_in_the_home_when_its_path_is_short() -> None:
    home = Home(Path("/srv/entrygo"))
    assert socket_folder(home) == home.sockets


def test_socket_lies_elsewhere_when_the_home_is_deep() -> None:
    folder = socket_folder(Home(Path("/srv") / ("deep/" * 30)))
    assert len(str(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
    assert folder != socket_folder(Home(Path("/srv") / ("deep/" * 31)))


def test_remains_are_cleared_when_the_pid_belongs_to_another_program_by_now(tmp_path: Path) -> None:
    home = home_with_data(tmp_path, f"{os.getpid()}\n{tmp_path}\n")
    Postgres(home, "x").clear_remains()
    assert not (home.postgres_data / "postmaster.pid").exists()


def test_remains_are_left_to_the_server_when_the_process_is_gone(tmp_path: Path) -> None:
    home = home_with_data(tmp_path, f"{2**22 + 1}\n{tmp_path}\n")
    Postgres(home, "x").clear_remains()
    assert (home.postgres_data / "postmaster.pid").exists()


async def test_server_is_ready_when_its_status_line_says_so(tmp_path: Path) -> None:
    lines = ["123", str(tmp_path), "1", "5432", "/run", "", "0 0"]
    starting = Postgres(home_with_data(tmp_path / "a", "\n".join([*lines, "starting"])), "x")
    ready = Postgres(home_with_data(tmp_path / "b", "\n".join([*lines, "ready   "])), "x")
    assert not await starting.is_ready()
    assert await ready.is_ready()
    assert not await Postgres(Home(tmp_path / "c"), "x").is_ready()
