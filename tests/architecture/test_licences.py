"""Every package that the wheel stands on has a licence that `make audit` allows."""

from importlib import metadata

import pytest
from packaging.requirements import Requirement
from scripts.audit import is_allowed, licence_of


def _runtime() -> list[str]:
    """The installed packages that entrygo needs, its extra included, and what those need."""
    found: set[str] = set()
    waiting = [("entrygo", "sftp")]
    while waiting:
        name, extra = waiting.pop()
        for text in metadata.requires(name) or ():
            need = Requirement(text)
            if need.name not in found and (need.marker is None or need.marker.evaluate({"extra": extra})):
                found.add(need.name)
                waiting.append((need.name, ""))
    return sorted(found)


@pytest.mark.parametrize("name", _runtime())
def test_runtime_dependency_has_a_licence_on_the_list(name: str) -> None:
    licence = licence_of(name)
    assert is_allowed(name, licence), licence


def test_licence_that_nobody_has_read_is_refused() -> None:
    assert not is_allowed("somebody", "GPL-3.0-only")
    assert not is_allowed("somebody", "none declared")


def test_exception_is_of_one_package_alone() -> None:
    assert is_allowed("asyncssh", "EPL-2.0 OR GPL-2.0-or-later")
    assert not is_allowed("somebody", "EPL-2.0 OR GPL-2.0-or-later")
