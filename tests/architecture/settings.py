"""Every setting that a process or the CLI reads, by the name of its environment variable."""

import re
from typing import get_args

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from entrygo.cli.archives import DEFAULT_DAYS
from entrygo.cli.migration import MigrationSettings
from entrygo.cli.up.environment import SETTINGS as PROCESS_SETTINGS
from entrygo.cli.up.settings import UpSettings
from entrygo.process.variables import group_of, variables, variables_of
from tests.architecture.sources import written_modules

PROCESSES = dict(PROCESS_SETTINGS)
SETTINGS: dict[str, type[BaseSettings]] = {**PROCESSES, "up": UpSettings, "migrate": MigrationSettings}
# Of which account a command is, as docs/cli.md says of all commands.
WHOSE = {"ENTRYGO_ACCOUNT_ID"}
_OF_OPTION = re.compile(r'envvar="(\w+)"')


def secret_variables(settings: type[BaseSettings]) -> set[str]:
    """Those of the variables whose values are kept out of sight."""
    return {
        variable
        for each in classes(settings)
        for name, field in each.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
        for variable in variables_of(each, name, field)
    }


def classes(settings: type[BaseSettings]) -> set[type[BaseSettings]]:
    """A class of settings and those it holds."""
    groups = [group_of(field) for field in settings.model_fields.values()]
    return {settings}.union(*(classes(group) for group in groups if group is not None))


def defaults() -> dict[str, object]:
    """What the processes take for each of their variables that nobody set, where that does not depend."""
    return {
        variable: field.default
        for each in set().union(*map(classes, PROCESSES.values()))
        for name, field in each.model_fields.items()
        if group_of(field) is None and field.default_factory is None
        for variable in variables_of(each, name, field)
    } | {"ENTRYGO_ARCHIVE_AFTER_DAYS": DEFAULT_DAYS}


def every_variable() -> set[str]:
    return of_options().union(*(variables(settings) for settings in SETTINGS.values()))


def of_options() -> set[str]:
    """What an option of a command is taken from where it is not given."""
    texts = (source.file.read_text("utf-8") for source in written_modules() if source.portion == "cli")
    return {variable for text in texts for variable in _OF_OPTION.findall(text)} - WHOSE
