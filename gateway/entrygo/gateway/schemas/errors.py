"""The one shape of every error answer."""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class ErrorBody(TypedDict):
    """Branch on `errorCode`; `message` is for people and may change."""

    errorCode: str
    message: str
    # Dotted path of the first field at fault.
    field: NotRequired[str]
    details: NotRequired[dict[str, Any]]
