"""Who runs beside whom when several processes share the tests."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Names the shape of the session's system: with `true` its services share a process.
TOGETHER_SETTING = "ENTRYGO_TEST_TOGETHER"
# Every test below these is one group: they share the system of the session.
SHARE_THE_SYSTEM = ("tests/contract/rest", "tests/isolation", "tests/e2e", "tests/harness/test_system.py")
# In a folder of the above, with systems of their own.
OWN_SYSTEMS = frozenset({"tests/e2e/test_up.py", "tests/e2e/test_documents_in_s3.py"})

SYSTEM, FAULTS = "system", "faults"
# Folders whose tests share what their conftest starts.
OF_A_FOLDER = {"tests/faults": FAULTS, "tests/campaign": "campaign"}
# Begun first, in this order: they take the longest, and no process is to wait for another at the end.
LONGEST = (
    SYSTEM,
    FAULTS,
    "campaign",
    "tests/e2e/test_up.py",
    "tests/unit/console/test_in_browser.py",
    "tests/e2e/test_documents_in_s3.py",
)
# The last of their group: they leave thousands of records, among which every other test would have to look.
LEAVE_MUCH = ("tests/contract/rest/test_openapi.py",)


def group_of(nodeid: str) -> str:
    """Tests of one group run in one process: those that share a running system, else those of a module."""
    module = nodeid.partition("::")[0]
    if module in OWN_SYSTEMS:
        return module
    places = {module, *map(str, PurePosixPath(module).parents)}
    if places & set(SHARE_THE_SYSTEM):
        return SYSTEM
    return next((group for folder, group in OF_A_FOLDER.items() if folder in places), module)


def rank(nodeid: str) -> tuple[int, bool]:
    """Its place in the order of beginning; those of one rank stay as they were collected."""
    group, module = group_of(nodeid), nodeid.partition("::")[0]
    return LONGEST.index(group) if group in LONGEST else len(LONGEST), module in LEAVE_MUCH


def check_sharing(items: Sequence[pytest.Item]) -> None:
    """A test with the fixture `system` outside its group would start a second one in another process."""
    strays = {
        item.nodeid.partition("::")[0]
        for item in items
        if "system" in getattr(item, "fixturenames", ()) and group_of(item.nodeid) != SYSTEM
    }
    if strays:
        raise pytest.UsageError(f"add to SHARE_THE_SYSTEM of tests/harness/groups.py: {sorted(strays)}")


def check_ids(items: Sequence[pytest.Item]) -> None:
    """Of tests that share an id xdist runs one, and says nothing of the others."""
    shared = {nodeid: count for nodeid, count in Counter(item.nodeid for item in items).items() if count > 1}
    if shared:
        raise pytest.UsageError(f"give each test an id of its own: {shared}")


def claim_for_the_run(own_folder: Path, name: str) -> None:
    """Whoever starts what one group shares says so; RuntimeError when another process of this run did.

    Takes the base of a process's temporary folders, which under xdist lies in the folder of the run.
    """
    process = os.environ.get("PYTEST_XDIST_WORKER")
    if process is None:
        return
    claim = own_folder.parent / f"started-{name}"
    try:
        with claim.open("x", encoding="utf-8") as file:
            file.write(process)
    except FileExistsError:
        first = claim.read_text(encoding="utf-8")
        raise RuntimeError(f"{name} was started in {first} already: its group is torn apart") from None


class GroupScheduling(LoadScopeScheduling):
    """xdist's scheduling by module, with our groups for modules.

    Not `--dist loadgroup`: it writes the group into the test's id, which pytest reads no longer from 9.2 on
    (pytest-xdist issue 1386), so that every test goes its own way and each process starts every system.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        # By the order that `rank` gave them, not by the number of their tests.
        self.config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
