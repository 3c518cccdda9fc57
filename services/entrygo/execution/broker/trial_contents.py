"""What a test of the way to a broker sends, as bytes: it says that it is one, and holds no goods. Pure.

Nothing in it was written by the account.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from entrygo.domain.principal import Tenant
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.mime import mail_bytes
from entrygo.execution.broker.upload import SCHEMA_VERSION, upload_form
from entrygo.execution.package.artifacts import RenderedArtifact, zip_documents
from entrygo.requests.email_address import parse_address

SUBJECT = "EntryGo test: nothing to file"
KIND = "test"
TEXT = (
    "The account {account} tests the way by which it sends you customs packages.\n\n"
    "This is no package: there is nothing to review, to file or to answer.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test; `recipient` is an address of mail, and None for uploads."""

    id: str
    tenant: Tenant
    sender: str
    recipient: str | None
    written_at: datetime

    @property
    def text(self) -> str:
        """What it says of itself."""
        return TEXT.format(account=self.tenant.account_id)

    @property
    def filename(self) -> str:
        """What an upload is called at the broker."""
        return f"TEST-{self.id}.zip"


def compose_trial_mail(trial: Trial) -> bytes:
    """The MIME bytes."""
    head = (
        ("From", trial.sender),
        ("To", parse_address(trial.recipient) or "undisclosed-recipients:;"),
        ("Subject", SUBJECT),
        ("Date", format_datetime(trial.written_at)),
        ("Message-ID", f"<{trial.id}.{trial.tenant.account_id}@{trial.sender.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
    )
    return mail_bytes(head, trial.text, (), f"=_entrygo_{trial.id}")


def compose_trial_archive(trial: Trial) -> bytes:
    """A ZIP of one text."""
    content = trial.text.encode()
    return zip_documents(
        [
            RenderedArtifact(
                artifact_type=KIND,
                filename="TEST.txt",
                media_type="text/plain",
                generated_at=rfc3339(trial.written_at),
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
            )
        ]
    )


def compose_trial_upload(trial: Trial) -> bytes:
    """The form of a package's upload, its `kind` `test`, without documents."""
    description = {
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        "submission_id": trial.id,
        "submitted_at": rfc3339(trial.written_at),
        "mode": str(trial.tenant.mode),
        "documents": [],
        "notice": trial.text,
    }
    return upload_form(trial.id, description, trial.filename, compose_trial_archive(trial))
