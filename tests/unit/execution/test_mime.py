"""Mails are, byte for byte, those that the standard library writes; and SMTP gets every line as it should."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr

import pytest
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings
from hypothesis import example, given
from hypothesis import strategies as st

from entrygo.execution.broker.channels.email import on_the_wire
from entrygo.execution.broker.mime import Attachment, mail_bytes

HEAD = (
    ("From", "customs@wh.example"),
    ("To", "broker@example.com"),
    ("Subject", "EntryGo broker submission cp_ch123456"),
    ("X-EntryGo-Export", "batch_" + "1" * 58),
)
BOUNDARY = "=_entrygo_bes_123"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def by_library(
    text: str,
    attachments: Sequence[Attachment],
    html: str = "",
    head: Sequence[tuple[str, str]] = HEAD,
) -> bytes:
    message = EmailMessage(policy=SMTP)
    for name, value in head:
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
        message.set_boundary(f"{BOUNDARY}_body")
        for part in message.iter_parts():
            # The library says it for each EmailMessage; RFC 2045, section 4, of the whole alone.
            del part["MIME-Version"]
    for each in attachments:
        maintype, _, subtype = each.media_type.partition(";")[0].partition("/")
        params = {"charset": "utf-8"} if maintype == "text" else {}
        message.add_attachment(
            each.content, maintype=maintype, subtype=subtype, filename=each.filename, params=params
        )
    if attachments:
        message.set_boundary(BOUNDARY)
    return message.as_bytes()


FILES = st.builds(
    Attachment,
    st.sampled_from(
        ["manifest.json", "commercial_customs_invoice.xlsx", "a b.csv", "rechnung-für-zoll.pdf", "n" * 60]
    ),
    st.sampled_from(["application/json", XLSX, "text/csv; charset=utf-8"]),
    st.binary(max_size=400),
)


# Lines of which some are too long to be sent as they are, and some end in blanks.
LINES = st.builds(
    lambda piece, times, end: piece * times + end,
    st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8),
    st.integers(0, 60),
    st.sampled_from(["", " ", "\t", "=", "."]),
)
TEXTS = st.lists(LINES, max_size=14).map("\n".join)


@given(TEXTS, st.lists(FILES), TEXTS)
def test_a_mail_is_that_of_the_standard_library(text: str, files: list[Attachment], html: str) -> None:
    assert mail_bytes(HEAD, text, files, BOUNDARY, html) == by_library(text, files, html)


@pytest.mark.parametrize("length", [1, 20, 36, 37, 38, 39, 40, 58])
def test_a_boundary_is_written_as_the_standard_library_writes_it(length: int) -> None:
    boundary, file = "=_" + "b" * length, Attachment("a.bin", "application/zip", b"a")
    message = EmailMessage(policy=SMTP)
    message.set_content("said\n")
    message.add_attachment(b"a", maintype="application", subtype="zip", filename="a.bin")
    message.set_boundary(boundary)
    written = mail_bytes([], "said\n", [file], boundary)
    assert sorted(written.split(b"\r\n")) == sorted(message.as_bytes().split(b"\r\n"))


WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=55)
SOME = st.sampled_from(["a", "=?utf-8?q?=41?=", "für"])
PLAIN = st.lists(WORDS | SOME, min_size=1, max_size=14).map(" ".join)
IDS = st.from_regex(r"<[a-z0-9_]{1,60}\.[a-z_]{1,20}@[a-z.-]{1,40}>", fullmatch=True)
DATES = st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)).map(format_datetime)
HEADERS = (
    st.tuples(st.sampled_from(["Subject", "X-EntryGo-Export", "Auto-Submitted"]), PLAIN)
    | st.tuples(st.sampled_from(["From", "To", "Reply-To"]), st.sampled_from([
        "a@example.com", '"Dana Whitfield, Northshore Fulfilment Inc." <customs@northshore.example.com>',
        formataddr(("Zoll für 東京", "a@example.com")), "undisclosed-recipients:;",
    ]))
    | st.tuples(st.just("Date"), DATES)
    | st.tuples(st.just("Message-ID"), IDS)
)  # fmt: skip


@given(HEADERS)
@example(("Message-ID", f"<{'0' * 14}.{'_' * 20}@{'a' * 39}>"))
@example(("Message-ID", f"<{'0' * 14}.{'_' * 20}@{'a' * 40}>"))
def test_a_header_is_that_of_the_standard_library(header: tuple[str, str]) -> None:
    assert mail_bytes([header], "a\n", [], BOUNDARY) == by_library("a\n", [], head=[header])


@pytest.mark.parametrize("count", [0, 2])
def test_a_mail_with_html_is_read_back_whole(count: int) -> None:
    files = [Attachment("a.bin", "application/zip", b"a" * 100), Attachment("b.csv", "text/csv", b"b")][
        :count
    ]
    html = "<p>" + "Zoll für 東京 " * 30 + "</p>\n"
    mail = message_from_bytes(mail_bytes(HEAD, "said\n", files, BOUNDARY, html), policy=default)
    assert isinstance(mail, EmailMessage)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    read = [part.get_content().replace("\r\n", "\n") for part in (plain, rich)]
    assert read == ["said\n", html]
    found = [part.get_payload(decode=True) for part in mail.iter_attachments() if part.get_filename()]
    assert found == [each.content for each in files]
    assert mail_bytes(HEAD, "said\n", files, BOUNDARY, html).isascii()


def test_a_text_that_is_attached_says_its_charset() -> None:
    content = "東京,Zoll für\r\n".encode()
    mail = mail_bytes(HEAD, "text\n", [Attachment("a.csv", "text/csv; charset=utf-8", content)], BOUNDARY)
    (part,) = message_from_bytes(mail, policy=default).iter_attachments()
    assert isinstance(part, EmailMessage)
    assert part.get_content() == content.decode()


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 114, 5_000])
def test_attachments_are_read_as_they_were(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    mail = mail_bytes(HEAD, "text\n", [Attachment("a.bin", "application/zip", content[:size])], BOUNDARY)
    (part,) = message_from_bytes(mail, policy=default).iter_attachments()
    assert part.get_payload(decode=True) == content[:size]


@pytest.mark.parametrize("head", [("Subject", "a\r\nBcc: all@y.test"), ("To", "b@y.test\nBcc: all@y.test")])
def test_a_line_break_in_a_header_is_refused(head: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        mail_bytes([head], "text\n", [Attachment("a.bin", "application/zip", b"")], BOUNDARY)


@given(st.text(st.sampled_from(".\r\na")).map(str.encode))
def test_smtp_gets_every_line_stuffed_and_ended_as_its_library_does(content: bytes) -> None:
    expected = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(content)) + b".\r\n"
    assert on_the_wire(content) == expected
