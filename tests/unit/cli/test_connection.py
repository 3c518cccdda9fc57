"""Which server, key and account a command talks to."""

from pathlib import Path

import pytest

from entrygo.cli.connection import NotConfigured, find_target
from entrygo.cli.up.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    made.save_env(
        {
            "ENTRYGO_BASE_URL": "http://localhost:3391",
            "ENTRYGO_API_KEY": "key-of-home",
            "ENTRYGO_ACCOUNT_ID": "acc_home",
            "ENTRYGO_BROKER_ID": "br_home",
        }
    )
    return made


def test_target_is_that_of_the_home_when_the_environment_names_none(home: Home) -> None:
    target = find_target({"PATH": "/bin"}, home)
    assert (target.account_id, target.need("ENTRYGO_API_KEY")) == ("acc_home", "key-of-home")


def test_target_is_that_of_the_environment_when_it_names_one(home: Home) -> None:
    target = find_target({"ENTRYGO_API_KEY": "key-of-home", "ENTRYGO_BROKER_ID": "br_2"}, home)
    assert (target.account_id, target.need("ENTRYGO_BROKER_ID")) == ("acc_home", "br_2")


def test_target_takes_no_account_of_the_home_for_a_key_of_another(home: Home) -> None:
    target = find_target({"ENTRYGO_API_KEY": "key-of-another"}, home)
    assert target.need("ENTRYGO_BASE_URL") == "http://localhost:3391"
    with pytest.raises(NotConfigured, match="ENTRYGO_ACCOUNT_ID"):
        _ = target.account_id


def test_target_names_what_is_missing_when_nothing_is_set(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="ENTRYGO_API_KEY"):
        find_target({"PATH": "/bin"}, Home(tmp_path)).client()
