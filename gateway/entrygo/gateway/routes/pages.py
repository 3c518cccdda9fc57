"""A page of records: the same question and the same answer for each kind that sync keeps."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from entrygo.gateway.exchange import json_answer
from entrygo.gateway.schemas.pages import FactQuery
from entrygo.proto.sync.v1 import sync_pb2


def list_request(query: FactQuery) -> sync_pb2.ListRequest:
    """The message of a query; products alone can be asked for by SKU."""
    return sync_pb2.ListRequest(
        limit=query.limit or 0,
        cursor=query.cursor or "",
        external_id=query.external_id or "",
        sku=getattr(query, "sku", None) or "",
    )


def page_answer(found: Any, show: Callable[[Any], Mapping[str, Any]]) -> Response:
    """The answer for a List…Response of sync, with each of its records as `show` gives it."""
    return json_answer(
        {
            "data": [show(item) for item in found.data],
            "hasMore": found.has_more,
            "nextCursor": found.next_cursor or None,
        }
    )
