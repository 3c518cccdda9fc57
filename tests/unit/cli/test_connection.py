"""Which server, key and account a command talks to."""

from pathlib import Path

import pytest

from entrygo.cli.connection import RETRIES, NotConfigured, Target, find_target
from entrygo.cli.failures import explain
from entrygo.cli.up.home import Home
from entrygo_client import NoAnswer, ValidationFailed
from tests.harness.processes import free_port


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


def test_a_server_that_is_away_is_tried_again_and_then_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("entrygo_client._sync.transport.time.sleep", pauses.append)
    address = f"http://127.0.0.1:{free_port()}"
    target = Target({"ENTRYGO_BASE_URL": address, "ENTRYGO_API_KEY": "k"})
    with target.client() as entrygo, pytest.raises(NoAnswer, match=address):
        entrygo.system_health()
    assert len(pauses) == RETRIES


def test_what_is_away_and_what_is_wrong_are_explained_by_code(capsys: pytest.CaptureFixture[str]) -> None:
    explain(NoAnswer("No answer from http://x (refused)"), as_json=False)
    issue = {"path": "items[0].sku", "message": "Unknown SKU", "code": "unknown_product"}
    body = {"errorCode": "VALIDATION_ERROR", "message": "m", "details": {"issues": [issue]}}
    explain(ValidationFailed(400, body), as_json=False)
    said = capsys.readouterr().err
    assert "NO_ANSWER No answer from http://x (refused). Is it running?" in said
    assert "items[0].sku" in said
    assert "Unknown SKU" in said


def test_a_key_that_can_be_none_is_named_by_its_setting_and_not_shown() -> None:
    with pytest.raises(NotConfigured, match="ENTRYGO_API_KEY: the API key holds") as refused:
        Target({"ENTRYGO_API_KEY": "shpbndl_live_1é"}).client()
    assert "shpbndl" not in str(refused.value)
