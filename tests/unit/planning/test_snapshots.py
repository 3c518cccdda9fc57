"""The stored snapshot: JSON that any zlib unpacks, of parts of which the reference rows are made once."""

import zlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.planning.decide import Decision
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.tables import rows_of
from entrygo.planning.snapshots import pack, snapshot_of, unpack
from entrygo.planning.zlib_parts import part_of, stream_of
from tests.factories import GOLDEN_ENTRY_DATE, golden_orders
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
def test_stored_snapshot_is_the_json_of_all_its_fields_in_their_order(day: date) -> None:
    decision = decide_on(*golden_orders(), entry_date=day)
    assert decision.reference_rows
    packed = pack(snapshot(decision), decision.packed_rows)
    assert zlib.decompress(packed) == unpack(packed) == snapshot(decision).model_dump_json().encode()


def test_rows_of_an_import_are_those_that_are_packed() -> None:
    row = replace(rows_of("value_thresholds")[0], value="777777", source="Our bond, reçu 2026")
    book = Book({**shipped_book().tables, "value_thresholds": (row,)})
    decision = decide_on(reference=book.on(GOLDEN_ENTRY_DATE))
    read = Snapshot.model_validate_json(unpack(pack(snapshot(decision), decision.packed_rows)))
    assert read.reference_rows == decision.reference_rows
    assert row.as_reference() in read.reference_rows


@given(st.lists(st.binary(max_size=300)))
def test_parts_unpack_to_their_joined_texts(texts: list[bytes]) -> None:
    assert zlib.decompress(stream_of(*map(part_of, texts))) == b"".join(texts)


def test_damage_to_a_part_is_noticed() -> None:
    first, second = part_of(b"a" * 500), part_of(b"b" * 500)
    with pytest.raises(zlib.error):
        zlib.decompress(stream_of(first, replace(second, text=b"c" * 500)))
