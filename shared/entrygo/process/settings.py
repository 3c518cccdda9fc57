"""Settings that processes compose. Built once in `__main__`, passed down, never imported as values.

A class holds at most twenty fields: what belongs together is a class of its own, which a larger one holds as
a field made by `Field(default_factory=...)`. Every class reads its variables from the environment by itself,
flat, whatever it is held by: `settings.kafka.bootstrap` is `ENTRYGO_KAFKA_BOOTSTRAP`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from entrygo.process import usable

DEFAULT_DATABASE_URL = SecretStr("postgresql://postgres@127.0.0.1:5432/entrygo")
MEBIBYTE = 1024 * 1024
# Of a secret that signs what others trust.
MIN_SECRET_LENGTH = 32  # characters


def secrets_in(value: SecretStr | None) -> tuple[str, ...]:
    """The secrets of one variable, which has commas between them while one takes another's place."""
    text = value.get_secret_value() if value else ""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def check_secrets(variable: str, value: SecretStr | None) -> SecretStr | None:
    """The value; ValueError where one of its secrets is too short to be one."""
    if any(len(each) < MIN_SECRET_LENGTH for each in secrets_in(value)):
        raise ValueError(f"{variable} needs at least {MIN_SECRET_LENGTH} characters")
    return value


def check_database_url(value: SecretStr) -> SecretStr:
    """The value; ValueError where it is the address of something else."""
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("expected postgresql://user:password@host:port/database")
    return value


def database_url_field(service: str) -> SecretStr:
    """`ENTRYGO_<SERVICE>_DATABASE_URL`, else `ENTRYGO_DATABASE_URL`: a service can have its own cluster."""
    field: SecretStr = Field(
        DEFAULT_DATABASE_URL,
        validation_alias=AliasChoices(f"ENTRYGO_{service}_DATABASE_URL", "ENTRYGO_DATABASE_URL"),
    )
    return field


class EnvironmentSettings(BaseSettings):
    """A class whose fields are `ENTRYGO_<FIELD>` in the environment, or as its own `env_prefix` says."""

    model_config = SettingsConfigDict(
        # A refused value may be a secret, and the refusal goes to the terminal and the log.
        hide_input_in_errors=True,
        env_prefix="ENTRYGO_",
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    def unusable(self) -> Iterator[tuple[str, str]]:
        """The fields whose values are right, and of no use where the process starts, each with why."""
        for name in ("ca_file", "client_ca_file"):
            file = getattr(self, name, None)
            if file and (wrong := usable.wrong_with_authority(file)):
                yield name, wrong


class LogSettings(EnvironmentSettings):
    """What is logged, how and where."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_LOG_")

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["json", "console"] = "json"
    # Instead of stdout; it may be renamed while the process runs.
    file: Path | None = None

    def unusable(self) -> Iterator[tuple[str, str]]:
        """As above."""
        if self.file and (wrong := usable.wrong_with_log_file(self.file)):
            yield "file", wrong


class TraceSettings(EnvironmentSettings):
    """Where traces go: the address of a collector that takes OTLP over HTTP."""

    otlp_endpoint: usable.Collector | None = None


class MetricsSettings(EnvironmentSettings):
    """Where Prometheus finds the metrics of the process, and where its traces go."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_METRICS_")

    host: str = "127.0.0.1"
    # 0: no metrics endpoint.
    port: int = Field(default=0, ge=0, le=65535)
    traces: TraceSettings = Field(default_factory=TraceSettings)

    def unusable(self) -> Iterator[tuple[str, str]]:
        """As above."""
        if self.port and (wrong := usable.wrong_with_own_address(self.host)):
            yield "host", wrong


class StopSettings(EnvironmentSettings):
    """How a process ends once it is asked to."""

    # It says that it is not ready and takes what still comes, until its callers have turned to others.
    drain_seconds: float = Field(default=1.0, ge=0)
    # Then what is under way may finish, a mail that waits for its server's reply included.
    stop_grace_seconds: int = Field(default=20, ge=0)


class ProcessSettings(EnvironmentSettings):
    """What every process reads from its environment, whatever it is."""

    log: LogSettings = Field(default_factory=LogSettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)
    stop: StopSettings = Field(default_factory=StopSettings)


class CertificateSettings(EnvironmentSettings):
    """What a process shows of itself over TLS: a certificate with its chain, and its key, in PEM."""

    cert_file: Path | None = None
    key_file: Path | None = None

    def unusable(self) -> Iterator[tuple[str, str]]:
        """As above."""
        yield from super().unusable()
        if self.cert_file and (wrong := usable.wrong_with_pair(self.cert_file, self.key_file)):
            yield "cert_file", wrong

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.cert_file is None) is not (self.key_file is None):
            prefix = self.model_config["env_prefix"]
            raise ValueError(f"{prefix}CERT_FILE and {prefix}KEY_FILE belong together")
        return self


