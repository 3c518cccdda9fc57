"""Forms as browsers send them: the fields of a body, as text that can be stored."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from entrygo.domain.errors import UnsupportedMediaType

FORM = "application/x-www-form-urlencoded"
PLEASE = "Please use the form on the page."
MAX_FIELDS = 60


def is_form(content_type: str) -> bool:
    """Whether a Content-Type is that of a form without files."""
    return content_type.partition(";")[0].strip().lower() == FORM


def read_form(content: bytes, *, max_fields: int = MAX_FIELDS) -> Mapping[str, str]:
    """The first value of each field. UnsupportedMediaType for what no form sends."""
    try:
        fields = parse_qs(content.decode("utf-8"), keep_blank_values=True, max_num_fields=max_fields)
    except ValueError as error:
        raise UnsupportedMediaType(PLEASE) from error
    return {name: storable(values[0]) for name, values in fields.items()}


def storable(text: str) -> str:
    """The text with `?` for lone surrogates, which have no UTF-8 and fit into no database."""
    return text.encode("utf-8", "replace").decode("utf-8")
