"""The stored snapshot: canonical JSON with its rows apart; what earlier releases stored stays readable."""

import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from entrygo.domain.errors import SnapshotUnreadable
from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.snapshot import Snapshot, read_snapshot
from entrygo.planning import snapshots
from entrygo.planning.decide import Decision
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.tables import rows_of
from entrygo.planning.snapshots import PackedSnapshot, messages_in, pack, snapshot_of, unpack, unpack_small
from tests.factories import GOLDEN_ENTRY_DATE, golden_orders, make_order
from tests.unit.planning.decisions import decide_on


def snapshot(decision: Decision) -> Snapshot:
    return snapshot_of(
        decision,
        tenant=Tenant(account_id="acc_123", mode=Mode.LIVE),
        export_id="batch_1",
        revision=1,
        planned_at=datetime(2026, 3, 11, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize("day", [GOLDEN_ENTRY_DATE, date(2026, 11, 21)])
def test_snapshot_unpacks_to_the_json_of_all_its_fields_in_their_order(day: date) -> None:
    decision = decide_on(*golden_orders(), entry_date=day)
    assert decision.reference_set.rows
    stored = pack(snapshot(decision), decision.reference_set)
    assert unpack(stored) == snapshot(decision).model_dump_json().encode()


def test_what_there_are_thousands_of_is_written_in_parts_that_are_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshots, "_AT_ONCE", 2)
    decision = decide_on(*(make_order(f"ord_{number}", destination_region=None) for number in range(5)))
    assert len(decision.messages) >= len(decision.included) == 5
    stored = pack(snapshot(decision), decision.reference_set)
    assert unpack(stored) == snapshot(decision).model_dump_json().encode()


def test_rows_are_stored_apart_under_one_digest_for_all_plans_of_a_day() -> None:
    first, second = decide_on(*golden_orders()), decide_on(make_order())
    stored = [pack(snapshot(decision), decision.reference_set) for decision in (first, second)]
    assert all(json.loads(zlib.decompress(each.content))["reference_rows"] == [] for each in stored)
    assert stored[0].reference_digest == stored[1].reference_digest
    assert stored[0].reference_rows == stored[1].reference_rows
    other = decide_on(make_order(), entry_date=date(2026, 11, 21))
    assert other.reference_set.digest != first.reference_set.digest


def test_text_that_reads_like_the_empty_rows_is_left_as_it_is() -> None:
    order = make_order(external_id='"reference_rows":[]')
    decision = decide_on(order)
    read = Snapshot.model_validate_json(unpack(pack(snapshot(decision), decision.reference_set)))
    assert read == snapshot(decision)


def test_snapshot_of_an_earlier_release_has_its_rows_itself() -> None:
    decision = decide_on(*golden_orders())
    whole = snapshot(decision).model_dump_json().encode()
    stored = PackedSnapshot(content=zlib.compress(whole), reference_digest=None, reference_rows=None)
    assert unpack(stored) == whole
    assert [message["code"] for message in messages_in(stored)] == [one.code for one in decision.messages]


def test_fields_of_a_later_release_are_passed_over_at_every_depth() -> None:
    decision = decide_on(*golden_orders())
    whole = snapshot(decision)
    later = with_more_fields(json.loads(whole.model_dump_json()))
    assert read_snapshot(json.dumps(later).encode()) == whole


def test_a_form_of_a_later_release_is_refused() -> None:
    later = json.loads(snapshot(decide_on(*golden_orders())).model_dump_json()) | {"schema_version": 3}
    with pytest.raises(SnapshotUnreadable):
        read_snapshot(json.dumps(later).encode())


def with_more_fields(value: Any, name: str = "") -> Any:
    """JSON to whose every object, but those whose keys are data, a field was added."""
    if isinstance(value, list):
        return [with_more_fields(each) for each in value]
    if not isinstance(value, dict):
        return value
    more = {} if name in {"tariff", "hts_codes"} else {"field_of_a_later_release": {"a": 1}}
    return {key: with_more_fields(each, key) for key, each in value.items()} | more


def test_small_snapshot_is_unpacked_and_a_longer_or_damaged_one_is_left_to_who_asks_for_it() -> None:
    decision = decide_on(*golden_orders())
    stored = pack(snapshot(decision), decision.reference_set)
    whole = unpack(stored)
    assert unpack_small(stored, len(whole)) == whole
    assert unpack_small(stored, len(whole) - 1) == b""
    assert unpack_small(stored, 1) == b""
    assert unpack_small(replace(stored, content=b"?"), len(whole)) == b""


def test_rows_that_are_missing_or_damaged_are_noticed() -> None:
    decision = decide_on(*golden_orders())
    stored = pack(snapshot(decision), decision.reference_set)
    for rows in (None, b"", b"no zlib"):
        with pytest.raises(SnapshotUnreadable):
            unpack(replace(stored, reference_rows=rows))


def test_rows_of_an_import_are_those_that_are_packed() -> None:
    row = replace(rows_of("value_thresholds")[0], value="777777", source="Our bond, reçu 2026")
    book = Book({**shipped_book().tables, "value_thresholds": (row,)})
    decision = decide_on(reference=book.on(GOLDEN_ENTRY_DATE))
    read = Snapshot.model_validate_json(unpack(pack(snapshot(decision), decision.reference_set)))
    assert read.reference_rows == decision.reference_set.rows
    assert row.as_reference() in read.reference_rows
