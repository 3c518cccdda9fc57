"""Mails are, byte for byte, those that the standard library writes; and SMTP gets every line as it should."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings
from hypothesis import given
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


def by_library(text: str, attachments: list[Attachment]) -> bytes:
    message = EmailMessage(policy=SMTP)
    for name, value in HEAD:
        message[name] = value
    message.set_content(text)
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


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1), st.lists(FILES))
def test_a_mail_is_that_of_the_standard_library(text: str, attachments: list[Attachment]) -> None:
    assert mail_bytes(HEAD, text, attachments, BOUNDARY) == by_library(text, attachments)


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