class KafkaSettings(CertificateSettings):
    """How to reach the broker; SASL and TLS as librdkafka names them."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_KAFKA_")

    bootstrap: str = "127.0.0.1:9092"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    username: str | None = None
    password: SecretStr | None = None
    # Whose certificate the broker shows; the system's authorities when it is not set.
    ca_file: Path | None = None
    # Partitions of a topic that we create; an existing topic keeps its own.
    partitions: int = Field(default=12, ge=1, le=1000)
    replication_factor: int = Field(default=1, ge=1, le=10)

    @property
    def is_secure(self) -> bool:
        """Whether the way to the broker is TLS."""
        return self.security_protocol.endswith("SSL")

    @model_validator(mode="after")
    def _credentials(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (self.username and self.password):
            raise ValueError("SASL needs ENTRYGO_KAFKA_USERNAME and ENTRYGO_KAFKA_PASSWORD")
        return self


class IdentitySettings(EnvironmentSettings):
    """Where API keys are kept, and the credential of our own background work."""

    database_url: SecretStr = database_url_field("IDENTITY")
    # Shared by the four services; several with commas while it is changed. Without it no step between the
    # services is taken.
    service_token: SecretStr | None = None

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        return check_database_url(value)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that are accepted."""
        return secrets_in(self.service_token)

    @property
    def token(self) -> str | None:
        """The token that is sent, the first one; None without any."""
        return next(iter(self.tokens), None)


class RateSettings(EnvironmentSettings):
    """How much a caller may ask for in a second, on REST and on gRPC; each process counts for itself."""

    requests_per_second: int = Field(default=2_000, ge=1)
    items_per_second: int = Field(default=100_000, ge=1)
    account_requests_per_second: int = Field(default=4_000, ge=1)
    account_items_per_second: int = Field(default=200_000, ge=1)


class RpcServerTlsSettings(CertificateSettings):
    """With a certificate the gRPC server speaks TLS alone."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_RPC_SERVER_")

    # Callers then have to show a certificate of this authority.
    client_ca_file: Path | None = None

    @model_validator(mode="after")
    def _server(self) -> Self:
        if self.client_ca_file and not self.cert_file:
            raise ValueError("ENTRYGO_RPC_SERVER_CLIENT_CA_FILE needs ENTRYGO_RPC_SERVER_CERT_FILE")
        return self


class RpcClientSettings(CertificateSettings):
    """How gRPC servers of ours are met: over TLS when the authority of their certificates is named."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_RPC_CLIENT_")

    ca_file: Path | None = None
    # The name in the certificates of all of them, where it is not the host of the target.
    server_name: str | None = None

    @model_validator(mode="after")
    def _client(self) -> Self:
        if not self.ca_file and (self.cert_file or self.server_name):
            raise ValueError("a certificate or name of ENTRYGO_RPC_CLIENT_ needs ENTRYGO_RPC_CLIENT_CA_FILE")
        return self


class RpcServerSettings(EnvironmentSettings):
    """The gRPC server of a service."""

    bind_host: str = "127.0.0.1"
    max_concurrent_rpcs: int = Field(default=200, ge=1)
    # Watches and documents, which last as long as their reader likes, up to the longest life.
    max_streams: int = Field(default=200, ge=1)
    max_streams_per_key: int = Field(default=20, ge=1)
    stream_seconds: float = Field(default=3600.0, gt=0)
    # Whether callers without a key may list the services.
    open_reflection: bool = False
    # Channels of clients watch the health without a key: gRPC sends none with it. So many at once may,
    # half of them from one address.
    max_open_health_watches: int = Field(default=200, ge=0)
    # Bad keys, and calls without a key, of one peer.
    failures_per_second: int = Field(default=20, ge=1)
    # Shown by gateways, whose word for the address of a client then counts; several with commas while it is
    # changed. Without it all clients of a gateway are one peer.
    gateway_token: SecretStr | None = None
    rates: RateSettings = Field(default_factory=RateSettings)
    tls: RpcServerTlsSettings = Field(default_factory=RpcServerTlsSettings)
    # How the service meets the others.
    peers: RpcClientSettings = Field(default_factory=RpcClientSettings)
    max_message_bytes: int = Field(default=16 * MEBIBYTE, ge=MEBIBYTE)
    # Messages in memory, of all accounts; one holds a quarter of it.
    max_held_message_bytes: int = Field(default=256 * MEBIBYTE, ge=MEBIBYTE)
    # Of messages that a key sent in vain; beyond them its calls are refused before their messages.
    refused_body_bytes_per_second: int = Field(default=8 * MEBIBYTE, ge=1)

    def unusable(self) -> Iterator[tuple[str, str]]:
        """As above."""
        if wrong := usable.wrong_with_own_address(self.bind_host):
            yield "bind_host", wrong

    @property
    def gateway_tokens(self) -> tuple[str, ...]:
        """The tokens that are accepted."""
        return secrets_in(self.gateway_token)


class ServiceSettings(ProcessSettings):
    """What each of the four services reads; its own class names the variables of port and database."""

    port: int
    database_url: SecretStr
    # Connections to PostgreSQL at most.
    pool_size: int = Field(default=10, ge=1, le=200)
    # How long a used idempotency key is remembered.
    idempotency_keep_days: int = Field(default=30, ge=1, le=36_500)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    rpc: RpcServerSettings = Field(default_factory=RpcServerSettings)

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        return check_database_url(value)
