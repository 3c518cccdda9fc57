"""Settings of the process that holds all services: those of each, from the same variables."""

from pydantic import Field

from entrygo.execution.settings import Settings as ExecutionSettings
from entrygo.gateway.settings import GatewaySettings
from entrygo.inspection.settings import Settings as InspectionSettings
from entrygo.planning.settings import Settings as PlanningSettings
from entrygo.process.settings import ProcessSettings
from entrygo.sync.settings import Settings as SyncSettings


class Settings(ProcessSettings):
    """What each would read in a process of its own."""

    sync: SyncSettings = Field(default_factory=SyncSettings)
    planning: PlanningSettings = Field(default_factory=PlanningSettings)
    execution: ExecutionSettings = Field(default_factory=ExecutionSettings)
    inspection: InspectionSettings = Field(default_factory=InspectionSettings)
    gateway: GatewaySettings = Field(default_factory=GatewaySettings)
