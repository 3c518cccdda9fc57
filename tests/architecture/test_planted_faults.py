"""The faults that `make mutants` and `make protections` plant still have their place."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from tests.architecture.sources import ROOT
from tests.campaign.protections import PROTECTIONS
from tests.mutants import __main__ as drill
from tests.mutants.faults import FAULTS, Fault
from tests.mutants.planting import Edit

EDITS = {
    **{fault.name: [Edit(fault.file, fault.old, fault.new)] for fault in FAULTS},
    **{protection.name: list(protection.edits) for protection in PROTECTIONS},
}


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_what_an_edit_replaces_stands_there_once(edits: list[Edit]) -> None:
    for edit in edits:
        assert (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old) == 1, edit
        assert edit.new != edit.old


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_tests_that_must_notice_a_fault_are_there(fault: Fault) -> None:
    assert [test for test in fault.tests if not (ROOT / test).exists()] == []


def test_a_fault_is_not_noticed_because_the_machine_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that took an hour without a fault may take it with one, too."""
    seconds, clock = [], iter((0.0, 3600.0))

    def run(*arguments: object, **limits: float | None) -> tuple[drill.Verdict, str]:
        seconds.append(limits["seconds"])
        return drill.Verdict.LIVED, ""

    monkeypatch.setattr(drill, "_run", run)
    monkeypatch.setattr(drill, "copied_repository", lambda: nullcontext(ROOT))
    monkeypatch.setattr(drill, "run_postgres", lambda: nullcontext(""))
    monkeypatch.setattr(drill, "planted", lambda *arguments: nullcontext())
    monkeypatch.setattr("tests.mutants.__main__.time", SimpleNamespace(monotonic=clock.__next__))
    assert drill.main([FAULTS[0].name]) == 1
    [of_all, of_one] = seconds
    assert of_all is None
    assert of_one is not None
    assert of_one > 3600
