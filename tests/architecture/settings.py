"""Every setting that a process or the CLI reads, by the name of its environment variable."""

from typing import get_args

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from entrygo.cli.migration import MigrationSettings
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
SETTINGS: dict[str, type[BaseSettings]] = {**PROCESSES, "up": UpSettings, "migrate": MigrationSettings}


def variables(settings: type[BaseSettings]) -> set[str]:
    """The environment variables that one class reads, by itself and through the classes it holds."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    found: set[str] = set()
    for name, field in settings.model_fields.items():
        group = group_of(field)
        found |= variables(group) if group is not None else set(_names(prefix, name, field))
    return found


def secret_variables(settings: type[BaseSettings]) -> set[str]:
    """Those of the variables whose values are kept out of sight."""
    return {
        variable
        for each in classes(settings)
        for name, field in each.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
        for variable in _names(str(each.model_config.get("env_prefix", "")), name, field)
    }


def group_of(field: FieldInfo) -> type[BaseSettings] | None:
    """The class of settings that a field holds; None for a setting."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseSettings) else None


def classes(settings: type[BaseSettings]) -> set[type[BaseSettings]]:
    """A class of settings and those it holds."""
    groups = [group_of(field) for field in settings.model_fields.values()]
    return {settings}.union(*(classes(group) for group in groups if group is not None))


def every_variable() -> set[str]:
    return set().union(*(variables(settings) for settings in SETTINGS.values()))


def _names(prefix: str, name: str, field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias)] if alias is not None else [f"{prefix}{name}".upper()]
