"""What a list may be asked, and how a page is found again."""

from datetime import UTC, datetime

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.inspection.requests import read_list_request, write_cursor
from entrygo.proto.inspection.v1.inspection_pb2 import ExportSummary, ListExportsRequest
from entrygo.requests.pages import DEFAULT_LIMIT


def test_an_empty_request_asks_for_the_default_page_of_everything() -> None:
    limit, wanted = read_list_request(ListExportsRequest())
    assert limit == DEFAULT_LIMIT
    assert (wanted.state, wanted.warehouse_id, wanted.created_after, wanted.after) == (None, None, None, None)


def test_a_cursor_names_the_last_row_of_its_page() -> None:
    cursor = write_cursor(ExportSummary(export_id="batch_1", created_at="2026-03-11T16:00:00.123Z"))
    _, wanted = read_list_request(ListExportsRequest(cursor=cursor))
    assert wanted.after == (datetime(2026, 3, 11, 16, 0, 0, 123000, tzinfo=UTC), "batch_1")


def test_everything_wrong_is_named_at_once() -> None:
    request = ListExportsRequest(
        limit=201,
        state="DONE",
        readiness_state="MAYBE",
        warehouse_id="wh 1",
        broker_id="br\0",
        created_after="yesterday",
        created_before="2026-03-11T16:00:00",
        cursor="%%%",
    )
    with pytest.raises(ValidationFailed) as caught:
        read_list_request(request)
    assert caught.value.details is not None
    assert [issue["path"] for issue in caught.value.details["issues"]] == [
        "limit",
        "state",
        "readinessState",
        "warehouseId",
        "brokerId",
        "createdAfter",
        "createdBefore",
        "cursor",
    ]


def test_forms_are_refused_with_the_codes_of_every_other_service() -> None:
    request = ListExportsRequest(limit=201, warehouse_id="wh 1", created_after="yesterday")
    with pytest.raises(ValidationFailed) as caught:
        read_list_request(request)
    assert caught.value.details is not None
    codes = [issue["code"] for issue in caught.value.details["issues"]]
    assert codes == ["too_big", "invalid_string", "invalid_date"]


@pytest.mark.parametrize("cursor", ["AAAA", "bnVsbA", "W10", "WyJ4IiwxXQ", "WyIyMDI2LTAzLTExIiwiYSJd", "é"])
def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        read_list_request(ListExportsRequest(cursor=cursor))
