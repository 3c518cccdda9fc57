"""Dashboard, alerts and runbooks: they ask for metrics that there are, and every alert says what to do."""

import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from tests.architecture.sources import ROOT, written_modules

ALERTS: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
ALERT_TESTS: dict[str, Any] = yaml.safe_load(
    (ROOT / "deploy/prometheus/alerts_test.yaml").read_text(encoding="utf-8")
)
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/entrygo.json").read_text(encoding="utf-8"))
RUNBOOKS = ROOT / "docs/runbooks"
# Words of the language, which stand where a metric may stand.
WORDS = re.compile(r"\b(sum|max|min|rate|increase|histogram_quantile|time|by|or|and|topk)\b")
NAME = re.compile(r"\b[a-z][a-z0-9_]+\b")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
# Prometheus adds it to each target itself.
GIVEN = {"up"}


@cache
def exported() -> frozenset[str]:
    """Every series that our processes can export, of us and of the process itself."""
    for source in written_modules():
        if any(module == "prometheus_client" for _, module in source.imports):
            importlib.import_module(".".join(source.path.with_suffix("").parts))
    return frozenset(GIVEN).union(
        family.name + suffix for family in REGISTRY.collect() for suffix in SUFFIXES.get(family.type, ())
    )


def asked(expression: str) -> set[str]:
    """The metrics in an expression: its words, without labels, durations, functions and groupings."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)", " ", expression)
    return set(NAME.findall(WORDS.sub(" ", bare)))


def shown() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def without_suffix(series: str) -> str:
    """The one name of a histogram's three series."""
    return re.sub("_(bucket|sum|count)$", "", series)


def test_metrics_of_an_expression_are_found() -> None:
    expression = 'sum by (le, a) (rate(entrygo_x_bucket{b="c"}[5m])) / max(entrygo_y) > 3 or up == 0'
    assert asked(expression) == {"entrygo_x_bucket", "entrygo_y", "up"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alert_asks_for_metrics_that_are_exported(rule: dict[str, Any]) -> None:
    assert asked(rule["expr"])
    assert asked(rule["expr"]) - exported() == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alert_is_tested_with_what_it_must_see_and_what_it_must_not(rule: dict[str, Any]) -> None:
    """By promtool, which is not among our tools: `promtool test rules deploy/prometheus/alerts_test.yaml`."""
    cases = [
        case
        for test in ALERT_TESTS["tests"]
        for case in test["alert_rule_test"]
        if case["alertname"] == rule["alert"]
    ]
    assert {bool(case["exp_alerts"]) for case in cases} == {True, False}


def test_series_of_which_an_alert_counts_the_first_event_begin_at_zero() -> None:
    """`increase` sees nothing of an event that begins a series."""
    exported()
    counted = [
        found for rule in RULES for found in re.findall(r"increase\((\w+)\{(\w+)=\"(\w+)\"\}", rule["expr"])
    ]
    assert counted
    for series, label, value in counted:
        assert REGISTRY.get_sample_value(series, {label: value}) is not None, (series, value)


def test_dashboard_asks_for_metrics_that_are_exported() -> None:
    assert set().union(*map(asked, shown())) - exported() == set()


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    ours = {without_suffix(name) for name in exported() if name.startswith("entrygo_")}
    assert ours - {without_suffix(name) for name in set().union(*map(asked, shown()))} == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alert_has_a_page_that_says_what_to_look_at_and_to_do(rule: dict[str, Any]) -> None:
    page = (ROOT / rule["annotations"]["runbook"]).read_text(encoding="utf-8")
    assert f"`{rule['alert']}`, severity {rule['labels']['severity']}" in page
    assert "**What it means.**" in page
    for heading in ("**Look**", "**Do**"):
        assert re.match(r"\n\n- \S", page.partition(heading)[2]), heading


def test_every_page_is_of_an_alert() -> None:
    named = {ROOT / rule["annotations"]["runbook"] for rule in RULES}
    assert set(RUNBOOKS.glob("entry-go-*.md")) == named


def test_statements_of_pages_say_that_they_see_every_account() -> None:
    # Row level security holds for the owner of the tables, too, and shows it nothing otherwise.
    text = "".join(file.read_text(encoding="utf-8") for file in RUNBOOKS.glob("*.md"))
    statements = re.findall(r"`([^`]* FROM (?:sync|planning|execution|inspection)\.[^`]*)`", text)
    assert statements
    assert [each for each in statements if not each.startswith("SET entrygo.account_id = '*'; ")] == []


def test_pages_name_metrics_that_are_exported() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in RUNBOOKS.glob("*.md"))
    named = set(re.findall(r"`(entrygo_[a-z_]+)`", text))
    assert named
    assert named - exported() - {without_suffix(name) for name in exported()} == set()
