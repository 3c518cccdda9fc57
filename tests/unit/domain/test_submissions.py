"""By which submission a package stands."""

from dataclasses import dataclass

import pytest

from entrygo.domain.submissions import newest_of_each_entry, worst


@dataclass(slots=True)
class Row:
    id: str
    status: str
    entry: int = 0
    kind: str = "package"


def test_a_package_that_went_as_a_whole_stands_by_its_newest_submission() -> None:
    rows = [Row("first", "failed"), Row("again", "sent", kind=""), Row("notice", "failed", kind="withdrawal")]
    assert worst(rows) is rows[1]
    assert worst(rows[2:]) is None


@pytest.mark.parametrize(
    ("statuses", "decides"),
    [
        (("sent", "sent", "sent"), 1),
        (("sent", "prepared", "sent"), 2),
        (("rejected", "acknowledged", "acknowledged"), 1),
        (("unknown", "failed", "sending"), 2),
        (("acknowledged", "sent", "acknowledged"), 2),
    ],
)
def test_a_package_whose_entries_go_alone_stands_by_the_worst_of_them(
    statuses: tuple[str, ...], decides: int
) -> None:
    found = worst([Row(f"e{at}", status, at) for at, status in enumerate(statuses, 1)])
    assert found is not None
    assert found.entry == decides


def test_an_entry_that_was_sent_again_stands_by_its_newest_submission() -> None:
    rows = [Row("one", "failed", 1), Row("two", "sent", 2), Row("one again", "sent", 1)]
    assert [each.id for each in newest_of_each_entry(rows)] == ["one again", "two"]
    assert worst(rows) is rows[2]
