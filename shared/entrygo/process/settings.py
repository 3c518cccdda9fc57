"""Settings blocks that processes compose. Built once in `__main__`, passed down, never imported as values."""

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE_URL = SecretStr("postgresql://postgres@127.0.0.1:5432/entrygo")
MEBIBYTE = 1024 * 1024


def database_url_field(service: str) -> SecretStr:
    """`ENTRYGO_<SERVICE>_DATABASE_URL`, else `ENTRYGO_DATABASE_URL`: a service can have its own cluster."""
    field: SecretStr = Field(
        DEFAULT_DATABASE_URL,
        validation_alias=AliasChoices(f"ENTRYGO_{service}_DATABASE_URL", "ENTRYGO_DATABASE_URL"),
    )
    return field


class ProcessSettings(BaseSettings):
    """What every process reads."""

    model_config = SettingsConfigDict(
        # A refused value may be a secret, and the refusal goes to the terminal and the log.
        hide_input_in_errors=True,
        env_prefix="ENTRYGO_",
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"


class KafkaSettings(ProcessSettings):
    """How to reach the broker; SASL and TLS as librdkafka names them."""

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca_file: str | None = None
    # Partitions of a topic that we create; an existing topic keeps its own.
    kafka_partitions: int = Field(default=12, ge=1, le=1000)
    kafka_replication_factor: int = Field(default=1, ge=1, le=10)


class IdentitySettings(ProcessSettings):
    """Where API keys are kept, and the credential of our own background work."""

    identity_database_url: SecretStr = database_url_field("IDENTITY")
    # Shared by the four services; without it no background call is accepted.
    service_token: SecretStr | None = None


class RpcServerSettings(ProcessSettings):
    """The gRPC server of a service."""

    bind_host: str = "127.0.0.1"
    max_concurrent_rpcs: int = Field(default=200, ge=1)
    max_message_bytes: int = Field(default=16 * MEBIBYTE, ge=MEBIBYTE)


class PoolSettings(ProcessSettings):
    """The PostgreSQL pool of a service, and how long it remembers idempotency keys."""

    pool_size: int = Field(default=10, ge=1, le=200)
    idempotency_keep_days: int = Field(default=30, ge=1)
