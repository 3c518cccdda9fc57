"""Documents after some entries were filed: a list of corrections for each of them, data for the others."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from entrygo.domain.snapshot import Amendment, Change, EntryType, FiledEntry, Snapshot
from entrygo.execution.broker.mail import BrokerMail, compose
from entrygo.execution.broker.signed_links import Link
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.document_sets import render_package
from entrygo.execution.package.artifacts import RenderedArtifact, of_submission
from entrygo.execution.package.entry_snapshots import amendment_of
from entrygo.execution.package.summary import summarised
from tests.unit.execution.snapshots import PACKAGE
from tests.unit.execution.test_broker_mail import MAIL, artifacts, body_of
from tests.unit.execution.test_entry_documents import THREE

FIRST, THIRD = "ABC-1234567-6", "ABC-1234568-4"
FILED = (FiledEntry(entry=1, entry_number=FIRST), FiledEntry(entry=3, entry_number=THIRD))
CHANGES = (
    Change(subject="order", id="ord_9", name="SO-9", before="ord_9", corrects=(THIRD,)),
    Change(
        subject="product",
        id="prod_a",
        name="BAG",
        field="name",
        before="A",
        after="B",
        corrects=(FIRST, THIRD),
    ),
    Change(subject="order", id="ord_1", name="SO-1", field="region", before="WA", after="OR"),
)


def correcting(snapshot: Snapshot, filed: tuple[FiledEntry, ...] = FILED) -> Snapshot:
    """The plan as one that follows another, of which these entries were filed."""
    numbers = {each.entry: each.entry_number for each in filed}
    amendment = Amendment(
        supersedes="batch_0",
        reason="One order taken off",
        after_entry=True,
        entry_number=", ".join(numbers.values()),
        filed=filed,
        changes=CHANGES,
    )
    entries = tuple(
        each.model_copy(update={"filed_as": numbers.get(each.number)}) for each in snapshot.entries
    )
    return snapshot.model_copy(update={"amendment": amendment, "entries": entries})


def rendered(snapshot: Snapshot) -> dict[str, RenderedArtifact]:
    package = replace(PACKAGE, replaces="cp_1")
    return {each.filename: each for each in render_package(DOCUMENTS, snapshot, package)}


def rows(found: dict[str, RenderedArtifact], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found[name].content.decode(), newline="")))


def json_of(found: dict[str, RenderedArtifact], name: str) -> Any:
    return orjson.loads(found[name].content)


@pytest.fixture(scope="module")
def package() -> dict[str, RenderedArtifact]:
    return rendered(correcting(THREE))


def test_every_filed_entry_has_its_corrections_by_its_number_and_no_entry_data(
    package: dict[str, RenderedArtifact],
) -> None:
    for entry, number, changed in ((1, FIRST, ["prod_a"]), (3, THIRD, ["ord_9", "prod_a"])):
        listed = rows(package, f"entry-{entry}_post_summary_correction.csv")
        assert [(row["entry_number"], row["id"]) for row in listed] == [(number, each) for each in changed]
        assert f"entry-{entry}_entry_dataset.json" not in package
        assert f"entry-{entry}_entry_lines.csv" not in package


def test_an_entry_that_was_not_filed_has_entry_data_and_what_changed_of_it(
    package: dict[str, RenderedArtifact],
) -> None:
    assert json_of(package, "entry-2_entry_dataset.json")["lines"]
    assert rows(package, "entry-2_entry_lines.csv")
    assert "entry-2_post_summary_correction.csv" not in package
    listed = rows(package, "entry-2_amendment.csv")
    assert [(row["entry_number"], row["id"]) for row in listed] == [("", "prod_a"), ("", "ord_1")]


def test_the_truck_lists_all_corrections_by_number_and_apart_from_them_what_else_changed(
    package: dict[str, RenderedArtifact],
) -> None:
    listed = rows(package, "post_summary_correction.csv")
    assert [(row["entry_number"], row["id"]) for row in listed] == [
        (FIRST, "prod_a"), (THIRD, "ord_9"), (THIRD, "prod_a"),
    ]  # fmt: skip
    assert [row["id"] for row in rows(package, "amendment.csv")] == ["ord_1"]
    filed = json_of(package, "manifest.json")["replaces"]["filed"]
    assert filed == [
        {"entry_before": 1, "entry": 1, "entry_number": FIRST},
        {"entry_before": 3, "entry": 3, "entry_number": THIRD},
    ]


def test_the_truck_is_manifested_while_an_entry_is_to_be_filed_and_not_after() -> None:
    assert "ace_manifest.json" in rendered(correcting(THREE))
    all_filed = (*FILED, FiledEntry(entry=2, entry_number="ABC-1234569-2"))
    found = rendered(correcting(THREE, all_filed))
    assert "ace_manifest.json" not in found
    assert not [name for name in found if "entry_dataset" in name or "entry_lines" in name]


def test_papers_of_the_truck_say_which_entry_is_still_to_be_filed() -> None:
    found = rendered(correcting(THREE))
    said = found["commercial_customs_invoice.html"].content.decode()
    assert f"Corrects entry {FIRST}, {THIRD}, to be filed: entry 2; replaces" in said
    own = found["entry-1_commercial_customs_invoice.html"].content.decode()
    assert f"Corrects entry {FIRST}, no new one; replaces" in own
    all_filed = (*FILED, FiledEntry(entry=2, entry_number="ABC-1234569-2"))
    whole = rendered(correcting(THREE, all_filed))["commercial_customs_invoice.html"].content.decode()
    assert "no new one; replaces" in whole


def test_entries_of_one_importer_are_corrected_and_filed_side_by_side() -> None:
    whole = THREE.entries[0].model_copy(update={"order_ids": ("ord_0",), "importer_id": None})
    second = whole.model_copy(update={"number": 2, "order_ids": ("ord_1", "ord_2", "ord_3")})
    snapshot = THREE.model_copy(update={"entries": (whole, second), "importers": ()})
    found = rendered(correcting(snapshot, FILED[:1]))
    assert "entry-1_post_summary_correction.csv" in found
    assert "entry-2_entry_dataset.json" in found
    assert "entry_dataset.json" not in found


def typed(snapshot: Snapshot, *types: EntryType) -> Snapshot:
    """The entries of the plan as of these types, in their order."""
    pairs = zip(snapshot.entries, types, strict=True)
    entries = tuple(each.model_copy(update={"entry_type": one}) for each, one in pairs)
    return snapshot.model_copy(update={"entries": entries})


FORMAL = typed(THREE, "01", "01", "01")


def mail_of(snapshot: Snapshot, **changes: Any) -> str:
    mail: BrokerMail = replace(
        MAIL,
        package=replace(PACKAGE, replaces="cp_1"),
        amendment=snapshot.amendment,
        summary=summarised(snapshot),
        **changes,
    )
    return " ".join(body_of(compose(mail, artifacts()), "plain").split())


def test_the_mail_asks_for_each_correction_by_number_and_for_the_entry_that_is_left() -> None:
    body = mail_of(correcting(FORMAL))
    assert (
        f"Entries were filed for that one ({FIRST}, {THIRD}): please correct each of them by a post-summary"
        " correction of its own, and file none of them a second time."
    ) in body
    assert "Please review the documents and file entry 2." in body
    assert f"filed as {FIRST}" in body
    assert "and file entries 2 and 3." in mail_of(correcting(THREE, FILED[:1]))
    all_filed = (*FILED, FiledEntry(entry=2, entry_number="ABC-1234569-2"))
    assert "Please review the documents." in mail_of(correcting(THREE, all_filed))


def test_the_mail_asks_for_no_number_of_an_entry_that_has_one() -> None:
    link = Link(url="https://example.com/l", expires_at=datetime(2026, 12, 1, tzinfo=UTC))
    all_filed = (*FILED, FiledEntry(entry=2, entry_number="ABC-1234569-2"))
    asked = {
        "enter the number of entry 2 here": correcting(THREE),
        "enter the numbers of entries 2 and 3 here": correcting(THREE, FILED[:1]),
        "Download everything, and acknowledge or reject the package here": correcting(THREE, all_filed),
        "enter the number of each entry here": THREE,
    }
    for said, snapshot in asked.items():
        assert said in mail_of(snapshot, link=link)
    assert "Tell the shipper that it is done, or what is wrong." in mail_of(correcting(THREE, all_filed))
    old = Amendment(supersedes="batch_0", reason="r", after_entry=True, entry_number=FIRST)
    assert "enter" not in mail_of(THREE.model_copy(update={"amendment": old}), link=link)


def test_the_mail_asks_for_no_post_summary_correction_of_an_informal_entry() -> None:
    """19 CFR 159.10: it is liquidated on payment or release."""
    informal = mail_of(correcting(typed(THREE, "11", "01", "11")))
    assert f"({FIRST}, {THIRD}): please correct each of them with CBP, and file none" in informal
    assert f"{FIRST}, {THIRD} are planned as type 11: an informal entry is liquidated on" in informal
    both = mail_of(correcting(typed(THREE, "01", "01", "11")))
    assert f"please correct {FIRST} by a post-summary correction and {THIRD} with CBP, and file none" in both
    assert f"{THIRD} is planned as type 11: an informal entry is liquidated on payment" in both
    unchanged = correcting(typed(THREE, "11", "01", "01"))
    assert unchanged.amendment is not None
    changes = tuple(each for each in CHANGES if FIRST not in each.corrects)
    amendment = unchanged.amendment.model_copy(update={"changes": changes})
    assert "planned as type 11" not in mail_of(unchanged.model_copy(update={"amendment": amendment}))
    [one] = [typed(THREE, "11", "01", "01").entries[0]]
    alone = THREE.model_copy(
        update={
            "entries": (one,),
            "amendment": Amendment(supersedes="b", reason="r", after_entry=True, entry_number=FIRST),
        }
    )
    assert f"({FIRST}): please correct that entry with CBP, and file no second one." in mail_of(alone)


def test_no_correction_is_asked_for_of_an_entry_of_which_nothing_changed() -> None:
    snapshot = correcting(FORMAL)
    assert snapshot.amendment is not None
    of_third = tuple(each for each in CHANGES if FIRST not in each.corrects)
    amendment = snapshot.amendment.model_copy(update={"changes": of_third})
    body = mail_of(snapshot.model_copy(update={"amendment": amendment}))
    assert f"please correct {THIRD} by a post-summary correction; nothing of {FIRST} changed" in body
    alone = amendment_of(snapshot.model_copy(update={"amendment": amendment}), snapshot.entries[0])
    body = mail_of(snapshot.model_copy(update={"amendment": alone}), entry=1)
    assert f"({FIRST}): nothing of {FIRST} changed, so that there is nothing to correct in it." in body
    assert "post-summary" not in body
    # What was not kept may be of it; another day is of every entry.
    day = Change(subject="export", id="batch_1", name="", field="entry_date", before="1", after="2")
    for unclear in ({"more_changes": 1}, {"changes": (*of_third, day)}):
        body = mail_of(snapshot.model_copy(update={"amendment": amendment.model_copy(update=unclear)}))
        assert f"({FIRST}, {THIRD}): please correct each of them" in body


def test_an_order_that_was_taken_off_is_of_the_only_entry_that_is_to_be_filed() -> None:
    snapshot = correcting(THREE)
    assert snapshot.amendment is not None
    off = Change(subject="order", id="ord_8", name="SO-8", before="ord_8")
    amendment = snapshot.amendment.model_copy(update={"changes": (*CHANGES, off)})
    shown = [
        amendment_of(snapshot.model_copy(update={"amendment": amendment}), entry)
        for entry in snapshot.entries
    ]
    assert [bool(each and off in each.changes) for each in shown] == [False, True, False]
    one_filed = correcting(THREE, FILED[:1]).model_copy(update={"amendment": amendment})
    shown = [amendment_of(one_filed, entry) for entry in one_filed.entries[1:]]
    assert [bool(each and off in each.changes) for each in shown] == [False, False]


def test_of_a_plain_amendment_an_entry_lists_what_no_other_entry_has() -> None:
    """What is of the truck (a day, an order that was taken off) is said of each of them."""
    [first, second, third] = THREE.entries
    day = Change(subject="export", id="batch_1", name="", field="entry_date", before="1", after="2")
    off = Change(subject="order", id="ord_8", name="SO-8", before="ord_8")
    of_orders = tuple(
        Change(subject="order", id=entry.order_ids[0], name=f"SO-{entry.number}", after="added")
        for entry in (first, second, third)
    )
    amendment = Amendment(supersedes="batch_0", reason="Again", changes=(day, off, *of_orders))
    snapshot = THREE.model_copy(update={"amendment": amendment})
    shown = [amendment_of(snapshot, entry) for entry in snapshot.entries]
    assert [each and each.changes for each in shown] == [(day, off, one) for one in of_orders]


def test_a_change_of_an_importer_is_of_its_entries() -> None:
    changes = tuple(
        Change(subject="importer", id=each.importer_id, name="North", field="name", before="A", after="B")
        for each in THREE.entries
        if each.importer_id is not None
    )
    assert len(changes) > 1
    plain = Amendment(supersedes="batch_0", reason="Again", changes=changes)
    for amendment in (plain, plain.model_copy(update={"after_entry": True, "filed": FILED[:1]})):
        snapshot = THREE.model_copy(update={"amendment": amendment})
        for entry in snapshot.entries[1:]:
            shown = amendment_of(snapshot, entry)
            assert shown is not None
            assert [each.id for each in shown.changes] == [entry.importer_id]


def test_of_an_amendment_one_entry_has_its_own_part() -> None:
    snapshot = correcting(THREE)
    parts = [amendment_of(snapshot, entry) for entry in snapshot.entries]
    assert [each and each.after_entry for each in parts] == [True, False, True]
    assert [each and each.entry_number for each in parts] == [FIRST, None, THIRD]


def test_documents_go_with_their_entry_and_those_of_the_truck_with_the_first(
    package: dict[str, RenderedArtifact],
) -> None:
    everything = list(package.values())
    first, second, third = ([each.filename for each in of_submission(everything, n)] for n in (1, 2, 3))
    assert {each.partition("_")[0] for each in second} == {"entry-2"}
    assert {each.partition("_")[0] for each in third} == {"entry-3"}
    assert {"manifest.json", "ace_manifest.json", "entry-1_commercial_customs_invoice.pdf"} <= set(first)
    assert not [each for each in first if each.startswith(("entry-2_", "entry-3_"))]
    assert "customs_package.zip" not in (*first, *second, *third)
    assert len(first) + len(second) + len(third) == len(package) - 1
    alone = [each for each in everything if not each.filename.startswith("entry-")]
    assert of_submission(alone, 2), "one that has none of its own gets those of the truck"
