"""Cursors and limits of lists."""

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.requests.pages import decode_cursor, encode_cursor, page_request


def test_a_cursor_leads_back_to_the_id_it_was_made_of() -> None:
    assert decode_cursor(encode_cursor("prod_hoodie_001")) == "prod_hoodie_001"


@pytest.mark.parametrize("cursor", ["%%", "é", encode_cursor("a b"), encode_cursor("x' OR 1=1")])
def test_a_cursor_is_refused_when_it_is_not_ours(cursor: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        page_request(limit=0, cursor=cursor, external_id="")
    assert raised.value.field == "cursor"


def test_a_limit_of_zero_means_the_default() -> None:
    assert page_request(limit=0, cursor="", external_id="").limit == 50


@pytest.mark.parametrize("limit", [-1, 201])
def test_a_limit_is_refused_when_it_is_out_of_bounds(limit: int) -> None:
    with pytest.raises(ValidationFailed) as raised:
        page_request(limit=limit, cursor="", external_id="")
    assert raised.value.field == "limit"
