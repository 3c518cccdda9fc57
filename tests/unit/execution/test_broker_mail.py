"""The mail to the broker: frozen bytes, one recipient, no way to smuggle a header in."""

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache

import orjson
import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.shipment import Trip
from entrygo.domain.snapshot import Amendment, Change
from entrygo.execution.broker.mail import MAX_LOOSE_ATTACHMENTS, BrokerMail, compose
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.rendering import render_documents
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.summary import summarised
from entrygo.requests.email_address import parse_address
from tests.unit.execution.shipments import make_shipment, package_of
from tests.unit.execution.snapshots import PACKAGE, make_product, make_snapshot, make_warehouse
from tests.unit.execution.test_entry_documents import THREE

MAIL = BrokerMail(
    submission_id="bes_123",
    tenant=Tenant("acc_123", Mode.LIVE),
    export_id="batch_123",
    package=PACKAGE,
    sender="customs@wh.example",
    recipient="broker@example.com",
    written_at=datetime(2026, 3, 11, 16, 10, tzinfo=UTC),
)
LIGHT = [each for each in DOCUMENTS if not each.filename.endswith((".pdf", ".xlsx"))]
SUMMED = replace(MAIL, summary=summarised(make_snapshot()))


@cache
def artifacts() -> tuple[RenderedArtifact, ...]:
    """Made when a test asks for them, not in every process that collects the tests."""
    return render_documents(DOCUMENTS, make_snapshot(), PACKAGE)


def body_of(content: bytes, kind: str) -> str:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_composing_twice_gives_the_same_bytes() -> None:
    assert compose(MAIL, artifacts()) == compose(MAIL, artifacts())


def test_the_mail_carries_the_package_number_and_every_document() -> None:
    message = message_from_bytes(compose(MAIL, artifacts()), policy=default)
    assert message["Subject"] == "EntryGo broker submission cp_ch123456"
    assert message["To"] == "broker@example.com"
    assert message["Message-ID"] == "<bes_123.acc_123@wh.example>"
    assert message["Date"] == "Wed, 11 Mar 2026 16:10:00 +0000"
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    loose = [each for each in artifacts() if each.artifact_type != "package_zip"]
    assert attached == {each.filename: each.content for each in loose}
    body = message.get_body(("plain",))
    assert body is not None
    assert NOTICE in body.get_content().replace("\n", " ")


def test_no_line_of_the_mail_is_longer_than_smtp_allows() -> None:
    assert max(len(line) for line in compose(MAIL, artifacts()).split(b"\r\n")) <= 998


def test_documents_too_large_for_mail_servers_go_as_one_archive() -> None:
    large = replace(artifacts()[0], content=b"x" * (MAX_LOOSE_ATTACHMENTS + 1))
    content = compose(MAIL, [large, *artifacts()[1:]])
    message = message_from_bytes(content, policy=default)
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    assert attached == {"cp_ch123456.zip": artifacts()[-1].content}
    body = message.get_body(("plain",))
    assert body is not None
    named = body.get_content()
    assert all(each.filename in named for each in artifacts()[:-1])


def test_checksums_are_in_the_manifest_alone() -> None:
    content = compose(replace(MAIL, link=None), [])
    assert b"SHA-256" not in content
    for each in artifacts():
        assert each.sha256 not in body_of(compose(MAIL, artifacts()), "plain")


def test_the_mail_names_no_archive_that_is_not_attached() -> None:
    body = message_from_bytes(compose(MAIL, artifacts()), policy=default).get_body(("plain",))
    assert body is not None
    assert "customs_package.zip" not in body.get_content()


def test_an_unusable_address_is_never_written_into_a_header() -> None:
    mail = replace(MAIL, recipient="b@y.test\r\nBcc: all@y.test")
    message = message_from_bytes(compose(mail, artifacts()), policy=default)
    assert message["Bcc"] is None
    assert "y.test" not in str(message["To"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("broker@example.com", "broker@example.com"),
        ("first.last+tag@sub.example.com", "first.last+tag@sub.example.com"),
        ("zoll@bücher.example", "zoll@xn--bcher-kva.example"),
        ("a" * 65 + "@example.com", None),
        ("a@" + "b" * 64 + ".com", None),
        ("a@-b.com", None),
        ("a..b@example.com", None),
        (" a@example.com", None),
        ("a@example.com\n", None),
        ("a@[127.0.0.1]", None),
        ('"a b"@example.com', None),
    ],
)
def test_only_plain_addresses_are_taken(text: str, address: str | None) -> None:
    assert parse_address(text) == address


def test_a_mail_is_plain_ascii_as_not_every_server_takes_more() -> None:
    content = compose(replace(MAIL, reason="Numéro corrigé: 東京"), artifacts())
    assert content.isascii()
    body = message_from_bytes(content, policy=default).get_body(("plain",))
    assert body is not None
    assert "Numéro corrigé: 東京" in body.get_content()


def test_the_subject_tells_importer_port_and_date() -> None:
    message = message_from_bytes(compose(SUMMED, artifacts()), policy=default)
    assert message["Subject"] == (
        "EntryGo broker submission cp_ch123456: Northshore Imports LLC, Blaine, WA, 3004, 2026-03-11"
    )
    assert SUMMED.subject == "EntryGo broker submission cp_ch123456"


def test_it_comes_in_the_name_of_the_responsible_person_who_gets_the_answers() -> None:
    message = message_from_bytes(compose(SUMMED, artifacts()), policy=default)
    assert message["From"] == '"Dana Whitfield, Northshore Fulfilment Inc." <customs@wh.example>'
    assert message["Reply-To"] == "exports@northshore.example.com"
    assert message["Message-ID"] == "<bes_123.acc_123@wh.example>"


