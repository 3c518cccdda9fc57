"""The settings of the sync process."""

from pydantic import Field, SecretStr

from entrygo.process.settings import ServiceSettings, database_url_field


class Settings(ServiceSettings):
    """What `python -m entrygo.sync` reads from the environment."""

    port: int = Field(default=15051, ge=1, le=65535, validation_alias="ENTRYGO_SYNC_PORT")
    database_url: SecretStr = database_url_field("SYNC")
