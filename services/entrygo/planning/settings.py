"""The settings of the planning process."""

from pydantic import Field, SecretStr

from entrygo.process.settings import ServiceSettings, database_url_field
from entrygo.process.usable import Target


class Settings(ServiceSettings):
    """What `python -m entrygo.planning` reads from the environment."""

    port: int = Field(default=15052, ge=1, le=65535, validation_alias="ENTRYGO_PLANNING_PORT")
    database_url: SecretStr = database_url_field("PLANNING")
    sync_target: Target = Field(default="127.0.0.1:15051", validation_alias="ENTRYGO_SYNC_TARGET")
    max_orders: int = Field(default=20_000, ge=1, validation_alias="ENTRYGO_PLANNING_MAX_ORDERS")
