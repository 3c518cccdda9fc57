"""Which environment variables a class of settings reads, so that a process can be given these alone."""

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings


def variables(settings: type[BaseSettings]) -> set[str]:
    """The environment variables that one class reads, by itself and through the classes it holds."""
    found: set[str] = set()
    for name, field in settings.model_fields.items():
        group = group_of(field)
        found |= variables(group) if group is not None else set(variables_of(settings, name, field))
    return found


def variables_of(settings: type[BaseSettings], name: str, field: FieldInfo) -> list[str]:
    """Those that one field of a class is read from, the first that is set wins."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    prefix = str(settings.model_config.get("env_prefix", ""))
    return [str(alias)] if alias is not None else [f"{prefix}{name}".upper()]


def group_of(field: FieldInfo) -> type[BaseSettings] | None:
    """The class of settings that a field holds; None for a setting."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseSettings) else None
