"""A setting that cannot be used is named as it is set, with what it should hold, and without its value."""

import pytest
from pydantic_settings import BaseSettings

from entrygo.execution.settings import Settings as ExecutionSettings
from entrygo.gateway.settings import GatewaySettings
from entrygo.process.refusals import read_or_exit
from entrygo.sync.settings import Settings as SyncSettings

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
