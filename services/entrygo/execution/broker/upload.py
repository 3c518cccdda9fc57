"""What an upload is as bytes, composed once: every attempt sends the same. Pure, sends nothing."""

import io
import zipfile
from collections.abc import Mapping, Sequence

import httpx
import orjson

from entrygo.domain.time import rfc3339
from entrygo.execution.broker.mail import BrokerMail, words_of
from entrygo.execution.package.artifacts import (
    ARCHIVE_MEDIA_TYPE,
    RenderedArtifact,
    loose_documents,
    pack_name,
)
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.state.records import SubmissionKind

SCHEMA_VERSION = 1
# A request must name an address to have a body; this one is never sent.
_NOWHERE = "https://broker.invalid/"
# Beside the documents in an archive that comes with nothing else.
SUBMISSION_JSON, SUBMISSION_TEXT = "submission.json", "submission.txt"


def compose_upload(mail: BrokerMail, artifacts: Sequence[RenderedArtifact], pack: bytes) -> bytes:
    """multipart/form-data: `submission`, JSON that names every document's digest, and `package`, the ZIP.

    The boundary follows from the submission's id, so that equal arguments give equal bytes.
    """
    return upload_form(
        mail.submission_id, _description(mail, artifacts), pack_name(mail.package.number), pack
    )


def compose_archive(mail: BrokerMail, artifacts: Sequence[RenderedArtifact], pack: bytes) -> bytes:
    """The ZIP, and in it what a form says beside it, and a mail: the link to answer by, what is asked.

    The notice of a withdrawal says so itself.
    """
    if mail.kind is SubmissionKind.WITHDRAWAL:
        return pack
    members = {
        SUBMISSION_JSON: orjson.dumps(_description(mail, artifacts), option=orjson.OPT_SORT_KEYS),
        SUBMISSION_TEXT: words_of(mail, artifacts).encode(),
    }
    whole = io.BytesIO(pack)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def upload_form(submission_id: str, description: Mapping[str, object], filename: str, pack: bytes) -> bytes:
    """The two parts of an upload, in the form that `media_type_of` names."""
    submission = orjson.dumps(description, option=orjson.OPT_SORT_KEYS)
    form = httpx.Request(
        "POST",
        _NOWHERE,
        headers={"content-type": media_type_of(submission_id)},
        files=[
            ("submission", (None, submission, "application/json")),
            ("package", (filename, pack, ARCHIVE_MEDIA_TYPE)),
        ],
    )
    return form.read()


def media_type_of(submission_id: str) -> str:
    """The Content-Type that goes with the frozen body of this submission."""
    return f"multipart/form-data; boundary={boundary_of(submission_id)}"


def boundary_of(submission_id: str) -> str:
    """Long and unlike anything in a compressed archive; ids hold letters, digits, `_` and `-` alone."""
    return f"entrygo-{submission_id}"


def _description(mail: BrokerMail, artifacts: Sequence[RenderedArtifact]) -> dict[str, object]:
    return {
        "schema_version": SCHEMA_VERSION,
        "submission_id": mail.submission_id,
        "export_id": mail.export_id,
        "package_number": mail.package.number,
        "prepared_at": mail.package.generated_at,
        "submitted_at": rfc3339(mail.written_at),
        "mode": str(mail.tenant.mode),
        "reason": mail.reason or None,
        "answer_url": mail.link.url if mail.link else None,
        "documents": [
            {
                "filename": each.filename,
                "media_type": each.media_type,
                "bytes": len(each.content),
                "sha256": each.sha256,
            }
            for each in loose_documents(artifacts)
        ],
        "notice": NOTICE,
        **({"replaces": mail.package.replaces} if mail.package.replaces else {}),
        **({} if mail.entry is None else {"entry": mail.entry}),
        **({} if mail.kind is SubmissionKind.PACKAGE else {"kind": str(mail.kind)}),
    }
