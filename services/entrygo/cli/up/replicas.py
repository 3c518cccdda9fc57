"""The processes of each service: what they are called, where they listen, and where others find them."""

from dataclasses import dataclass

from entrygo.cli.up.home import State
from entrygo.cli.up.ports import LOOPBACK
from entrygo.cli.up.settings import UpSettings

SERVICES = ("sync", "planning", "execution", "inspection")
# The process that holds all of them and the gateway.
TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of `service`."""

    service: str
    name: str
    port: int


def names_of(service: str, settings: UpSettings) -> tuple[str, ...]:
    """The first has the service's own name, as it has its port."""
    return (service, *(f"{service}-{number}" for number in range(2, settings.replicas + 1)))


def service_of(name: str) -> str:
    """The service of which `name` is a process; other parts are their own."""
    return name.partition("-")[0]


def replicas_of(service: str, settings: UpSettings, state: State) -> tuple[Replica, ...]:
    """Its processes, once the ports of all but the first are chosen."""
    first, *others = names_of(service, settings)
    return (
        Replica(service, first, settings.ports()[service]),
        *(Replica(service, name, state.replica_ports[name]) for name in others),
    )


def target_of(service: str, settings: UpSettings, state: State) -> str:
    """All of its processes, unless it is to be found elsewhere."""
    given: str = getattr(settings.targets, f"{service}_target")
    return given or ",".join(f"{LOOPBACK}:{each.port}" for each in replicas_of(service, settings, state))
