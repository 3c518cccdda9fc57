"""What a list of exports may be asked, read from the message: everything wrong with it is named at once."""

from datetime import datetime

import orjson

from entrygo.domain.ids import is_valid_id
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Readiness
from entrygo.domain.time import parse_rfc3339
from entrygo.inspection.export_store import ExportFilter
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.requests.issues import Issues
from entrygo.requests.pages import NotACursor, decode_cursor, encode_cursor, page_limit
from entrygo.requests.texts import moment, one_of, public_id


def read_list_request(request: inspection_pb2.ListExportsRequest) -> tuple[int, ExportFilter]:
    """The page size and the filter; ValidationFailed names everything that is wrong at once."""
    issues = Issues()
    limit = page_limit(request.limit, issues)
    wanted = ExportFilter(
        state=issues.optional(one_of(*State), request.state, "state"),
        readiness_state=issues.optional(one_of(*Readiness), request.readiness_state, "readinessState"),
        warehouse_id=issues.optional(public_id, request.warehouse_id, "warehouseId"),
        broker_id=issues.optional(public_id, request.broker_id, "brokerId"),
        created_after=issues.optional(moment, request.created_after, "createdAfter"),
        created_before=issues.optional(moment, request.created_before, "createdBefore"),
        after=issues.optional(_place, request.cursor, "cursor"),
    )
    issues.check()
    return limit, wanted


def write_cursor(last: inspection_pb2.ExportSummary) -> str:
    """The opaque text that a caller sends back for the next page: the last row's place in the order."""
    return encode_cursor(orjson.dumps([last.created_at, last.export_id]).decode())


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        created_at, export_id = orjson.loads(decode_cursor(cursor))
        if not is_valid_id(export_id):
            raise NotACursor
        return parse_rfc3339(created_at), export_id
    except (ValueError, TypeError, OverflowError):
        raise NotACursor from None
