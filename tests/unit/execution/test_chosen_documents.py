"""What a broker's record says of the documents it takes: only those are made, attached and listed."""

import io
import zipfile
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import orjson
import pytest

from entrygo.domain.facts import ARTIFACT_TYPES
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.broker.mail import BrokerMail, compose
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.rendering import render_documents
from entrygo.execution.package.artifacts import zipped
from tests.unit.execution.rendered import rendered
from tests.unit.execution.snapshots import PACKAGE, make_snapshot
from tests.unit.execution.test_broker_mail import MAIL

CONTRACT = ("cci_human_readable", "cci_csv", "manifest")


def snapshot_for(*documents: str) -> Snapshot:
    snapshot = make_snapshot()
    broker = snapshot.broker.model_copy(update={"documents": documents})
    return snapshot.model_copy(update={"broker": broker})


def attached(mail: BrokerMail, snapshot: Snapshot) -> dict[str | None, object]:
    artifacts = render_documents(DOCUMENTS, snapshot, PACKAGE)
    message = message_from_bytes(compose(mail, artifacts), policy=default)
    return {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}


def test_a_record_can_name_every_document_that_there_is() -> None:
    assert tuple(document.artifact_type for document in DOCUMENTS) == ARTIFACT_TYPES


def test_only_the_listed_documents_are_made_attached_and_named_by_the_manifest() -> None:
    snapshot = snapshot_for(*CONTRACT)
    found = rendered(snapshot)
    assert tuple(found) == CONTRACT
    assert found["cci_csv"] == rendered()["cci_csv"]
    listed = orjson.loads(found["manifest"].content)["artifacts"]
    assert [each["artifact_type"] for each in listed] == ["cci_human_readable", "cci_csv"]
    assert attached(MAIL, snapshot) == {each.filename: each.content for each in found.values()}


def test_the_archive_behind_the_link_holds_the_listed_documents_alone() -> None:
    artifacts = render_documents(DOCUMENTS, snapshot_for(*CONTRACT), PACKAGE)
    with zipfile.ZipFile(io.BytesIO(zipped(artifacts))) as archive:
        assert archive.namelist() == [each.filename for each in artifacts]


@pytest.mark.parametrize("documents", [(), ("all",), ("all", "manifest")])
def test_a_record_that_lists_nothing_or_all_gets_every_document(documents: tuple[str, ...]) -> None:
    assert rendered(snapshot_for(*documents)).keys() == rendered().keys()


@pytest.mark.parametrize(
    ("documents", "made"),
    [
        (("post_summary_correction",), ["manifest"]),
        (("package_zip",), ["manifest", "package_zip"]),
        (("cci_pdf", "package_zip"), ["cci_pdf", "package_zip"]),
    ],
)
def test_no_package_is_empty_when_none_of_the_listed_documents_applies(
    documents: tuple[str, ...], made: list[str]
) -> None:
    assert list(rendered(snapshot_for(*documents))) == made


def test_a_mail_has_the_archive_and_what_people_read_where_the_record_says_so() -> None:
    pack = rendered()["package_zip"].content
    files = attached(replace(MAIL, attach="zip"), make_snapshot())
    assert files.keys() == {
        "commercial_customs_invoice.html",
        "commercial_customs_invoice.pdf",
        "packing_list.html",
        "section_232_declaration.html",
        "usmca_certification.html",
        "cp_ch123456.zip",
    }
    assert files["cp_ch123456.zip"] == pack