def test_a_warehouse_without_a_person_or_a_usable_address_adds_none() -> None:
    warehouse = make_warehouse(responsible_employee=None, email="nobody at all")
    mail = replace(MAIL, summary=summarised(make_snapshot(warehouse=warehouse)))
    message = message_from_bytes(compose(mail, artifacts()), policy=default)
    assert message["From"] == '"Northshore Fulfilment Inc." <customs@wh.example>'
    assert message["Reply-To"] is None


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_text_and_html_say_who_what_how_much_and_what_is_asked(kind: str) -> None:
    body = body_of(compose(SUMMED, artifacts()), kind)
    for said in (
        "Northshore Fulfilment Inc., Richmond, BC, CA",
        "Northshore Imports LLC, type 11 (estimate), 3 lines, 2 orders, USD 359.99",
        "Blaine, WA, 3004",
        "6 pcs",
        "2.38 kg",
        "Please review the documents and file the entry.",
        "manifest.json",
    ):
        assert said in body


@pytest.mark.parametrize(
    ("warehouse_port", "border_port", "said"),
    [
        (None, None, "3004"),
        (None, "0901", "0901"),
        ("3004", "0901", "0901"),
        ("3004", "3004", "Blaine, WA, 3004"),
    ],
)
def test_the_port_is_that_of_the_trip_or_the_warehouse_or_the_broker(
    warehouse_port: str | None, border_port: str | None, said: str
) -> None:
    usual = make_warehouse().transport
    name = usual.port_name if warehouse_port else None
    transport = usual.model_copy(update={"port_code": warehouse_port, "port_name": name})
    snapshot = make_snapshot(warehouse=make_warehouse(transport=transport))
    shipment = make_shipment(trip=Trip(border_port=border_port) if border_port else None)
    mail = replace(MAIL, summary=summarised(snapshot, shipment))
    assert re.search(rf"Port of entry: +{said}\s", body_of(compose(mail, artifacts()), "plain"))
    invoices = render_documents(LIGHT, snapshot, package_of(shipment))
    printed = next(each for each in invoices if each.filename == "commercial_customs_invoice.html")
    assert f">{said.replace('WA, ', 'WA ')}<" in printed.content.decode()
    manifest = orjson.loads(next(each for each in invoices if each.filename == "manifest.json").content)
    code = said.rpartition(" ")[2]
    assert (manifest["entry"]["port"], manifest["transport"]["port_code"]) == (code, code)


def test_each_entry_says_under_which_paps_number_it_arrives() -> None:
    mail = replace(MAIL, summary=summarised(make_snapshot(), make_shipment(paps_number="PCXL20260310")))
    assert "USD 359.99, PAPS PCXL20260310" in body_of(compose(mail, artifacts()), "plain")


def test_a_correction_of_several_entries_puts_no_entry_number_on_changes_of_others() -> None:
    amendment = Amendment(
        supersedes="batch_1",
        reason="r",
        after_entry=True,
        entry_number="ABC-1234567-6",
        changes=(Change(subject="order", id="ord_9", name="SO-9", before="ord_9"),),
    )
    several = THREE.model_copy(update={"amendment": amendment})
    mail = replace(
        MAIL, package=replace(PACKAGE, replaces="cp_1"), amendment=amendment, summary=summarised(several)
    )
    body = body_of(compose(mail, artifacts()), "plain").replace("\n", " ")
    assert "ABC-1234567-6 was filed for one entry of that one, and changes may be of another." in body
    for snapshot, number in ((several, ""), (make_snapshot(amendment=amendment), "ABC-1234567-6")):
        made = render_documents(LIGHT, snapshot, mail.package)
        listed = next(each for each in made if each.filename == "post_summary_correction.csv")
        rows = list(csv.DictReader(listed.content.decode("utf-8-sig").splitlines()))
        assert [row["entry_number"] for row in rows] == [number]


def test_a_weight_of_which_a_part_is_unknown_is_not_stated() -> None:
    products = (make_product(gross_weight_kg=None), make_snapshot().products[1])
    mail = replace(MAIL, summary=summarised(make_snapshot(products=products)))
    assert re.search(r"Gross weight: +not stated", body_of(compose(mail, artifacts()), "plain"))


def test_no_text_of_outside_origin_is_markup_or_a_header() -> None:
    hostile = "<img src=x>\r\nBcc: all@y.test"
    warehouse = make_warehouse(name=hostile, responsible_employee=hostile)
    mail = replace(MAIL, summary=summarised(make_snapshot(warehouse=warehouse)), reason="<script>")
    content = compose(mail, artifacts())
    assert message_from_bytes(content, policy=default)["Bcc"] is None
    html = body_of(content, "html")
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_summary_with_letters_of_any_language_leaves_the_mail_ascii() -> None:
    warehouse = make_warehouse(name="Lumière du Nord 東京", responsible_employee="Zoë")
    content = compose(replace(MAIL, summary=summarised(make_snapshot(warehouse=warehouse))), artifacts())
    assert content.isascii()
    assert "Zoë, Lumière du Nord 東京" in str(message_from_bytes(content, policy=default)["From"])
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_what_corrects_a_filed_entry_asks_for_no_second_one() -> None:
    amendment = Amendment(supersedes="batch_1", reason="r", after_entry=True, entry_number="ABC-1234567-6")
    mail = replace(SUMMED, amendment=amendment, package=replace(PACKAGE, replaces="cp_ch1"))
    body = body_of(compose(mail, artifacts()), "plain")
    assert "file no second one" in body
    assert "file the entry" not in body
