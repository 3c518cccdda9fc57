"""Settings of the gateway process. Built once in `__main__` and passed down."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from entrygo.gateway.door.peers import proxies_in
from entrygo.process.settings import (
    MEBIBYTE,
    CertificateSettings,
    EnvironmentSettings,
    ProcessSettings,
    RateSettings,
    RpcClientSettings,
    secrets_in,
)
from entrygo.process.usable import Target, wrong_with_own_address


class TurnSettings(EnvironmentSettings):
    """How many requests run at once, and how long the others wait; docs/limits.md explains each."""

    max_running_requests: int = Field(default=32, ge=1)
    max_running_per_account: int = Field(default=8, ge=1)
    # While other accounts ask, too.
    max_running_in_company: int = Field(default=3, ge=1)
    max_wait_seconds: float = Field(default=10.0, gt=0)


class DoorSettings(EnvironmentSettings):
    """What one peer, one key and one account may take of the gateway; docs/limits.md explains each."""

    max_connections: int = Field(default=2_000, ge=1)
    max_connections_per_peer: int = Field(default=500, ge=1)
    # Requests whose head has come and whose body has not.
    max_unfinished_per_peer: int = Field(default=100, ge=1)
    # How long a connection is kept for a next request: longer than common clients keep theirs (5 s), so that
    # it is they who hang up, and no request meets a connection that is being closed.
    idle_timeout_seconds: int = Field(default=15, ge=1)
    min_body_bytes_per_second: int = Field(default=1024, ge=1)
    # Bodies in memory, of all keys; one key holds a quarter of it.
    max_held_body_bytes: int = Field(default=256 * MEBIBYTE, ge=MEBIBYTE)
    # Of bodies that a key sent in vain; beyond them its large ones are refused unread.
    refused_body_bytes_per_second: int = Field(default=8 * MEBIBYTE, ge=1)
    max_downloads: int = Field(default=200, ge=1)
    max_downloads_per_key: int = Field(default=20, ge=1)
    # Event streams, and requests that wait for a change.
    max_event_streams: int = Field(default=200, ge=1)
    max_event_streams_per_key: int = Field(default=20, ge=1)
    # Their longest life: as long a revoked key may still listen.
    event_stream_seconds: float = Field(default=600.0, gt=0, le=3600)
    # Bad keys, and requests without a key, of one peer.
    failures_per_second: int = Field(default=20, ge=1)
    # Addresses or networks of proxies, separated by commas, and the header in which they name the client.
    trusted_proxies: str = ""
    forwarded_header: str = "x-forwarded-for"
    # Lets the services count a client's bad keys by its own address; the first of several is shown.
    gateway_token: SecretStr | None = None
    rates: RateSettings = Field(default_factory=RateSettings)
    turns: TurnSettings = Field(default_factory=TurnSettings)

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: str) -> str:
        try:
            proxies_in(value)
        except ValueError:
            said = "ENTRYGO_TRUSTED_PROXIES must be addresses or networks, with commas between"
            raise ValueError(said) from None
        return value

    @property
    def token(self) -> str | None:
        """The token that is shown; None without any."""
        return next(iter(secrets_in(self.gateway_token)), None)


class GatewayTlsSettings(CertificateSettings):
    """With a certificate the gateway speaks HTTPS alone."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_GATEWAY_")


class GatewayClientSettings(EnvironmentSettings):
    """Whom commands on this machine trust that meet a gateway over HTTPS: beside the system's authorities."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_GATEWAY_")

    ca_file: Path | None = None


class GatewaySettings(ProcessSettings):
    """Where it listens, whom it asks, and what it accepts."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=3000, ge=0, le=65535)

    # host:port, or host:port,host:port for several workers.
    sync_target: Target = "127.0.0.1:15051"
    planning_target: Target = "127.0.0.1:15052"
    execution_target: Target = "127.0.0.1:15053"
    inspection_target: Target = "127.0.0.1:15054"
    peers: RpcClientSettings = Field(default_factory=RpcClientSettings)

    tls: GatewayTlsSettings = Field(default_factory=GatewayTlsSettings)

    max_body_bytes: int = Field(default=8 * MEBIBYTE, ge=1024)
    max_header_bytes: int = Field(default=32 * 1024, ge=1024)
    # Requests that wait for their turn; more are 503.
    max_concurrent_requests: int = Field(default=500, ge=1)
    door: DoorSettings = Field(default_factory=DoorSettings)
    # How long a client may take to send the head of a request, and its body.
    header_timeout_seconds: float = Field(default=10.0, gt=0)
    body_timeout_seconds: float = Field(default=30.0, gt=0)
    # How long a client may read nothing of an answer that waits for it.
    answer_timeout_seconds: float = Field(default=60.0, gt=0)
    # How long a read and a write may take in the services; the latter also the next bytes of a download.
    read_timeout_seconds: float = Field(default=10.0, gt=0)
    write_timeout_seconds: float = Field(default=60.0, gt=0)

    def unusable(self) -> Iterator[tuple[str, str]]:
        """As for all settings, and where it is to listen."""
        yield from super().unusable()
        if wrong := wrong_with_own_address(self.gateway_host):
            yield "gateway_host", wrong
