"""The one door: every RPC has an authenticated caller with the scope that it needs, or is listed as open."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import grpc
from google.protobuf.message import DecodeError

from entrygo.domain.errors import EntryGoError, InsufficientScope, InvalidApiKey, InvalidRequest
from entrygo.domain.principal import Principal, ScopeName
from entrygo.identity.authenticator import Authenticator, Credential
from entrygo.identity.current import set_principal
from entrygo.process.logging import bind_account
from entrygo.requests.holding import Holding
from entrygo.rpc.calls import AUTHORIZATION
from entrygo.rpc.density import check_density
from entrygo.rpc.interceptors.handlers import Context, Handler, conversation, passing_bytes
from entrygo.rpc.limits import CallLimits, at_the_end
from entrygo.rpc.receptions import InTurn, Reception, Receptions
from entrygo.rpc.strangers import Strangers
from entrygo.rpc.streams import is_counted_apart


class Access(Enum):
    """What an RPC asks of its caller besides a scope."""

    ANY_KEY = "any key"
    SERVICE_ONLY = "service only"
    # Without a key: the handler has no principal, and checks a credential of its own.
    OPEN = "open"
    # A caller may show a key, and then has what a key has.
    KEY_OR_NONE = "a key or none"


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """A step between our own services, taken for a caller who has this scope: no key opens it by itself."""

    scope: ScopeName


# One scope, or several of which any one is enough.
Required = ScopeName | frozenset[ScopeName] | Access | OnBehalf
RequiredScopes = Mapping[str, Required]


class Incoming(NamedTuple):
    """A call by its metadata, before its message; `shown` is None where it shows no key and need not."""

    method: str
    metadata: Mapping[str, str]
    required: Required
    shown: Credential | None
    # Its key was not good when it was last looked up, or never was.
    is_strange: bool


class Admission:
    """A caller is known by the metadata alone, before a message of the call is received.

    So a call without a good key costs neither the wait for its message nor its bytes, and what it sends is
    never deserialized. A message that cannot be read is INVALID_ARGUMENT. A peer that showed too many bad
    keys is refused new ones before anybody is asked about them; keys that are known to be good pass.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        required: RequiredScopes,
        *,
        limits: CallLimits,
        strangers: Strangers,
        holding: Holding,
    ) -> None:
        self._authenticator = authenticator
        self._required = required
        self._limits = limits
        self._strangers = strangers
        self._holding = holding
        self._receptions = Receptions()

    def look_at(self, details: grpc.HandlerCallDetails) -> Incoming:
        """The call, and what it shows; its method has an entry in the scopes."""
        metadata = _entries(details.invocation_metadata)
        required = self._required[details.method]
        if required is Access.OPEN or (required is Access.KEY_OR_NONE and AUTHORIZATION not in metadata):
            return Incoming(details.method, metadata, required, None, is_strange=False)
        shown = self._authenticator.read(metadata.get(AUTHORIZATION, ""))
        is_strange = self._authenticator.is_stranger(shown)
        return Incoming(details.method, metadata, required, shown, is_strange)

    async def admit(self, call: Incoming, handler: Handler) -> Handler:
        """Admits or refuses the call, in the task that will handle it."""
        if call.is_strange:
            return self._meeting(call, handler)
        try:
            caller = await self._caller(call)
            self._limits.count_request(caller)
            if caller is not None and caller.is_service:
                return self._admitted(call.method, handler, caller)
            if caller is not None and self._receptions.has_turn(caller.tenant.account_id):
                reception = await self._receptions.begin(caller.tenant.account_id)
                return self._admitted(call.method, handler, caller, reception)
        except EntryGoError as error:
            return grpc.stream_stream_rpc_method_handler(_refusal(error))
        return self._receiving(call, handler, caller)

    def _meeting(self, call: Incoming, handler: Handler) -> Handler:
        """A handler that asks who calls before it waits for a message: only it is given the other end."""

        async def meet(contents: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
            with self._strangers.met(context.peer(), call.metadata):
                caller = await self._caller(call)
            self._limits.count_request(caller)
            receiving = self._receiving(call, handler, caller)
            async for response in conversation(receiving, contents, context):
                yield response
                del response

        return grpc.stream_stream_rpc_method_handler(meet, None, handler.response_serializer)

    def _receiving(self, call: Incoming, handler: Handler, caller: Principal | None) -> Handler:
        """A handler whose message waits for its turn to be received."""
        admitted = self._admitted(call.method, handler, caller)

        async def receive(contents: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
            peer = self._strangers.peer(context.peer(), call.metadata)
            name = f"peer {peer}" if caller is None else caller.tenant.account_id
            in_turn = InTurn(contents, self._receptions, name)
            async for response in conversation(admitted, in_turn, context):
                yield response
                del response

        return grpc.stream_stream_rpc_method_handler(receive, None, handler.response_serializer)

    async def _caller(self, call: Incoming) -> Principal | None:
        """Who calls; None where no key is asked for."""
        if call.shown is None:
            return None
        caller = await self._authenticator.caller(call.shown, call.metadata)
        bind_account(caller.tenant.account_id)
        _check_scope(caller, call.required)
        return caller

    def _admitted(
        self, method: str, handler: Handler, caller: Principal | None, reception: Reception | None = None
    ) -> Handler:
        """The handler, with the caller as principal; it takes bytes and reads them itself.

        A call takes its place among those at once when its message is there.
        """
        # The stubs know handlers of the synchronous kind only.
        inner: Any = handler
        read, serialize = inner.request_deserializer, inner.response_serializer
        if inner.unary_unary is not None:
            respond, written = inner.unary_unary, passing_bytes(serialize)

            async def answer(content: bytes, context: Context) -> Any:
                leave = self._enter(method, caller, reception, context)
                try:
                    with self._limits.in_vain(content, caller):
                        response = written(await respond(self._read(content, read, caller), context))
                finally:
                    leave()
                self._limits.hold_answer(response, caller)
                return response

            return grpc.unary_unary_rpc_method_handler(answer, None, serialize)

        async def enter(context: Context) -> None:
            try:
                at_the_end(self._enter(method, caller, reception, context))
            except EntryGoError:
                if is_counted_apart(method):
                    await self._holding.hold_stream()
                raise

        async def stream(content: bytes, context: Context) -> AsyncIterator[Any]:
            await enter(context)
            with self._limits.in_vain(content, caller):
                request = self._read(content, read, caller)
            async with self._limits.life(method, caller):
                async for response in self._responses(inner.unary_stream(request, context), caller):
                    yield response
                    del response

        async def converse(contents: AsyncIterator[bytes], context: Context) -> AsyncIterator[Any]:
            await enter(context)
            requests = (self._read(content, read, caller) async for content in contents)
            async with self._limits.life(method, caller):
                async for response in self._responses(inner.stream_stream(requests, context), caller):
                    yield response
                    del response

        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(stream, None, serialize)
        return grpc.stream_stream_rpc_method_handler(converse, None, serialize)

    async def _responses(self, answering: Any, caller: Principal | None) -> AsyncIterator[Any]:
        """What a streaming handler yields; one that writes to its context instead is awaited.

        Raises InvalidApiKey before the next message once the caller's key has ended.
        """
        if not hasattr(answering, "__aiter__"):
            await answering
            return
        async for response in answering:
            if caller is not None and not caller.is_service:
                await self._authenticator.authenticate(caller.authorization)
            yield response
            del response

    def _enter(
        self, method: str, caller: Principal | None, reception: Reception | None, context: Context
    ) -> Callable[[], None]:
        if reception is not None:
            reception.end()
        peer = ""
        if caller is None:
            peer = self._strangers.peer(context.peer(), _entries(context.invocation_metadata()))
        return self._limits.count_call(method, caller, peer)

    def _read(self, content: bytes, read: Any, caller: Principal | None) -> Any:
        if caller is not None:
            set_principal(caller)
        self._limits.hold(content, caller)
        check_density(content, read)
        try:
            request = read(content)
        except DecodeError as error:
            raise InvalidRequest("The message cannot be read.") from error
        self._limits.count_items(request, caller)
        return request


def _entries(metadata: Any) -> Mapping[str, str]:
    """Metadata by name; of several of one name the last counts."""
    return {name: str(value) for name, value in metadata or ()}


def _refusal(error: EntryGoError) -> Any:
    """A handler that waits for no message, whatever the method takes."""

    async def refuse(contents: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
        raise error
        yield b""

    return refuse


def _check_scope(caller: Principal, required: Required) -> None:
    is_ours = required is Access.SERVICE_ONLY or isinstance(required, OnBehalf)
    if is_ours and not caller.is_service:
        raise InvalidApiKey
    if isinstance(required, Access):
        return
    if isinstance(required, OnBehalf):
        required = required.scope
    enough = required if isinstance(required, frozenset) else frozenset({required})
    if not enough & caller.scopes:
        raise InsufficientScope(
            details={"requiredScope": " or ".join(sorted(enough)), "scopes": sorted(map(str, caller.scopes))}
        )
