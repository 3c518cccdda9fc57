"""`python -m tests.bench.publish FILE`: the figures of a run as tables and a plot in docs/performance.md."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from tests.bench.capacity import CORES, capacity, cores_for, cost_of_an_order
from tests.bench.plot import bars
from tests.bench.profiles import in_a_lifecycle
from tests.bench.subjects import ONE_PROCESS, OURS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "performance.md"
PLOT = DOCS / "images/performance.svg"
# Comments that no renderer of Markdown shows, ours included.
BEGIN, END = "[//]: # (figures: begin)", "[//]: # (figures: end)"
SUBJECTS = (OURS, ONE_PROCESS, "monolith", "monolith with DBOS", "floor")
AGAINST = ("floor", "monolith")
TEN_MILLION = 10_000_000


def main(arguments: Sequence[str]) -> None:
    run = orjson.loads(Path(arguments[0]).read_bytes())
    PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), page_of(run)), encoding="utf-8")
    if run.get("rates"):
        PLOT.write_text(bars(run["rates"]), encoding="utf-8")


def put(page: str, figures: str) -> str:
    """The page with the figures between its markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page lacks {BEGIN} or {END}.")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def page_of(run: Mapping[str, Any]) -> str:
    """Every section that the run has, as Markdown."""
    sections = [_taken(run)]
    if rates := run.get("rates"):
        sections += [_rates(rates), "![ours beside the others](images/performance.svg)", _costs(rates)]
    if hops := run.get("hops"):
        sections.append(_hops(hops))
    if profiles := run.get("profile"):
        sections.append(_profiles(profiles))
    if large := run.get("large"):
        sections.append(_large(large))
    sections.append(_rest(run))
    if any(row["name"] == "lifecycle_50" for row in run.get("rates", ())):
        sections.append(_capacity(cost_of_an_order(run)))
    return "\n\n".join(section for section in sections if section)


def _taken(run: Mapping[str, Any]) -> str:
    machine, versions = run["machine"], run["versions"]
    return (
        f"Taken {run['taken_at']} on {machine['cores']} cores of {machine['cpu']},"
        f" {machine['memory_gib']} GiB, {machine['system']}, load before {machine['load_before']:.1f};"
        f" {run['rounds']} rounds of {run['seconds']:g} s a subject, 16 clients. "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + "."
    )


def _rates(rates: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            row["title"],
            *(_spread(row["subjects"].get(name, {}).get("per_second")) for name in SUBJECTS),
        ]
        for row in rates
    ]
    ratios = [
        [
            row["title"],
            *(_spread(row["ratios"].get(of, {}).get(name)) for of in (OURS, ONE_PROCESS) for name in AGAINST),
            *(_milliseconds(row["subjects"].get(of)) for of in (OURS, ONE_PROCESS)),
        ]
        for row in rates
    ]
    heads = [f"{of} / {name}" for of in ("ours", "one process") for name in AGAINST]
    return "\n\n".join(
        (
            _table(["", *SUBJECTS], rows),
            _table(["", *heads, "ours p50 / p99 ms", "one process p50 / p99 ms"], ratios),
        )
    )


def _milliseconds(figures: Mapping[str, Any] | None) -> str:
    return f"{figures['p50_ms']:.0f} / {figures['p99_ms']:.0f}" if figures else ""


def _costs(rates: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [row["title"], name, f"{figures['core_ms_in_all']:,.1f}", _parts(figures["core_ms"], "{:.1f}")]
        for row in rates
        for name, figures in row["subjects"].items()
    ]
    return _table(["core-ms a request or lifecycle", "subject", "in all", "by process"], rows)


def _hops(found: Mapping[str, Any]) -> str:
    rows = [
        [
            hop["title"],
            _parts(hop["core_ms"], "{:.2f}"),
            f"{hop['core_ms_in_all']:.2f}",
            f"{hop['in_a_lifecycle']:.1f}",
            f"{hop['core_ms_a_lifecycle']:.1f}",
        ]
        for hop in found["hops"]
    ]
    together = sum(hop["core_ms_a_lifecycle"] for hop in found["hops"])
    rows.append(["all of them", "", "", "", f"{together:.1f}"])
    return _table(["core-ms of one hop by itself", "by side", "in all", "in a lifecycle", "core-ms"], rows)


