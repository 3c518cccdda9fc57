"""`python -m tests.deploy [chart] [alerts] [server]`: what is in `deploy/`, by the tools that operators use.

`chart` lints and renders the Helm chart and compares it with the schemas of Kubernetes; `alerts` runs the
tests of the rules; `server` starts an API server of Kubernetes and applies the chart to it, as a dry run. The
tools are built from their Go modules, the API server in a quarter of an hour on two cores. Not part of
`make test`.
"""

import sys
from collections.abc import Callable, Mapping

from tests.deploy import alerts, chart
from tests.deploy.apiserver import ApiServer, Refused, running
from tests.deploy.schemas import operator_definition

NAMESPACE = "entrygo"
# The strictest of the pod security standards; what does not keep to it is warned of.
STANDARD = "pod-security.kubernetes.io/warn=restricted"


def main(words: list[str]) -> int:
    """The exit status: 0 when nothing was found."""
    unknown = set(words) - CHECKS.keys()
    if unknown:
        print(f"There is no check {', '.join(sorted(unknown))}: there are {', '.join(CHECKS)}.")
        return 2
    for word in words or ("chart", "alerts"):
        try:
            CHECKS[word]()
        except (AssertionError, RuntimeError) as found:
            print(f"{word}: {type(found).__name__}: {found}")
            return 1
    return 0


def _chart() -> None:
    for found in chart.check():
        print(f"ok  chart {found.variant}: {found.objects} objects")
    if not chart.refuses_to_render_without_a_store():
        raise chart.Unsound("the chart renders without a store that the replicas share")
    if not chart.holds_a_process_at_its_version():
        raise chart.Unsound("a process that is to stay at its version is replaced, or keeps another from it")
    print("ok  chart with one process at an earlier version")
    print("ok  chart without a store of documents: refused, with what to set")


def _alerts() -> None:
    for what in alerts.check():
        print(f"ok  {what}")


def _server() -> None:
    with running() as server:
        server.kubectl("create", "namespace", NAMESPACE)
        server.kubectl("label", "namespace", NAMESPACE, STANDARD)
        server.kubectl("create", "--filename", str(operator_definition()))
        server.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=120s")
        for variant, values in chart.VARIANTS.items():
            print(f"ok  server, chart {variant}: {_apply(server, chart.render(values))} objects")


def _apply(server: ApiServer, rendered: str) -> int:
    """How many objects the server would take; raises Refused, also when it would take one with a warning."""
    said = server.kubectl("apply", "--dry-run=server", "--filename", "-", stdin=rendered)
    lines = said.splitlines()
    taken = [line for line in lines if line.endswith("created (server dry run)")]
    if taken != lines:
        raise Refused(said)
    return len(taken)


CHECKS: Mapping[str, Callable[[], None]] = {"chart": _chart, "alerts": _alerts, "server": _server}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
