"""The folder of one system: lock, secrets, env file."""

import itertools
import stat
from pathlib import Path

import pytest

from entrygo.cli.up.home import AlreadyRunning, Home, RunReport


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def test_lock_refuses_a_second_holder_and_is_free_afterwards(home: Home) -> None:
    with home.lock(), pytest.raises(AlreadyRunning, match=str(home.root)), Home(home.root).lock():
        pass
    with Home(home.root).lock():
        pass


def test_state_keeps_its_secrets_from_start_to_start(home: Home) -> None:
    numbers = itertools.count()
    first = home.load_state(lambda: f"secret-{next(numbers)}")
    home.save_state(first)
    assert len({first.postgres_password, first.service_token, first.link_secret}) == 3
    assert home.load_state() == first


def test_a_home_of_an_earlier_release_gets_the_secret_that_it_lacks(home: Home) -> None:
    home.state_file.write_text('{"postgres_password": "p", "service_token": "t"}')
    state = home.load_state(lambda: "new")
    assert (state.postgres_password, state.service_token, state.link_secret) == ("p", "t", "new")


def test_a_home_of_an_earlier_release_gets_a_password_for_each_service(home: Home) -> None:
    earlier = '{"postgres_password": "p", "service_token": "t", "login_passwords": {"sync": "s"}}'
    home.state_file.write_text(earlier)
    numbers = itertools.count()
    state = home.load_state(lambda: f"new-{next(numbers)}")
    assert state.login_passwords["sync"] == "s"
    assert sorted(state.login_passwords) == ["execution", "inspection", "planning", "sync"]
    assert len({*state.login_passwords.values(), state.link_secret}) == 5


def test_folders_of_a_home_are_closed_also_those_of_an_earlier_release(home: Home) -> None:
    for folder in (home.logs, home.mail, home.artifacts):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    home.prepare()
    assert {folder.stat().st_mode & 0o777 for folder in (home.logs, home.mail, home.artifacts)} == {0o700}


def test_files_with_secrets_are_readable_by_the_owner_alone(home: Home) -> None:
    home.save_state(home.load_state())
    home.save_env({"ENTRYGO_API_KEY": "shpbndl_live_x"})
    assert mode_of(home.state_file) == 0o600
    assert mode_of(home.env_file) == 0o600
    assert mode_of(home.mail) == 0o700


def test_env_file_reads_back_what_was_written_as_export_lines(home: Home) -> None:
    values = {"ENTRYGO_BASE_URL": "http://localhost:3000", "ENTRYGO_ACCOUNT_ID": "acc_123"}
    home.save_env(values)
    assert home.env_file.read_text().splitlines()[0] == 'export ENTRYGO_BASE_URL="http://localhost:3000"'
    assert home.load_env() == values


def test_load_run_is_none_when_the_file_is_of_another_kind(home: Home) -> None:
    home.run_file.write_text('{"supervisor": 1}')
    assert home.load_run() is None


def test_load_run_is_none_when_nothing_ran(home: Home) -> None:
    loaded: RunReport | None = home.load_run()
    assert loaded is None
