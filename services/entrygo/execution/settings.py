"""Settings of the execution process."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from entrygo.execution.broker.channels.email import SmtpServer, parse_smtp_url
from entrygo.execution.broker.signed_links import MIN_SECRET_LENGTH
from entrygo.process.settings import MEBIBYTE, ServiceSettings, database_url_field
from entrygo.requests.email_address import parse_address


class Settings(ServiceSettings):
    """What `python -m entrygo.execution` reads from the environment."""

    port: int = Field(default=50053, validation_alias="ENTRYGO_EXECUTION_PORT")
    database_url: SecretStr = database_url_field("EXECUTION")
    planning_target: str = "127.0.0.1:50052"
    sync_target: str = "127.0.0.1:50051"
    home: Path = Path(".entrygo")
    # file:///path, s3://bucket/path, gs://…, az://…; empty means a folder in ENTRYGO_HOME.
    artifacts_url: str = ""
    # A store that is reached without TLS, such as one in the same private network.
    artifacts_allow_http: bool = False
    # smtp://, smtp+starttls:// or smtps:// with user:password@host:port.
    smtp_url: SecretStr = SecretStr("smtp://127.0.0.1:1025")
    smtp_ca_file: str | None = None
    smtp_connect_seconds: float = Field(default=30.0, gt=0)
    smtp_command_seconds: float = Field(default=60.0, gt=0)
    # RFC 5321 asks for ten minutes after the final dot: a short wait makes unknowns.
    smtp_data_seconds: float = Field(default=600.0, gt=0)
    smtp_connections: int = Field(default=4, ge=1, le=50)
    mail_from: str = "entrygo@localhost"
    # A mail that would be larger carries the link instead of the documents.
    mail_max_bytes: int = Field(default=10 * MEBIBYTE, ge=64 * 1024)
    # Signs the brokers' links; several, with commas between: the first signs, all verify. None: no links.
    link_secret: SecretStr | None = None
    link_days: int = Field(default=90, ge=1, le=3650)
    # Where brokers reach the gateway from outside.
    public_url: str = "http://localhost:3000"
    # Secrets of uploads, by account and name (JSON): a file for its owner alone, or the text itself.
    broker_credentials_file: Path | None = None
    broker_credentials: SecretStr | None = None
    # Uploads to addresses that are not public.
    broker_allow_private: bool = False
    broker_ca_file: str | None = None
    broker_connect_seconds: float = Field(default=30.0, gt=0)
    broker_answer_seconds: float = Field(default=300.0, gt=0)
    # A process that stops renewing for this long is taken for dead.
    execution_lease_seconds: float = Field(default=15.0, ge=1)
    recovery_interval_seconds: float = Field(default=1.0, gt=0)
    # After a transient failure: the waits in turn, then the last one again until give-up.
    broker_retry_seconds: tuple[float, ...] = (60, 300, 900, 3600, 10800, 21600)
    broker_give_up_hours: float = Field(default=48.0, gt=0)

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        address = parse_address(value)
        if address is None:
            raise ValueError("ENTRYGO_MAIL_FROM must be a plain e-mail address")
        return address

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, value: SecretStr) -> SecretStr:
        parse_smtp_url(value.get_secret_value())
        return value

    @field_validator("link_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(len(each) < MIN_SECRET_LENGTH for each in _parts(value)):
            raise ValueError(f"ENTRYGO_LINK_SECRET needs at least {MIN_SECRET_LENGTH} characters")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("ENTRYGO_PUBLIC_URL must be http:// or https:// with a host")
        return value

    @field_validator("broker_retry_seconds")
    @classmethod
    def _check_delays(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not value or min(value) <= 0:
            raise ValueError("ENTRYGO_BROKER_RETRY_SECONDS must be a list of positive numbers")
        return value

    @property
    def link_secrets(self) -> tuple[str, ...]:
        return () if self.link_secret is None else _parts(self.link_secret)

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.execution_lease_seconds)

    @property
    def objects_url(self) -> str:
        return self.artifacts_url or (self.home.absolute() / "artifacts").as_uri()

    @property
    def smtp_server(self) -> SmtpServer:
        return parse_smtp_url(
            self.smtp_url.get_secret_value(),
            ca_file=self.smtp_ca_file,
            connect_timeout=self.smtp_connect_seconds,
            command_timeout=self.smtp_command_seconds,
            data_timeout=self.smtp_data_seconds,
            max_connections=self.smtp_connections,
        )


def _parts(secrets: SecretStr) -> tuple[str, ...]:
    return tuple(each.strip() for each in secrets.get_secret_value().split(",") if each.strip())
