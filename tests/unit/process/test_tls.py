"""What is read of certificates, and which words refuse them before anything is opened."""

import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from entrygo.cli.doctor.certificates import transport_checks
from entrygo.cli.doctor.findings import Finding, Level, run_checks
from entrygo.messaging.kafka import client_options
from entrygo.process.rpc_credentials import channel_credentials, server_credentials
from entrygo.process.settings import KafkaSettings, RpcClientSettings, RpcServerTlsSettings
from entrygo.process.tls import CertificateRefused, read_pair
from tests.harness.certificates import Authority, Files

NAME = "sync.entrygo.test"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def server_of(files: Files) -> RpcServerTlsSettings:
    return RpcServerTlsSettings(cert_file=files.cert_file, key_file=files.key_file)


def test_nothing_is_encrypted_where_nothing_is_named() -> None:
    assert server_credentials(RpcServerTlsSettings()) is None
    assert channel_credentials(RpcClientSettings()) is None


def test_expired_certificate_is_refused_with_its_file_and_time(authority: Authority) -> None:
    over = authority.files(NAME, expires=datetime.datetime(2020, 1, 2, 3, 4, tzinfo=datetime.UTC))
    with pytest.raises(CertificateRefused, match=rf"{NAME}\.pem expired at 2020-01-02 03:04 UTC\."):
        server_credentials(server_of(over))


def test_certificate_of_tomorrow_is_refused(authority: Authority) -> None:
    yesterday = datetime.datetime(1999, 1, 1, tzinfo=datetime.UTC)
    with pytest.raises(CertificateRefused, match="is not valid before"):
        read_pair(server_of(authority.files(NAME)), now=yesterday)


def test_key_of_another_certificate_is_refused(authority: Authority) -> None:
    own, other = authority.files(NAME), authority.files("other.entrygo.test")
    with pytest.raises(CertificateRefused, match=r"other\.entrygo\.test\.key is not the key of"):
        read_pair(server_of(Files(own.cert_file, other.key_file)))


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "cannot be read"), ("no certificate", "holds no certificate in PEM")]
)
def test_file_that_is_no_certificate_is_named(tmp_path: Path, content: str | None, reason: str) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CertificateRefused, match=rf"ca\.pem {reason}"):
        channel_credentials(RpcClientSettings(ca_file=file))


def test_key_with_a_password_is_refused(authority: Authority, tmp_path: Path) -> None:
    files = authority.files(NAME)
    kind = "ENCRYPTED PRIVATE KEY"
    files.key_file.write_text(f"-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----")
    with pytest.raises(CertificateRefused, match="holds no key in PEM that needs no password"):
        read_pair(server_of(files))


@pytest.mark.parametrize(
    ("settings", "values", "reason"),
    [
        (RpcServerTlsSettings, {"cert_file": "a"}, "ENTRYGO_RPC_SERVER_CERT_FILE and ENTRYGO_RPC_SERVER_KEY"),
        (RpcServerTlsSettings, {"client_ca_file": "a"}, "needs ENTRYGO_RPC_SERVER_CERT_FILE"),
        (RpcClientSettings, {"server_name": "a"}, "needs ENTRYGO_RPC_CLIENT_CA_FILE"),
        (KafkaSettings, {"security_protocol": "SASL_SSL"}, "SASL needs ENTRYGO_KAFKA_USERNAME"),
    ],
)
def test_half_of_a_setting_is_refused(
    settings: type[BaseSettings], values: dict[str, str], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        settings.model_validate(values)


def test_kafka_is_met_with_the_authority_the_certificate_and_the_user_that_are_named(
    authority: Authority,
) -> None:
    files = authority.files("planning.entrygo.test")
    options = client_options(
        KafkaSettings(
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            username="planning",
            password=SecretStr("a password"),
            ca_file=authority.file,
            cert_file=files.cert_file,
            key_file=files.key_file,
        )
    )
    context = options["ssl_context"]
    assert (context.check_hostname, len(context.get_ca_certs())) == (True, 1)
    assert (options["security_protocol"], options["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("planning", "a password")


async def found(subject: str, database_url: str = "postgresql://127.0.0.1/entrygo") -> list[Finding]:
    checks = transport_checks(lambda _: database_url)
    return await run_checks([check for check in checks if check.subject == subject])


async def test_doctor_warns_of_a_certificate_that_ends_soon(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)
    files = authority.files(NAME, expires=soon)
    monkeypatch.setenv("ENTRYGO_GATEWAY_CERT_FILE", str(files.cert_file))
    monkeypatch.setenv("ENTRYGO_GATEWAY_KEY_FILE", str(files.key_file))
    [finding] = await found("certificates")
    assert (finding.subject, finding.level) == ("certificate gateway", Level.WARNING)
    assert finding.text == f"valid until {soon:%Y-%m-%d %H:%M} UTC"


async def test_doctor_names_each_way_that_leaves_the_machine_unchecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENTRYGO_SYNC_TARGET", "sync.internal:50051")
    monkeypatch.setenv("ENTRYGO_KAFKA_BOOTSTRAP", "10.0.0.7:9092")
    findings = await found("transport", "postgresql://u@db.internal/entrygo?sslmode=require")
    assert [finding.text.removeprefix("not checked by a certificate: ") for finding in findings] == [
        "gRPC to sync.internal:50051",
        "Kafka at 10.0.0.7:9092",
        "PostgreSQL at db.internal",
    ]


async def test_doctor_is_content_where_every_way_is_checked_or_stays_here(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_SYNC_TARGET", "sync.internal:50051")
    monkeypatch.setenv("ENTRYGO_RPC_CLIENT_CA_FILE", str(authority.file))
    [finding] = await found("transport", "postgresql://u@db.internal/entrygo?sslmode=verify-full")
    assert finding.level is Level.OK
