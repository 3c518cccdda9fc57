"""The files of orders and of their ids beside `entrygo export`: read, remembered, planned again."""

from pathlib import Path

import pytest
import typer

from entrygo.cli.order_ids import read_order_ids, remember_export, remembered_export
from entrygo_client import IdempotencyConflict
from tests.unit.cli.recorder import PLAN, Recorder, run, server

__all__ = ["server"]


def test_second_plan_of_a_file_plans_the_same_export_again(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "orders.csv.ids.csv"
    ids.write_text("external_id,id\nSO-1,ord_1\n", encoding="utf-8-sig")
    run("export", "plan", "--orders", str(ids), "--dry-run")
    run("export", "plan", "--orders", str(ids))
    run("export", "plan", "--orders", str(ids))
    run("export", "plan", "--orders", str(ids), "--new")
    run("export", "plan", "--orders", str(ids), "--batch", "batch_9")
    batches = [body.get("batchId") for _, _, body in server.asked]
    assert batches == [None, None, "batch_1", None, "batch_9"]
    assert read_order_ids(ids) == {"ord_1": "SO-1"}


def test_file_whose_export_was_executed_is_planned_as_a_new_one(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "orders.csv.ids.csv"
    ids.write_text("external_id,id,export_id\nSO-1,ord_1,batch_0\n")
    server.refuse = {"batchId": "batch_0"}
    said = run("export", "plan", "--orders", str(ids))
    assert "batch_0 cannot be planned again (INVALID_EXPORT_STATE)" in said
    assert [body.get("batchId") for _, _, body in server.asked] == ["batch_0", None]
    assert remembered_export(ids) == "batch_1"


def test_key_of_the_first_plan_of_a_file_answers_as_it_did(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "orders.csv.ids.csv"
    ids.write_text("external_id,id\nSO-1,ord_1\n")
    command = ("export", "plan", "--orders", str(ids), "--idempotency-key", "night-1")
    run(*command)
    server.refuse = {"batchId": "batch_1"}
    server.refusal = {"errorCode": "IDEMPOTENCY_CONFLICT", "message": "Another request.", "details": {}}
    assert "this is the answer of then" in run(*command)
    first, _, repeated = server.asked
    assert repeated == first
    server.refuse = {}
    with pytest.raises(IdempotencyConflict):
        run(*command)


def test_remembering_an_export_keeps_the_other_columns_and_a_list_of_bare_ids(tmp_path: Path) -> None:
    ids, bare = tmp_path / "ids.csv", tmp_path / "bare"
    ids.write_text("external_id,id\nSO-1,ord_1\nSO-2,ord_2\n")
    bare.write_text("ord_1\n")
    for file in (ids, bare):
        remember_export(file, "batch_1")
    assert ids.read_text(encoding="utf-8-sig").split() == [
        "external_id,id,export_id", "SO-1,ord_1,batch_1", "SO-2,ord_2,batch_1",
    ]  # fmt: skip
    assert bare.read_text() == "ord_1\n"


def test_order_that_left_before_keeps_the_export_that_it_left_with(tmp_path: Path) -> None:
    ids = tmp_path / "ids.csv"
    ids.write_text("external_id,id,export_id\nSO-1,ord_1,batch_1\nSO-2,ord_2,batch_1\n")
    remember_export(ids, "batch_2", {"ord_1"})
    assert ids.read_text(encoding="utf-8-sig").split()[1:] == ["SO-1,ord_1,batch_1", "SO-2,ord_2,batch_2"]
    assert remembered_export(ids) == "batch_2"


def test_plan_of_a_file_leaves_the_export_beside_what_left_with_it(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "ids.csv"
    ids.write_text("external_id,id,export_id\nSO-1,ord_1,batch_0\nSO-2,ord_2,batch_0\n")
    server.refuse = {"batchId": "batch_0"}
    left = {**PLAN["validationMessages"][0], "code": "ORDER_ALREADY_EXPORTED", "order_id": "ord_1"}
    server.answer = {**PLAN, "validationMessages": [left]}
    run("export", "plan", "--orders", str(ids))
    assert ids.read_text(encoding="utf-8-sig").split()[1:] == ["SO-1,ord_1,batch_0", "SO-2,ord_2,batch_1"]


def test_read_order_ids_takes_a_file_of_one_id_a_line(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_text("ord_1\nord_2\nord_1\n\n")
    assert read_order_ids(file) == {"ord_1": "", "ord_2": ""}


def test_file_of_orders_is_not_taken_for_the_file_of_their_ids(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,sku\nSO-1,A\n")
    with pytest.raises(typer.BadParameter, match=r"entrygo orders import.*ids\.csv"):
        read_order_ids(file)


def test_file_of_ids_may_have_short_rows_but_must_be_text(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text("external_id,id\nSO-1\nSO-2,ord_2\n")
    assert read_order_ids(file) == {"ord_2": "SO-2"}
    file.write_text("id,external_id\nord_1\n")
    assert read_order_ids(file) == {"ord_1": ""}
    file.write_bytes(b"\xff\xfePK")
    with pytest.raises(typer.BadParameter, match="no CSV"):
        read_order_ids(file)


def test_read_order_ids_names_the_columns_it_looks_for_when_none_is_there(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text("sku,quantity\nA,1\n")
    with pytest.raises(typer.BadParameter, match="order_id"):
        read_order_ids(file)
