"""The ports that `entrygo up` chooses by itself.

They are kept from start to start; one that another program took meanwhile is left to it.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from entrygo.cli.up.home import Home, State
from entrygo.cli.up.parts import Part
from entrygo.cli.up.ports import holder_of, is_free, pick_many
from entrygo.cli.up.replicas import SERVICES, TOGETHER, names_of
from entrygo.cli.up.settings import UpSettings
from entrygo.cli.up.wiring import METRICS_PORT

Say = Callable[[str], None]


class ChosenPorts:
    """Of one home, under the settings of one start. What moves is said, and remembered."""

    def __init__(self, settings: UpSettings, home: Home, say: Say) -> None:
        self._settings = settings
        self._home = home
        self._say = say
        self._choose = random.SystemRandom()

    def settle(self, state: State) -> State:
        """A free port for each embedded part, each further replica, and the metrics of each process."""
        services = [name for service in SERVICES for name in names_of(service, self._settings)]
        taken = frozenset(self._settings.ports().values())
        embedded = self._pick(
            {"broker": state.broker_port, "smtp": state.smtp_port}, ("broker", "smtp"), taken
        )
        taken |= frozenset(embedded.values())
        others = [name for name in services if name not in SERVICES]
        replicas = self._pick(state.replica_ports, others, taken)
        taken |= frozenset(replicas.values())
        processes = [TOGETHER] if self._settings.together else [*services, "gateway"]
        metrics = self._pick(state.metrics_ports, processes, taken, what="metrics of ")
        self._home.save_metrics_targets(metrics)
        return state.model_copy(
            update={
                "broker_port": embedded["broker"],
                "smtp_port": embedded["smtp"],
                "replica_ports": replicas,
                "metrics_ports": metrics,
            }
        )

    def renew(self, part: Part) -> Part:
        """`part` as it can be started now: the port of its metrics, which no other part knows, may move."""
        if METRICS_PORT not in part.environment or is_free(int(part.environment[METRICS_PORT])):
            return part
        state = self._home.load_state()
        given = self._settings.ports().values()
        others = {*given, state.broker_port, state.smtp_port, *state.replica_ports.values()}
        taken = frozenset(others | {*state.metrics_ports.values()})
        moved = self._pick(state.metrics_ports, [part.name], taken, what="metrics of ")
        metrics = {**state.metrics_ports, **moved}
        self._home.save_state(state.model_copy(update={"metrics_ports": metrics}))
        self._home.save_metrics_targets(metrics)
        return replace(part, environment={**part.environment, METRICS_PORT: str(moved[part.name])})

    def _pick(
        self, remembered: Mapping[str, int], names: Iterable[str], taken: frozenset[int], *, what: str = ""
    ) -> dict[str, int]:
        picked = pick_many(remembered, names, taken=taken, choose=self._choose)
        for name, port in picked.items():
            before = remembered.get(name, 0)
            if before and before != port:
                self._say(f"port {before} of {what}{name} is taken{holder_of(before)}: it gets {port}")
        return picked
