"""A setting that cannot be used is named as it is set, with what it should hold, and without its value."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from entrygo.cli.up.settings import UpSettings
from entrygo.execution.settings import Settings as ExecutionSettings
from entrygo.gateway.settings import GatewaySettings
from entrygo.inspection.settings import Settings as InspectionSettings
from entrygo.planning.settings import Settings as PlanningSettings
from entrygo.process.refusals import read_or_exit, refusals
from entrygo.sync.settings import Settings as SyncSettings
from tests.harness.certificates import Authority

WRONG = "wrong-and-secret"


@pytest.mark.parametrize(
    ("settings", "variable", "value"),
    [
        (SyncSettings, "ENTRYGO_POOL_SIZE", WRONG),
        (SyncSettings, "ENTRYGO_LOG_LEVEL", WRONG),
        (SyncSettings, "ENTRYGO_KAFKA_PARTITIONS", WRONG),
        (SyncSettings, "ENTRYGO_METRICS_PORT", WRONG),
        (SyncSettings, "ENTRYGO_DATABASE_URL", WRONG),
        (SyncSettings, "ENTRYGO_SYNC_DATABASE_URL", "mysql://u:wrong-and-secret@host/entrygo"),
        (SyncSettings, "ENTRYGO_IDENTITY_DATABASE_URL", WRONG),
        (SyncSettings, "ENTRYGO_IDEMPOTENCY_KEEP_DAYS", "99999999999"),
        (ExecutionSettings, "ENTRYGO_EXECUTION_PORT", "99999999999"),
        (ExecutionSettings, "ENTRYGO_MAIL_FROM", WRONG),
        (ExecutionSettings, "ENTRYGO_LINK_SECRET", WRONG),
        (ExecutionSettings, "ENTRYGO_BROKER_RETRY_SECONDS", WRONG),
        (ExecutionSettings, "ENTRYGO_BROKER_RETRY_SECONDS", "[-5]"),
        (ExecutionSettings, "ENTRYGO_DELIVERY_POOL_SIZE", WRONG),
        (ExecutionSettings, "ENTRYGO_ARTIFACTS_URL", WRONG),
        (ExecutionSettings, "ENTRYGO_ARTIFACTS_URL", "file://wrong-and-secret/entrygo"),
        (ExecutionSettings, "ENTRYGO_ARTIFACTS_URL", "ftp://wrong-and-secret/entrygo"),
        (GatewaySettings, "ENTRYGO_MAX_BODY_BYTES", "8MB"),
        (GatewaySettings, "ENTRYGO_TRUSTED_PROXIES", WRONG),
        (GatewaySettings, "ENTRYGO_GATEWAY_CERT_FILE", "/wrong-and-secret"),
        (SyncSettings, "ENTRYGO_LOG_FILE", "/wrong-and-secret/file.log"),
        (SyncSettings, "ENTRYGO_BIND_HOST", WRONG),
        (SyncSettings, "ENTRYGO_OTLP_ENDPOINT", WRONG),
        (SyncSettings, "ENTRYGO_OTLP_ENDPOINT", "wrong-and-secret:4318"),
        (SyncSettings, "ENTRYGO_KAFKA_CA_FILE", "/wrong-and-secret"),
        (SyncSettings, "ENTRYGO_RPC_CLIENT_CA_FILE", "/wrong-and-secret"),
        (PlanningSettings, "ENTRYGO_SYNC_TARGET", WRONG),
        (PlanningSettings, "ENTRYGO_SYNC_TARGET", "wrong-and-secret:50051,wrong-and-secret"),
        (PlanningSettings, "ENTRYGO_SYNC_TARGET", "wrong-and-secret:0"),
        (PlanningSettings, "ENTRYGO_SYNC_TARGET", "wrong-and-secret:50051,127.0.0.1:50051"),
        (PlanningSettings, "ENTRYGO_SYNC_TARGET", "127.0.0.1:50051,[::1]:50051"),
        (InspectionSettings, "ENTRYGO_WEBHOOK_CA_FILE", "/wrong-and-secret"),
        (ExecutionSettings, "ENTRYGO_SMTP_CA_FILE", "/wrong-and-secret"),
        (ExecutionSettings, "ENTRYGO_BROKER_CA_FILE", __file__),
        (ExecutionSettings, "ENTRYGO_BROKER_CREDENTIALS_FILE", "/wrong-and-secret"),
        (ExecutionSettings, "ENTRYGO_BROKER_CREDENTIALS", WRONG),
        (GatewaySettings, "ENTRYGO_GATEWAY_HOST", "203.0.113.7"),
    ],
)
def test_a_process_names_the_setting_that_it_cannot_use(
    settings: type[BaseSettings], variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as ended:
        read_or_exit(settings)
    said = str(ended.value)
    assert said.startswith(variable)
    assert len(said.splitlines()) == 1
    assert WRONG not in said


def test_a_default_that_follows_from_a_wrong_setting_is_not_named_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENTRYGO_GATEWAY_PORT", WRONG)
    with pytest.raises(ValidationError) as refused:
        UpSettings()
    [said] = refusals(refused.value)
    assert said.startswith("ENTRYGO_GATEWAY_PORT: ")


def test_everything_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (
        "ENTRYGO_LOG_LEVEL", "ENTRYGO_KAFKA_PARTITIONS", "ENTRYGO_RPC_CLIENT_CA_FILE", "ENTRYGO_SMTP_CA_FILE",
        "ENTRYGO_EXECUTION_PORT", "ENTRYGO_SYNC_TARGET", "ENTRYGO_BROKER_RETRY_SECONDS",
    )  # fmt: skip
    for variable in wrong:
        monkeypatch.setenv(variable, WRONG)
    with pytest.raises(SystemExit) as ended:
        read_or_exit(ExecutionSettings)
    said = str(ended.value)
    assert sorted(line.partition(":")[0] for line in said.splitlines()) == sorted(wrong)
    assert WRONG not in said


@pytest.mark.parametrize("settings", [GatewaySettings, SyncSettings, ExecutionSettings])
def test_a_certificate_whose_key_is_another_is_refused(
    settings: type[BaseSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    own, other = authority.files("sync.entrygo.test"), authority.files("other.entrygo.test")
    prefix = "ENTRYGO_GATEWAY" if settings is GatewaySettings else "ENTRYGO_RPC_SERVER"
    monkeypatch.setenv(f"{prefix}_CERT_FILE", str(own.cert_file))
    monkeypatch.setenv(f"{prefix}_KEY_FILE", str(own.key_file))
    read_or_exit(settings)
    monkeypatch.setenv(f"{prefix}_KEY_FILE", str(other.key_file))
    with pytest.raises(SystemExit, match=rf"^{prefix}_CERT_FILE: expected a certificate in PEM, and its key"):
        read_or_exit(settings)
    monkeypatch.setenv(f"{prefix}_KEY_FILE", "/wrong-and-secret")
    with pytest.raises(SystemExit, match=rf"^{prefix}_CERT_FILE: the certificate or its key cannot be read"):
        read_or_exit(settings)


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.7", ""])
def test_metrics_are_offered_at_an_address_of_this_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_METRICS_HOST", host)
    assert read_or_exit(SyncSettings).metrics.port == 0, "nobody is to find them anywhere"
    monkeypatch.setenv("ENTRYGO_METRICS_PORT", "9464")
    with pytest.raises(SystemExit, match=r"^ENTRYGO_METRICS_HOST: expected an address of this machine"):
        read_or_exit(SyncSettings)


@pytest.mark.parametrize(
    "target", ["sync:50051", "127.0.0.1:1, localhost:65535", "dns:///sync.warehouse:50051", "unix:/run/sync"]
)
def test_targets_that_grpc_can_reach_are_taken(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_SYNC_TARGET", target)
    assert read_or_exit(PlanningSettings).sync_target == target


def test_variables_that_are_set_to_nothing_name_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    files = ("KAFKA_CA", "KAFKA_CERT", "KAFKA_KEY", "SMTP_CA", "BROKER_CA", "BROKER_CREDENTIALS")
    for variable in files:
        monkeypatch.setenv(f"ENTRYGO_{variable}_FILE", "")
    monkeypatch.setenv("ENTRYGO_BROKER_CREDENTIALS", "")
    read_or_exit(ExecutionSettings)


def test_settings_that_can_be_used_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_POOL_SIZE", "7")
    assert read_or_exit(SyncSettings).pool_size == 7


@pytest.mark.parametrize(
    "url", ["", "file:///var/lib/entrygo", "s3://bucket/path", "gs://bucket", "az://container"]
)
def test_stores_of_documents_that_the_settings_page_names_are_taken(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_ARTIFACTS_URL", url)
    assert read_or_exit(ExecutionSettings).storage.artifacts_url == url
