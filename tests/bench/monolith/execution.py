"""An execute in its steps: claimed, documents made and stored, mail sent, completed."""

import secrets
from datetime import UTC, datetime
from typing import Any

from fastapi import HTTPException
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tests.bench.monolith.database import sessions
from tests.bench.monolith.documents import Document, make_documents
from tests.bench.monolith.mail import BROKER, send, subject
from tests.bench.monolith.tables import Artifact, Export, ExportEvent


async def claim(export_id: str) -> str:
    """The package's id; 409 unless the export is planned and nobody else executes it."""
    package_id = f"cp_{secrets.token_hex(13)}"
    async with sessions.begin() as session:
        claimed = await session.scalar(
            update(Export)
            .where(Export.id == export_id, Export.status == "BATCHED")
            .values(status="EXECUTING", customs_package_id=package_id)
            .returning(Export.id)
        )
        if claimed is None:
            raise HTTPException(409, "INVALID_EXPORT_STATE")
        session.add(ExportEvent(export_id=export_id, sequence=2, type="export.executing"))
    return package_id


async def prepare(export_id: str, package_id: str) -> None:
    """Makes the documents and stores them; a second time changes nothing."""
    async with sessions.begin() as session:
        snapshot = await session.scalar(select(Export.snapshot).where(Export.id == export_id))
        assert snapshot is not None
        rows = [
            {
                "export_id": export_id,
                "filename": each.filename,
                "artifact_type": each.artifact_type,
                "content": each.content,
            }
            for each in make_documents(export_id, package_id, snapshot)
        ]
        await session.execute(insert(Artifact).on_conflict_do_nothing(), rows)
        event = {"export_id": export_id, "sequence": 3, "type": "artifacts.generated"}
        await session.execute(insert(ExportEvent).values(event).on_conflict_do_nothing())


async def mail(export_id: str, package_id: str) -> None:
    async with sessions() as session:
        stored = await session.scalars(select(Artifact).where(Artifact.export_id == export_id))
        documents = [
            Document(each.artifact_type, each.filename, _media_type(each.filename), each.content)
            for each in stored
        ]
    await send(export_id, package_id, documents)


async def complete(export_id: str, package_id: str) -> dict[str, Any]:
    """The answer to the execute."""
    now = datetime.now(UTC)
    submission = {
        "id": f"bes_{secrets.token_hex(13)}",
        "submission_type": "EMAIL",
        "status": "sent",
        "recipient_email": BROKER,
        "subject": subject(package_id),
        "sent_at": now.isoformat(),
        "error_message": None,
    }
    async with sessions.begin() as session:
        plan_hash = await session.scalar(
            update(Export)
            .where(Export.id == export_id)
            .values(status="COMPLETED", submission=submission, executed_at=now)
            .returning(Export.plan_hash)
        )
        events = [
            {"export_id": export_id, "sequence": 4, "type": "broker.submission.sent"},
            {"export_id": export_id, "sequence": 5, "type": "export.completed"},
        ]
        await session.execute(insert(ExportEvent).on_conflict_do_nothing(), events)
        kept = await session.execute(
            select(Artifact.artifact_type, Artifact.filename, Artifact.generated_at).where(
                Artifact.export_id == export_id
            )
        )
        artifacts = [
            {"artifact_type": kind, "filename": filename, "generated_at": at.isoformat()}
            for kind, filename, at in kept
        ]
    return {
        "exportId": export_id,
        "batch_id": export_id,
        "state": "COMPLETED",
        "status": "COMPLETED",
        "customs_package_id": package_id,
        "planHash": plan_hash,
        "artifacts": artifacts,
        "notification_ids": [],
        "notifications": [],
        "execution_timestamp": now.isoformat(),
        "brokerSubmission": submission,
    }


async def execute(export_id: str) -> dict[str, Any]:
    """All steps in the request; what a crash interrupts stays EXECUTING until somebody looks."""
    package_id = await claim(export_id)
    await prepare(export_id, package_id)
    await mail(export_id, package_id)
    return await complete(export_id, package_id)


def _media_type(filename: str) -> str:
    return {"html": "text/html", "csv": "text/csv"}.get(filename.rpartition(".")[2], "application/json")
