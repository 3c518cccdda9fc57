"""The one interceptor of a server: what happens to a call before its handler and around it, in order.

One, as each costs every call a turn of gRPC's chain and reads the same metadata again.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import grpc

from entrygo.rpc.interceptors.auth import Admission, Incoming
from entrygo.rpc.interceptors.handlers import OPEN_METHOD, Handler, surrounded
from entrygo.rpc.interceptors.log import arrived
from entrygo.rpc.interceptors.stopping import RunningCalls
from entrygo.rpc.interceptors.surroundings import Surroundings
from entrygo.rpc.interceptors.turning_away import TurningAway


class DoorInterceptor(grpc.aio.ServerInterceptor):
    """Refusals are cheap by the order of what follows, and all of them have one form."""

    def __init__(self, turning_away: TurningAway, calls: RunningCalls, admission: Admission) -> None:
        self._turning_away = turning_away
        self._calls = calls
        self._admission = admission

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """The handler of a call, admitted and surrounded."""
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method == OPEN_METHOD:
            return handler
        call = self._admission.look_at(handler_call_details)
        if call.is_strange:
            # Before anything is spent on the call.
            return self._turning_away.meeting(call, handler, self._come_in)
        return await self._come_in(call, handler)

    async def _come_in(self, call: Incoming, handler: Handler) -> Handler:
        # Its time begins before the look-up of its key, which must not outlive the caller either.
        arrival = arrived(call.method, call.metadata)
        # Next to the handler, which runs with a principal or not at all.
        admitted = await self._admission.admit(call, handler)
        # Around what refuses calls, so that every refusal has its line and the one shape.
        return surrounded(admitted, partial(Surroundings, arrival, self._calls))
