"""What each part finds in its environment: what it reads and no more, so that none has another's secrets."""

import os
from collections.abc import Mapping
from types import MappingProxyType

from pydantic_settings import BaseSettings

from entrygo.execution.settings import Settings as ExecutionSettings
from entrygo.gateway.settings import GatewaySettings
from entrygo.inspection.settings import Settings as InspectionSettings
from entrygo.planning.settings import Settings as PlanningSettings
from entrygo.process import failpoints
from entrygo.process.variables import variables
from entrygo.sync.settings import Settings as SyncSettings

SETTINGS: Mapping[str, type[BaseSettings]] = MappingProxyType(
    {
        "sync": SyncSettings,
        "planning": PlanningSettings,
        "execution": ExecutionSettings,
        "inspection": InspectionSettings,
        "gateway": GatewaySettings,
    }
)

# Where a program finds others, its libraries, its words and its folder for temporary files.
_PLAIN = frozenset({"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR"})
_PLAIN_PREFIXES = ("LC_", "LD_", "DYLD_", "PYTHON")
# Object storage in a cloud is reached with the cloud's own variables, by execution alone.
_CLOUD = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})
# Traces are by OpenTelemetry's own variables, of which one may hold a collector's key.
_TRACES_PREFIX = "OTEL_"
_CLOUD_PREFIXES = ("AWS_", "GOOGLE_", "AZURE_")


def plain() -> dict[str, str]:
    """What any program may have: nothing of ours, and no secret."""
    return {name: value for name, value in os.environ.items() if _is_plain(name)}


def of_process(name: str, ours: Mapping[str, str]) -> dict[str, str]:
    """What the process `name` reads, of `ours` and of our own environment; `ours` wins."""
    read = variables(SETTINGS[name]) | {failpoints.VARIABLE}
    given = {
        variable: value
        for variable, value in os.environ.items()
        if variable in read or variable.startswith(_TRACES_PREFIX)
    }
    if name == "execution":
        given |= {variable: value for variable, value in os.environ.items() if _is_of_a_cloud(variable)}
    return plain() | given | {variable: value for variable, value in ours.items() if variable in read}


def _is_plain(name: str) -> bool:
    return name in _PLAIN or name.startswith(_PLAIN_PREFIXES)


def _is_of_a_cloud(name: str) -> bool:
    return name.upper() in _CLOUD or name.startswith(_CLOUD_PREFIXES)
