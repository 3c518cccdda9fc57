"""Settings of the execution process."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from entrygo.execution.channels.email import SmtpServer, parse_smtp_url
from entrygo.execution.email_address import parse_address
from entrygo.process.settings import (
    IdentitySettings,
    KafkaSettings,
    PoolSettings,
    RpcServerSettings,
    database_url_field,
)


class Settings(RpcServerSettings, IdentitySettings, KafkaSettings, PoolSettings):
    """What `python -m entrygo.execution` reads from the environment."""

    port: int = Field(default=50053, validation_alias="ENTRYGO_EXECUTION_PORT")
    database_url: SecretStr = database_url_field("EXECUTION")
    planning_target: str = "127.0.0.1:50052"
    home: Path = Path(".entrygo")
    # file:///path, s3://bucket/path, gs://…, az://…; empty means a folder in ENTRYGO_HOME.
    artifacts_url: str = ""
    # smtp://, smtp+starttls:// or smtps:// with user:password@host:port.
    smtp_url: SecretStr = SecretStr("smtp://127.0.0.1:1025")
    smtp_ca_file: str | None = None
    smtp_connect_seconds: float = Field(default=30.0, gt=0)
    smtp_command_seconds: float = Field(default=60.0, gt=0)
    # RFC 5321 asks for ten minutes after the final dot: a short wait makes unknowns.
    smtp_data_seconds: float = Field(default=600.0, gt=0)
    smtp_connections: int = Field(default=4, ge=1, le=50)
    mail_from: str = "entrygo@localhost"
    # A process that stops renewing for this long is taken for dead.
    execution_lease_seconds: float = Field(default=15.0, ge=1)
    recovery_interval_seconds: float = Field(default=1.0, gt=0)
    # After a transient failure: the waits in turn, then the last one again until give-up.
    broker_retry_seconds: tuple[float, ...] = (60, 300, 900, 3600, 10800, 21600)
    broker_give_up_hours: float = Field(default=48.0, gt=0)

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        if parse_address(value) is None:
            raise ValueError("ENTRYGO_MAIL_FROM must be a plain e-mail address")
        return value

    @field_validator("broker_retry_seconds")
    @classmethod
    def _check_delays(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not value or min(value) <= 0:
            raise ValueError("ENTRYGO_BROKER_RETRY_SECONDS must be a list of positive numbers")
        return value

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