def _profiles(profiles: Sequence[Mapping[str, Any]]) -> str:
    kinds = in_a_lifecycle(profiles)
    rows = [
        [
            kind,
            *(f"{profile['core_ms'] * profile['percent'].get(kind, 0) / 100:.1f}" for profile in profiles),
            f"{core_ms:.1f}",
        ]
        for kind, core_ms in kinds.items()
    ]
    rows.append(["all", *(f"{each['core_ms']:.1f}" for each in profiles), f"{sum(kinds.values()):.1f}"])
    head = ["core-ms a lifecycle of 1 order, three documents", *(each["part"] for each in profiles)]
    return _table([*head, "in all"], rows)


def _large(large: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{each['exports']} × {each['orders']:,} orders",
            each["subject"],
            f"{each['plan_seconds']:.2f}",
            f"{each['execute_seconds']:.1f}",
            _parts(each["execute_peak_mib"], "{:.0f}"),
            _small(each),
        ]
        for each in large
    ]
    return _table(["", "", "plan s", "execute s", "peak MiB while executing", "small requests' p99 ms"], rows)


def _small(each: Mapping[str, Any]) -> str:
    small = each.get("small_requests_ms")
    return f"{small['plan']['p99']:.0f} / {small['execute']['p99']:.0f}" if small else ""


def _rest(run: Mapping[str, Any]) -> str:
    lines = []
    lines += [
        f"- {each['subject']}: an event is seen after {each['p50_ms']:.0f} ms (p50) and"
        f" {each['p99_ms']:.0f} ms (p99), at {each['lifecycles_per_second']:.1f} lifecycles a second"
        f" ({each['events']:,} events)."
        for each in run.get("visible", ())
    ]
    lines += [
        f"- {each['subject']}: at rest {each['transactions_per_second']:.1f} transactions a second,"
        f" {each['core_percent_in_all']:.1f} % of a core in all ({_parts(each['core_percent'], '{:.1f}')})."
        for each in run.get("idle", ())
    ]
    if growth := run.get("growth"):
        costs = ", ".join(
            f"{value:.2f} core-ms beside {int(stored):,}"
            for stored, value in growth["core_ms_per_order"].items()
        )
        lines.append(f"- An order costs {costs} stored orders: × {growth['ratio']:.2f}.")
    lines += [
        f"- Beside {int(accounts):,} small accounts an order costs {each['core_ms_per_order']:.2f} core-ms,"
        f" and a plan of 5,000 orders takes {each['plan_seconds']:.2f} s."
        for accounts, each in run.get("crowd", {}).items()
    ]
    return "\n".join(lines)


def _capacity(cost: Mapping[str, float]) -> str:
    rows = []
    for cores in CORES:
        found = capacity(cost, cores)
        rows.append(
            [
                str(cores),
                f"{found.orders_a_day:,}",
                f"{found.peak_orders_a_second:,.0f}",
                _parts(found.replicas, "{}"),
                str(found.partitions),
                f"{found.database_cores:.1f}",
                "one a service" if found.needs_database_per_service else "one",
            ]
        )
    head = ["cores", "orders a day", "at the peak, /s", "processes", "partitions", "PostgreSQL's cores"]
    cores = cores_for(cost, TEN_MILLION)
    return _table([*head, "clusters"], rows) + f"\n\n10⁷ orders a day need {cores:,} cores by this model."


def _parts(values: Mapping[str, Any], form: str) -> str:
    return ", ".join(f"{name} {form.format(value)}" for name, value in values.items())


def _spread(figures: Mapping[str, float] | None) -> str:
    if figures is None:
        return ""
    form = "{:,.2f}" if figures["median"] < 20 else "{:,.0f}"
    return (
        f"{form.format(figures['median'])} ({form.format(figures['least'])}–{form.format(figures['most'])})"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main(sys.argv[1:])
