"""A mail with attachments as bytes, as the standard library would write them, in a fraction of its time.

What is plain is written directly: headers of ASCII words, texts in the encoding that the library chooses, and
attachments as base64 in one pass. The library writes the headers that are not. Pure.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.quoprimime import body_encode
from functools import lru_cache
from typing import Final

_LINE = 76  # characters of base64, as RFC 2045 §6.8 wants it
_BYTES_OF_A_LINE = _LINE // 4 * 3
_BYTES_AT_A_TIME = 1_000 * _BYTES_OF_A_LINE
# Of a header or a text that is sent as it is (RFC 5322 §2.1.1); the policy's.
_MAX_LINE: Final = 78
# Lines by whose look the encoding of a text is chosen.
_LOOKED_AT = 10
# What needs no quoting, and keeps its header on one line.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,34}")
# Words that a line has room for, beside the name of any header of ours.
_PLAIN_WORDS = re.compile(r"[!-~]{1,50}(?: [!-~]{1,50})*")
# By header: which values are written as they are, but for the breaks between their lines.
_PLAIN_VALUES = {
    "Subject": _PLAIN_WORDS,
    "Date": re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}"),
    # One that no line has room for is left to the library.
    "Message-ID": re.compile(
        r"(?=.{1,77}\Z)<[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*>"
    ),
    "X-EntryGo-Export": _PLAIN_WORDS,
    "X-EntryGo-Submission": _PLAIN_WORDS,
}
# Looks like an encoded word (RFC 2047), which would be decoded.
_ENCODED = "=?"
_BREAK: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail; of a text that its charset is UTF-8, of other types no parameter is kept."""

    filename: str
    media_type: str
    content: bytes


def mail_bytes(
    head: Sequence[tuple[str, str]],
    text: str,
    attachments: Sequence[Attachment],
    boundary: str,
    html: str = "",
) -> bytes:
    """Lines end in CRLF. `boundary` has at most 60 characters and must not occur in the text.

    With `html` it stands beside the text, for the reader's program to choose from. ValueError for a header
    with a line break.
    """
    pieces = [_header(name, value) for name, value in head]
    if attachments:
        between = b"--" + boundary.encode("ascii")
        pieces += [b"MIME-Version: 1.0\r\n", _multipart("mixed", boundary)]
        pieces += [b"\r\n", between, b"\r\n", _body(text, html, boundary, b"")]
        for each in attachments:
            pieces += [b"\r\n", between, b"\r\n", _part_head(each), *_base64(each.content)]
        pieces += [b"\r\n", between, b"--\r\n"]
    else:
        pieces.append(_body(text, html, boundary, b"MIME-Version: 1.0\r\n"))
    return b"".join(pieces)


def _header(name: str, value: str) -> bytes:
    plain = _PLAIN_VALUES.get(name)
    if plain is None or plain.fullmatch(value) is None or _ENCODED in value:
        return _header_by_library(name, value)
    return f"{_folded(name, value)}{_BREAK}".encode("ascii")


def _folded(name: str, value: str) -> str:
    """On as many lines as it needs; on two where the value has room on one."""
    line = f"{name}:"
    if len(line) + 1 + len(value) <= _MAX_LINE:
        return f"{line} {value}"
    if len(value) < _MAX_LINE:
        return f"{line}{_BREAK} {value}"
    lines = [line]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) <= _MAX_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return _BREAK.join(lines)


@lru_cache(maxsize=1_024)
def _header_by_library(name: str, value: str) -> bytes:
    """Names and addresses, which repeat from mail to mail."""
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


def _multipart(subtype: str, boundary: str) -> bytes:
    kind, parameter = f"Content-Type: multipart/{subtype};", f'boundary="{boundary}"'
    # A line of 78 would do, but not for the library.
    is_short = len(kind) + 1 + len(parameter) < _MAX_LINE
    return f"{kind}{'' if is_short else _BREAK} {parameter}{_BREAK}".encode("ascii")


def _body(text: str, html: str, boundary: str, version: bytes) -> bytes:
    """A part, or with its version the rest of a mail."""
    if not html:
        return _text("plain", text, version)
    inner = f"{boundary}_body"
    between = b"--" + inner.encode("ascii")
    return b"".join(
        (
            version, _multipart("alternative", inner),
            b"\r\n", between, b"\r\n", _text("plain", text, b""),
            b"\r\n", between, b"\r\n", _text("html", html, b""),
            b"\r\n", between, b"--\r\n",
        )
    )  # fmt: skip


def _text(subtype: str, text: str, version: bytes) -> bytes:
    """As it is where its lines are short, else in the encoding in which its first lines are shorter."""
    lines = text.encode().splitlines()
    whole = _ended(lines) or b"\r\n"
    if max(map(len, lines), default=0) <= _MAX_LINE:
        encoding, content = "7bit" if whole.isascii() else "8bit", whole
    else:
        looked_at = _ended(lines[:_LOOKED_AT])
        if len(_quoted_printable(looked_at, "\n")) > len(b2a_base64(looked_at)):
            encoding, content = "base64", b"".join(_base64(whole))
        else:
            encoding, content = "quoted-printable", _quoted_printable(whole)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n'
    return head.encode("ascii") + version + b"\r\n" + content


def _ended(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def _quoted_printable(content: bytes, line_end: str = _BREAK) -> bytes:
    return body_encode(content.decode("latin-1"), _MAX_LINE, line_end).encode("ascii")


def _part_head(attachment: Attachment) -> bytes:
    media_type = attachment.media_type.partition(";")[0]
    if _PLAIN_NAME.fullmatch(attachment.filename) is None:
        return _part_head_by_library(attachment.filename, media_type)
    form = (
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{attachment.filename}"\r\n'
    )
    head = f"Content-Type: {media_type}\r\n{form}"
    if _is_text(media_type):
        # Where the library puts a type with a parameter.
        head = f'{form}Content-Type: {media_type}; charset="utf-8"\r\n'
    return f"{head}MIME-Version: 1.0\r\n\r\n".encode("ascii")


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/")


def _part_head_by_library(filename: str, media_type: str) -> bytes:
    part = EmailMessage(policy=SMTP)
    maintype, _, subtype = media_type.partition("/")
    params = {"charset": "utf-8"} if _is_text(media_type) else {}
    part.set_content(
        b"", maintype=maintype, subtype=subtype, disposition="attachment", filename=filename, params=params
    )
    return part.as_bytes()


def _base64(content: bytes) -> Iterator[bytes]:
    """Some lines at a time: each line is a value of its own while they are joined."""
    for place in range(0, len(content), _BYTES_AT_A_TIME):
        encoded = b2a_base64(content[place : place + _BYTES_AT_A_TIME], newline=False)
        yield b"\r\n".join([encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)])
        yield b"\r\n"
