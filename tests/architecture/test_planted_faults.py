"""The faults that `make mutants` and `make protections` plant still have their place."""

import pytest

from tests.architecture.sources import ROOT
from tests.campaign.protections import PROTECTIONS
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
