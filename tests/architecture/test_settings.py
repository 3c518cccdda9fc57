"""The table of docs/settings.md is the settings classes, no more and no less."""

import json
import re
from collections.abc import Iterator

import pytest
from pydantic_settings import BaseSettings
from scripts.house import modules, settings_fields

from entrygo.process.variables import group_of
from tests.architecture.settings import SETTINGS, classes, defaults, every_variable
from tests.architecture.sources import ROOT

PAGE = ROOT / "docs" / "settings.md"
LIMITS = ROOT / "docs" / "limits.md"
# A default that is said as it would be given, of one setting.
SAID = re.compile(r"\| `(ENTRYGO_[A-Z0-9_]+)` \| `((?!ENTRYGO_)[^`]+)`")
UNITS = {"": 1, "s": 1, "min": 60, "h": 3600, "KiB": 1024, "MiB": 1024**2}
AMOUNT = re.compile(r"([0-9][0-9,]*)(?: (s|min|h|KiB|MiB)\b)?")
SETTING = re.compile(r"`(ENTRYGO_[A-Z0-9_]+)`")
MOST_FIELDS = 20
HELD = sorted(
    set().union(*map(classes, SETTINGS.values())), key=lambda held: (held.__module__, held.__name__)
)


def test_page_lists_every_setting() -> None:
    assert every_variable() - set(_documented()) == set()


def test_page_lists_no_setting_that_is_not_read() -> None:
    assert set(_documented()) - every_variable() == set()


def test_page_says_what_is_taken_where_a_setting_is_not_given() -> None:
    known, said = defaults(), dict(_defaults_said())
    assert len(said) > 90
    assert {name: _written(known[name]) for name in said} == said


def test_page_of_limits_says_what_is_taken_where_a_setting_is_not_given() -> None:
    known, rows = defaults(), list(_limits_said())
    assert len(rows) > 25
    assert [(name, said) for name, said in rows if known[name] not in said] == []


def test_every_setting_carries_our_prefix() -> None:
    assert [name for name in every_variable() if not name.startswith("ENTRYGO_")] == []


@pytest.mark.parametrize("settings", HELD, ids=lambda settings: f"{settings.__module__}.{settings.__name__}")
def test_class_of_settings_holds_what_a_reader_can_hold(settings: type[BaseSettings]) -> None:
    # Its parents' fields count: a reader of the object meets them all.
    assert len(settings.model_fields) <= MOST_FIELDS


def test_the_house_in_figures_counts_fields_as_pydantic_does() -> None:
    counted = settings_fields(modules(ROOT))
    ours = {f"{held.__module__.split('.')[1]}.{held.__name__}": len(held.model_fields) for held in HELD}
    assert {name: counted.get(name) for name in ours} == ours


def test_held_class_is_named_as_no_variable() -> None:
    # The environment would be asked for it, and its text taken for the whole class in JSON.
    names = {
        f"{settings.model_config['env_prefix']}{name}".upper()
        for settings in HELD
        for name, field in settings.model_fields.items()
        if group_of(field) is not None
    }
    assert names
    assert names & every_variable() == set()


def _documented() -> Iterator[str]:
    """What stands in the first column of the page's table."""
    for row in PAGE.read_text(encoding="utf-8").splitlines():
        if row.startswith("|"):
            yield from SETTING.findall(row.split("|")[1])


def _defaults_said() -> Iterator[tuple[str, str]]:
    """Of the settings of processes; of those that `entrygo up` alone has, it says what becomes of them."""
    for name, said in SAID.findall(PAGE.read_text(encoding="utf-8")):
        if name in defaults():
            yield name, said


def _written(default: object) -> str:
    """As it stands in the environment."""
    if isinstance(default, bool | tuple | list):
        return json.dumps(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def _limits_said() -> Iterator[tuple[str, set[int]]]:
    """Each setting in the tables of the page of limits, with the amounts that stand beside it."""
    for row in LIMITS.read_text(encoding="utf-8").splitlines():
        if row.startswith("|"):
            _, _, said, settings, *_ = row.split("|")
            amounts = {int(count.replace(",", "")) * UNITS[unit] for count, unit in AMOUNT.findall(said)}
            for name in re.findall(r"`([A-Z_]+)`", settings):
                if amounts:
                    yield f"ENTRYGO_{name}", amounts
