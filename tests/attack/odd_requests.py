"""Requests that no client sends: two hosts, two lengths, ways out of a folder."""

import asyncio
from collections.abc import Iterator

from tests.attack.tally import Tally
from tests.attack.target import Target, ask_raw, status_of

PAUSE_SECONDS = 0.02
# Of files that lie on the machine or in the home of the system, and of settings.
FILES = (b"root:x:", b"ENTRYGO_SERVICE_TOKEN", b"PG_VERSION", b"PRIVATE KEY")
END = b"\r\n\r\n"
MANY_HEADERS = b"\r\n".join(b"x%d: y" % number for number in range(5_000))
WAYS_OUT = (
    "/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd",
    "/..%252f..%252fetc%252fpasswd", "/....//....//etc/passwd", "/..;/..;/etc/passwd", "/..\\..\\etc\\passwd",
    "/%c0%ae%c0%ae/etc/passwd", "/.env", "/.git/config", "//etc/passwd", "/state.json", "/%00", "/a%00.json",
)  # fmt: skip
WAYS_PAST = (
    "//api/exports", "/api/./exports", "/api/x/../exports", "/API/EXPORTS", "/api/exports/", "/api/exports;a",
    "/%61pi/exports", "/api%2fexports", "/livez/../api/exports", "http://elsewhere.example/api/exports",
)  # fmt: skip
FOLDERS = ("", "/docs", "/docs/api", "/static", "/assets", "/api", "/api/exports", "/livez", "/metrics")


async def ask_oddly(target: Target, tally: Tally) -> None:
    """All of them, again and again, a few a second."""
    key = (await target.foreign_key()).encode()
    while True:
        for name, request in _requests(target, key):
            answer = await ask_raw(target, request, tally, name)
            tally.look_for((*target.marks, *FILES), answer, name)
            if status_of(answer) == "200" and name.startswith("!"):
                tally.leaks.append(f"{name} was answered with 200")
            await asyncio.sleep(PAUSE_SECONDS)


def _requests(target: Target, key: bytes) -> Iterator[tuple[str, bytes]]:
    """Each with a name; of one that begins with `!` no 200 may come."""
    yield from _of_heads(key)
    package = target.victim.package_id
    for folder in (*FOLDERS, f"/api/customs-packages/{package}/artifacts"):
        for way in WAYS_OUT:
            path = f"{folder}{way}".encode()
            yield f"path {folder}{way}", _get(path, b"authorization: Bearer " + key)
    # Past a proxy that forbids a path, or into what needs a key.
    for past in WAYS_PAST:
        yield f"!without a key {past}", _get(past.encode())


def _of_heads(key: bytes) -> Iterator[tuple[str, bytes]]:
    host, bearer = b"host: a\r\n", b"authorization: Bearer " + key
    post = b"POST /api/orders/sync HTTP/1.1\r\n" + host + b"content-type: application/json\r\n"
    sync, chunked = post + bearer + b"\r\n", b"transfer-encoding: chunked"
    yield "!two hosts", b"GET /api/exports HTTP/1.1\r\nhost: a\r\nhost: b\r\n" + bearer + END
    yield "!equal hosts", b"GET /api/exports HTTP/1.1\r\nhost: a\r\nhost: a\r\n" + bearer + END
    yield "!no host", b"GET /api/exports HTTP/1.1\r\n" + bearer + END
    yield "!two keys", _get(b"/api/exports", bearer + b"\r\n" + bearer)
    yield "!key in the query", _get(b"/api/exports?authorization=" + key + b"&apiKey=" + key)
    yield "!two lengths", sync + b"content-length: 2\r\ncontent-length: 3" + END + b"{}}"
    yield (
        "!length and chunks",
        sync + b"content-length: 2\r\n" + chunked + END + b"0\r\n\r\n",
    )
    yield "!unknown coding", sync + b"transfer-encoding: chunked, identity" + END + b"0\r\n\r\n"
    yield "!negative length", sync + b"content-length: -1" + END
    yield "!endless length", sync + b"content-length: 99999999999999999999" + END
    yield "!chunk without a size", sync + chunked + END + b"zz\r\n{}\r\n"
    yield "!folded header", _get(b"/api/exports", b"x: a\r\n b: c\r\n" + b"authoriz\x00ation: x")
    yield "!bare line end", b"GET /api/exports HTTP/1.1\nhost: a\n\n"
    yield "!space in a name", _get(b"/api/exports", b"authorization : Bearer " + key)
    yield "!large head", _get(b"/api/exports", bearer + b"\r\nx: " + b"a" * 60_000)
    yield (
        "!many headers",
        _get(b"/api/exports", bearer + b"\r\n" + MANY_HEADERS),
    )
    yield "!long path", _get(b"/api/exports/" + b"a" * 60_000, bearer)
    yield "!another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "!no protocol", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)
    yield "!TRACE", b"TRACE /api/exports HTTP/1.1\r\n" + host + bearer + b"\r\nconnection: close" + END
    yield "!CONNECT", b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + host + b"connection: close" + END
    yield (
        "!compressed",
        sync + b"content-encoding: gzip\r\ncontent-length: 2" + END + b"\x1f\x8b",
    )


def _get(path: bytes, headers: bytes = b"x: y") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + headers + END
