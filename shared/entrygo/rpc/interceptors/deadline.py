"""Gives every RPC a deadline and passes on what is left of it."""

from entrygo.rpc.calls import bind_deadline
from entrygo.rpc.interceptors.handlers import Context
from entrygo.rpc.streams import has_default_deadline

# For a caller that set none.
DEFAULT_SECONDS = 60.0


def time_given(method: str, context: Context) -> float | None:
    """The caller's deadline or ours, as seconds from now, for what is done for it; None: no limit."""
    given = context.time_remaining()
    seconds = given if given is not None and given < 10**6 else None
    if seconds is None and has_default_deadline(method):
        seconds = DEFAULT_SECONDS
    bind_deadline(seconds)
    return seconds
