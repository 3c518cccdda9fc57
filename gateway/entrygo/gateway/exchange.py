"""One request and what its handler may ask of it: credential, body, query, idempotency key."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import orjson
from google.protobuf.message import Message
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from entrygo.domain.errors import (
    InvalidAccountScope,
    NotFound,
    UnsupportedMediaType,
    ValidationFailed,
)
from entrygo.domain.ids import is_valid_id
from entrygo.gateway.door.door import Admitted
from entrygo.gateway.json_reader import read_json
from entrygo.gateway.pydantic_issues import validation_failed
from entrygo.gateway.schemas.fields import Body, IssueCount
from entrygo.gateway.services import Call, Document, Reply, Services, Stream, Unary
from entrygo.gateway.unknown_fields import check_size
from entrygo.gateway.waiting import LiveReader
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.requests.idempotency_key import FIELD, idempotency_key
from entrygo.requests.issues import Issues

# Larger bodies are read in a thread.
OFF_LOOP_BYTES = 1024 * 1024
# So few bytes hold no more unknown fields than can be described.
SHORT_BYTES = 8 * 1024

ACCOUNT = "accountId"

B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)
T = TypeVar("T")

# What can be sent on as a key at all.
KEY_TEXT = r"[\x21-\x7e]{1,512}"
_BEARER = re.compile(rf"bearer +({KEY_TEXT})", re.IGNORECASE)
_JSON = re.compile(r'application/json *(; *charset="?utf-8"? *)?', re.IGNORECASE)


class Exchange:
    """A request of an authenticated route, on its way through one handler.

    `content` is its body, complete before a handler runs, and `key` the idempotency key of its head; empty
    for a route that takes none.
    """

    def __init__(
        self,
        request: Request,
        services: Services,
        call: Call,
        *,
        admitted: Admitted,
        content: bytes | bytearray = b"",
        key: str | None = None,
    ) -> None:
        self.request = request
        self.services = services
        self.call = call
        self._admitted = admitted
        self._content = content
        self._key = key

    async def read(self, method: "Unary[Q, A]", request: Q) -> A:
        """Calls a method that changes nothing, as this caller."""
        return await self.services.read(method, request, self.call)

    async def write(self, method: "Unary[Q, A]", request: Q) -> Reply[A]:
        """Calls a method that changes something, as this caller."""
        return await self.services.write(method, request, self.call)

    def document(
        self, method: "Document[Q]", request: Q
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        """Opens a document, as this caller."""
        return self.services.document(method, request, self.call)

    @property
    def readers(self) -> asyncio.Semaphore:
        """A turn among those who read large content off the event loop."""
        return self._admitted.door.readers

    def count_items(self, items: int) -> None:
        """Counts the items of a request; raises RateLimited when the second's worth of them is used up."""
        self._admitted.count_items(items)

    @property
    def longest_stream_seconds(self) -> float:
        """After so long a stream is ended, and its client opens another one."""
        return self._admitted.door.stream_seconds

    async def live(self, method: "Stream[Q, A]", request: Q) -> LiveReader[A]:
        """Opens a stream, as this caller, until the gateway stops; raises what the service refuses."""
        messages = await self.services.stream(method, request, self.call)
        return LiveReader(messages, self._admitted.door.stop)

    async def body(self, model: type[B]) -> B:
        """The validated body, with the idempotency key that counts."""
        body = await self._read(partial(_read_body, model, self._admitted.account))
        items = getattr(body, "items", None)
        if items:
            self.count_items(len(items))
        return body if self._key is None else body.model_copy(update={"idempotency_key": self._key})

    async def orders(
        self, read: Callable[[bytes | bytearray], sync_pb2.SyncOrdersRequest]
    ) -> sync_pb2.SyncOrdersRequest:
        """As `body`, for thousands of orders: the message that `read` makes of them."""
        message = await self._read(read)
        self.count_items(len(message.items))
        if self._key is not None:
            message.idempotency_key = self._key
        return message

    async def _read(self, read: Callable[[bytes | bytearray], T]) -> T:
        return await self.worked_out(
            partial(read, self._content), is_large=len(self._content) > OFF_LOOP_BYTES
        )

    async def worked_out(self, work: Callable[[], T], *, is_large: bool) -> T:
        """What `work` comes to; where it is large in a thread, so that others' requests go on meanwhile."""
        if not is_large:
            return work()
        async with self.readers:
            return await asyncio.to_thread(work)

    def query(self, model: type[B]) -> B:
        """The validated query parameters."""
        return validated(model, _parameters(self.request))

    def path_id(self, missing: str) -> str:
        """The id in the path; one that cannot be an id is answered like one that nobody has."""
        found: str = self.request.path_params["id"]
        if not is_valid_id(found):
            raise NotFound(missing)
        return found


