"""The settings of the inspection process."""

from pydantic import Field, SecretStr

from entrygo.process.settings import ServiceSettings, database_url_field


class Settings(ServiceSettings):
    """What `python -m entrygo.inspection` reads from the environment."""

    port: int = Field(default=15054, ge=0, le=65535, validation_alias="ENTRYGO_INSPECTION_PORT")
    database_url: SecretStr = database_url_field("INSPECTION")
    sync_target: str = Field(default="127.0.0.1:15051", validation_alias="ENTRYGO_SYNC_TARGET")
    planning_target: str = Field(default="127.0.0.1:15052", validation_alias="ENTRYGO_PLANNING_TARGET")
    execution_target: str = Field(default="127.0.0.1:15053", validation_alias="ENTRYGO_EXECUTION_TARGET")
    # Replicas of a large installation share the work as members of this Kafka group; empty: each reads all.
    # A group costs seconds at each start and restart, and correctness does not need one.
    kafka_group: str = Field(default="", validation_alias="ENTRYGO_INSPECTION_KAFKA_GROUP")
    # How often the owners' logs are read again, in case Kafka lost something.
    reconcile_seconds: float = Field(
        default=30, gt=0, validation_alias="ENTRYGO_INSPECTION_RECONCILE_SECONDS"
    )
    # How long an inspect waits for an owner before it answers with what is here, marked stale.
    owner_seconds: float = Field(default=2, gt=0, validation_alias="ENTRYGO_INSPECTION_OWNER_SECONDS")
    # How often a watcher looks by itself, for changes that another replica applied.
    watch_poll_seconds: float = Field(
        default=1, gt=0, validation_alias="ENTRYGO_INSPECTION_WATCH_POLL_SECONDS"
    )
    # How long one part of the system has to say how it is.
    probe_seconds: float = Field(default=1, gt=0, validation_alias="ENTRYGO_INSPECTION_PROBE_SECONDS")
