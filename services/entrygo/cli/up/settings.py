"""What `entrygo up` reads from the environment. A part whose address is given is not embedded."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from entrygo.gateway.settings import GatewayClientSettings, GatewayTlsSettings
from entrygo.process.settings import EnvironmentSettings, RpcClientSettings

SCHEMA_DATABASE = re.compile("ENTRYGO_(IDENTITY|SYNC|PLANNING|EXECUTION|INSPECTION)_DATABASE_URL")

MOST_REPLICAS = 8
# Four services, the gateway, PostgreSQL and Kafka keep so many cores busy before one of them is in want of a
# second process; see docs/performance.md, "Capacity".
CORES_A_REPLICA = 4

Port = Annotated[int, Field(ge=1, le=65535)]

PORT_SETTINGS = {
    "gateway": "ENTRYGO_GATEWAY_PORT",
    "sync": "ENTRYGO_SYNC_PORT",
    "planning": "ENTRYGO_PLANNING_PORT",
    "execution": "ENTRYGO_EXECUTION_PORT",
    "inspection": "ENTRYGO_INSPECTION_PORT",
}


def usable_cores() -> int:
    """The cores that this process may use; all there are where the system binds none to some, as macOS."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def replicas_for(cores: int) -> int:
    """How many processes of each service a machine of so many cores is given where nobody says."""
    return min(MOST_REPLICAS, max(1, cores // CORES_A_REPLICA))


class TargetSettings(BaseSettings):
    """Where a service is found, if not at its processes here: a proxy in front of them, another host."""

    model_config = SettingsConfigDict(
        env_prefix="ENTRYGO_", frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    sync_target: str = ""
    planning_target: str = ""
    execution_target: str = ""
    inspection_target: str = ""
    # Shared with services or gateways that are found elsewhere; made at the first start when it is not set.
    gateway_token: SecretStr | None = None
    # How `up` itself meets the services and the gateway, which read their certificates by themselves.
    peers: RpcClientSettings = Field(default_factory=RpcClientSettings)
    gateway_tls: GatewayTlsSettings = Field(default_factory=GatewayTlsSettings)
    gateway_trust: GatewayClientSettings = Field(default_factory=GatewayClientSettings)


class LocalMailSettings(EnvironmentSettings):
    """The rules of mail with a server on this machine, as the embedded one: none by default."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_MAIL_", env_ignore_empty=True)

    recipients: Literal["open", "confirmed"] = "open"
    daily_per_account: int = Field(default=0, ge=0)
    daily_per_recipient: int = Field(default=0, ge=0)


class KeepingSettings(EnvironmentSettings):
    """How the parts are kept running."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    # What the embedded broker may hold before it is started again, empty.
    broker_memory_mib: int = Field(default=512, ge=64)
    # The longest pause before a part that ends again and again is started once more.
    restart_seconds: float = Field(default=10.0, ge=0.25)


def grace_for(replicas: int) -> int:
    """Seconds that work under way has: one replica makes its callers wait, several go on meanwhile."""
    return 1 if replicas == 1 else 20


class UpSettings(BaseSettings):
    """Where the data lies, the public ports, and which parts are real ones from elsewhere."""

    model_config = SettingsConfigDict(
        # A refused value may be a secret, and the refusal goes to the terminal and the log.
        hide_input_in_errors=True,
        env_prefix="ENTRYGO_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
    )

    home: Path = Path(".entrygo")
    gateway_port: Port = 3000
    sync_port: Port = 15051
    planning_port: Port = 15052
    execution_port: Port = 15053
    inspection_port: Port = 15054
    # One process for all services and the gateway.
    together: bool = False
    # Processes of each service. The first has the port above, the others have ports of their own.
    replicas: int = Field(
        default_factory=lambda given: 1 if given["together"] else replicas_for(usable_cores()),
        ge=1,
        le=MOST_REPLICAS,
    )
    targets: TargetSettings = Field(default_factory=TargetSettings)
    database_url: SecretStr | None = None
    kafka_bootstrap: str | None = None
    smtp_url: SecretStr | None = None
    artifacts_url: str | None = None
    service_token: SecretStr | None = None
    link_secret: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    # Where brokers reach the gateway; its port on this machine when it is not set.
    public_url: str | None = None
    keeping: KeepingSettings = Field(default_factory=KeepingSettings)
    # As every process reads them, with less patience: on one machine the whole ends within five seconds,
    # unless a restart of one replica after the other is to cost no request.
    drain_seconds: float = Field(default=0.2, ge=0)
    stop_grace_seconds: int = Field(default_factory=lambda given: grace_for(given["replicas"]), ge=0)

    @model_validator(mode="after")
    def _one_process(self) -> Self:
        if self.together and self.replicas > 1:
            raise ValueError("ENTRYGO_TOGETHER is one process, which ENTRYGO_REPLICAS cannot multiply")
        return self

    @property
    def has_logins(self) -> bool:
        """Whether each service gets a login: in the embedded PostgreSQL, when every schema is there."""
        elsewhere = [name for name in os.environ if SCHEMA_DATABASE.fullmatch(name) and os.environ[name]]
        return self.database_url is None and not elsewhere

    @property
    def base_url(self) -> str:
        """The gateway on this machine."""
        scheme = "https" if self.targets.gateway_tls.cert_file else "http"
        return f"{scheme}://localhost:{self.gateway_port}"

    def service_ports(self) -> dict[str, int]:
        """The public port of each service, by name."""
        return {name: port for name, port in self.ports().items() if name != "gateway"}

    def ports(self) -> dict[str, int]:
        """The public port of every part that has one, by name."""
        return {name: int(getattr(self, f"{name}_port")) for name in PORT_SETTINGS}
