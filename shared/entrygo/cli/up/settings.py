"""What `entrygo up` reads from the environment. A part whose address is given is not embedded."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PORT_SETTINGS = {
    "gateway": "ENTRYGO_GATEWAY_PORT",
    "sync": "ENTRYGO_SYNC_PORT",
    "planning": "ENTRYGO_PLANNING_PORT",
    "execution": "ENTRYGO_EXECUTION_PORT",
    "inspection": "ENTRYGO_INSPECTION_PORT",
}


class UpSettings(BaseSettings):
    """Where the data lies, the public ports, and which parts are real ones from elsewhere."""

    model_config = SettingsConfigDict(
        env_prefix="ENTRYGO_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Path(".entrygo")
    gateway_port: int = Field(3000, ge=1, le=65535)
    sync_port: int = Field(50051, ge=1, le=65535)
    planning_port: int = Field(50052, ge=1, le=65535)
    execution_port: int = Field(50053, ge=1, le=65535)
    inspection_port: int = Field(50054, ge=1, le=65535)
    database_url: SecretStr | None = None
    kafka_bootstrap: str | None = None
    smtp_url: SecretStr | None = None
    artifacts_url: str | None = None
    service_token: SecretStr | None = None

    def ports(self) -> dict[str, int]:
        """The public port of every part that has one, by name."""
        return {name: int(getattr(self, f"{name}_port")) for name in PORT_SETTINGS}
