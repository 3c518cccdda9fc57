"""Every setting that a process or the CLI reads, by the name of its environment variable."""

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from entrygo.cli.up.settings import UpSettings
from entrygo.execution.settings import Settings as ExecutionSettings
from entrygo.gateway.settings import GatewaySettings
from entrygo.inspection.settings import Settings as InspectionSettings
from entrygo.planning.settings import Settings as PlanningSettings
from entrygo.sync.settings import Settings as SyncSettings

PROCESSES: dict[str, type[BaseSettings]] = {
    "sync": SyncSettings,
    "planning": PlanningSettings,
    "execution": ExecutionSettings,
    "inspection": InspectionSettings,
    "gateway": GatewaySettings,
}
SETTINGS: dict[str, type[BaseSettings]] = {**PROCESSES, "up": UpSettings}


def variables(settings: type[BaseSettings]) -> set[str]:
    """The environment variables that one class reads."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    return {
        variable for name, field in settings.model_fields.items() for variable in _names(prefix, name, field)
    }


def every_variable() -> set[str]:
    return set().union(*(variables(settings) for settings in SETTINGS.values()))


def _names(prefix: str, name: str, field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias)] if alias is not None else [f"{prefix}{name}".upper()]
