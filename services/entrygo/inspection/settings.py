"""The settings of the inspection process."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from entrygo.process.settings import (
    EnvironmentSettings,
    ServiceSettings,
    check_secrets,
    database_url_field,
    secrets_in,
)
from entrygo.process.usable import Target


class WebhookSettings(EnvironmentSettings):
    """Webhooks: where the events of accounts are sent."""

    model_config = SettingsConfigDict(env_prefix="ENTRYGO_WEBHOOK_")

    # The endpoints' secrets are derived from it; several with commas: the first makes new ones, all sign.
    # Without it there are no webhooks.
    secret: SecretStr | None = None
    # Addresses that are not public, and plain http; for trials.
    allow_private: bool = False
    # Authorities that are trusted instead of the system's.
    ca_file: Path | None = None
    answer_seconds: float = Field(default=15.0, gt=0, le=60)
    # Attempts at once, of this process and to one endpoint.
    slots: int = Field(default=32, ge=1, le=500)
    slots_an_endpoint: int = Field(default=4, ge=1, le=100)
    max_endpoints: int = Field(default=20, ge=1, le=1000)
    # How long the log of deliveries goes back; events that are older are never sent.
    keep_days: int = Field(default=35, ge=7, le=3650)

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, value: SecretStr | None) -> SecretStr | None:
        return check_secrets("ENTRYGO_WEBHOOK_SECRET", value)

    @property
    def keep(self) -> timedelta:
        """`keep_days` as a time."""
        return timedelta(days=self.keep_days)

    @property
    def secrets(self) -> Sequence[SecretStr]:
        """The first makes new secrets, all of them sign."""
        return tuple(map(SecretStr, secrets_in(self.secret)))


class Settings(ServiceSettings):
    """What `python -m entrygo.inspection` reads from the environment."""

    port: int = Field(default=15054, ge=0, le=65535, validation_alias="ENTRYGO_INSPECTION_PORT")
    database_url: SecretStr = database_url_field("INSPECTION")
    sync_target: Target = Field(default="127.0.0.1:15051", validation_alias="ENTRYGO_SYNC_TARGET")
    planning_target: Target = Field(default="127.0.0.1:15052", validation_alias="ENTRYGO_PLANNING_TARGET")
    execution_target: Target = Field(default="127.0.0.1:15053", validation_alias="ENTRYGO_EXECUTION_TARGET")
    # Replicas of a large installation share the work as members of this Kafka group; empty: each reads all.
    # A group costs seconds at each start and restart, and correctness does not need one.
    kafka_group: str = Field(default="", validation_alias="ENTRYGO_INSPECTION_KAFKA_GROUP")
    # How often the owners' logs are read again while Kafka is not read; a quarter as often while it is, in
    # case it lost something.
    reconcile_seconds: float = Field(
        default=30, gt=0, validation_alias="ENTRYGO_INSPECTION_RECONCILE_SECONDS"
    )
    # How long an inspect waits for an owner before it answers with what is here, marked stale.
    owner_seconds: float = Field(default=2, gt=0, validation_alias="ENTRYGO_INSPECTION_OWNER_SECONDS")
    # How often what another replica applied is looked for: once for all feeds, and by who watches one export.
    watch_poll_seconds: float = Field(
        default=1, gt=0, validation_alias="ENTRYGO_INSPECTION_WATCH_POLL_SECONDS"
    )
    # How long one part of the system has to say how it is.
    probe_seconds: float = Field(default=1, gt=0, validation_alias="ENTRYGO_INSPECTION_PROBE_SECONDS")
    webhooks: WebhookSettings = Field(default_factory=WebhookSettings)
