"""Rounds into figures: medians, spreads, ratios of what ran in the same round."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.load import Turn


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median_and_spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def subject_figures(
    turns: Sequence[Turn], costs: Sequence[Mapping[str, float]], items: int
) -> dict[str, Any]:
    """Of one subject over all rounds: items a second, milliseconds a request, core-milliseconds a request."""
    latencies = [seconds * 1000 for turn in turns for seconds in turn.latencies]
    cores = {
        name: statistics.median(
            cost[name] * 1000 / len(turn.latencies) for turn, cost in zip(turns, costs, strict=True)
        )
        for name in costs[0]
    }
    return {
        "per_second": median_and_spread([turn.rate * items for turn in turns]),
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "core_ms": {name: round(value, 3) for name, value in cores.items()},
        "core_ms_in_all": round(sum(cores.values()), 3),
    }


def ratios(turns: Mapping[str, Sequence[Turn]], of: str) -> dict[str, dict[str, float]]:
    """`of` against each other subject, round by round: a neighbour's noise falls on both."""
    return {
        name: median_and_spread([own.rate / its.rate for own, its in zip(turns[of], others, strict=True)])
        for name, others in turns.items()
        if name != of
    }