def json_answer(
    content: object, *, replayed: bool = False, headers: Mapping[str, str] | None = None
) -> Response:
    """200 with a JSON body."""
    return written_answer((orjson.dumps(content),), replayed=replayed, headers=headers)


def written_answer(
    pieces: Sequence[bytes], *, replayed: bool = False, headers: Mapping[str, str] | None = None
) -> Response:
    """As `json_answer`, of a body that is JSON already, one after the other."""
    sent = dict(headers or {})
    if replayed:
        sent["idempotency-replayed"] = "true"
    return Written(pieces, headers=sent, media_type="application/json")


class Written(Response):
    """An answer of known length that is never held as a whole: the next piece waits until one is sent."""

    def __init__(self, pieces: Sequence[bytes], *, headers: Mapping[str, str], media_type: str) -> None:
        first, *self._others = pieces
        length = {"content-length": str(sum(map(len, pieces)))}
        super().__init__(first, headers={**headers, **length}, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Response."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for place, piece in enumerate((self.body, *self._others)):
            more = place < len(self._others)
            await send({"type": "http.response.body", "body": piece, "more_body": more})


def is_not_modified(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the entity tag (RFC 9110 §13.1.2: weak comparison)."""
    asked = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in asked.split(",")]
    return etag in tags or "*" in tags


def validated(model: type[B], value: Any) -> B:
    """`value` as the model reads it; ValidationFailed with the issues otherwise."""
    count: IssueCount = {"issues": 0}
    try:
        return model.model_validate(value, context=count)
    except ValidationError as error:
        raise validation_failed(error, model) from error


def authorization(request: Request) -> str | None:
    """The `Bearer` value to send on; None when there is not exactly one that can be a key."""
    lines = request.headers.getlist("authorization")
    match = _BEARER.fullmatch(lines[0]) if len(lines) == 1 else None
    return f"Bearer {match[1]}" if match else None


def _read_body(model: type[B], account: str, content: bytes | bytearray) -> B:
    """Any write may name its account, also one whose schema has no place for it."""
    is_optional = not any(field.is_required() for field in model.model_fields.values())
    value = {} if is_optional and not content else read_json(content)
    if "account_id" in model.model_fields or not isinstance(value, dict) or ACCOUNT not in value:
        return checked(model, content, value)
    named = value.pop(ACCOUNT)
    body = checked(model, content, value)
    if named != account:
        shown = named if isinstance(named, str) and is_valid_id(named) else None
        raise InvalidAccountScope(details={"apiKeyAccountId": account, "payloadAccountId": shown})
    return body


def checked(model: type[B], content: bytes | bytearray, body: object) -> B:
    """As `validated`, of what `read_json` made of `content`; one of very many unknown fields is not read."""
    if len(content) > SHORT_BYTES:
        check_size(body)
    return validated(model, body)


def refuse_query(request: Request) -> None:
    """ValidationFailed for the parameters of an endpoint that has none."""
    if request.scope["query_string"]:
        validated(Body, _parameters(request))


def _parameters(request: Request) -> dict[str, str]:
    """The parameters; ValidationFailed for one that is sent twice, of which only the last would count."""
    sent = request.query_params.multi_items()
    found = dict(sent)
    if len(found) < len(sent):
        issues = Issues()
        for name, times in Counter(name for name, _ in sent).items():
            if times > 1:
                issues.add(name, "Send it once", "too_big")
        issues.check()
    return found


def check_head(request: Request) -> str | None:
    """Refuses a body by its headers, before it is read: its media type, its encoding, its idempotency key.

    Gives the key, which wins over that of the body, if there is one.
    """
    _check_media_type(request)
    return _header_key(request)


def _check_media_type(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMediaType
    media_type = request.headers.get("content-type")
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if media_type is None and not has_body:
        return
    if media_type is None or not _JSON.fullmatch(media_type.strip()):
        raise UnsupportedMediaType


def _header_key(request: Request) -> str | None:
    lines = request.headers.getlist("idempotency-key")
    if not lines:
        return None
    if len(lines) > 1:
        raise ValidationFailed.of([(FIELD, "Send one Idempotency-Key header", "too_big")])
    issues = Issues()
    key = issues.take(idempotency_key, _unquoted(lines[0].strip()), FIELD)
    issues.check()
    return key


def _unquoted(key: str) -> str:
    """The IETF draft writes the key as a structured-field string: in double quotes."""
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        return re.sub(r"\\([\"\\])", r"\1", key[1:-1])
    return key
