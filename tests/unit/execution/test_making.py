"""The child process that makes packages: how it gets ready, and how it reads what it is sent."""

import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from entrygo.domain.errors import SnapshotUnreadable
from entrygo.execution.documents.base import Document
from entrygo.execution.making.__main__ import begin, read
from entrygo.execution.making.child_maker import LARGE_BYTES
from entrygo.execution.making.setup import MakerSetup
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.invoice import Invoice
from entrygo.process.clock import Ids
from entrygo.process.settings import LogSettings
from tests.unit.execution.snapshots import make_snapshot


@pytest.fixture
def setup(tmp_path: Path) -> MakerSetup:
    return MakerSetup(
        artifacts_url=tmp_path.as_uri(),
        artifacts_allow_http=False,
        links=None,
        mail_max_bytes=1,
        sender="customs@wh.example",
        log=LogSettings(level="ERROR"),
    )


class WithoutFont(Document):
    """One that nothing can be set in."""

    artifact_type = "cci_pdf"
    filename = "commercial_customs_invoice.pdf"
    media_type = "application/pdf"

    def render(self, _invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        raise LookupError("no such font")


def test_it_has_rendered_a_sample_and_stored_nothing(setup: MakerSetup, tmp_path: Path) -> None:
    begin(setup)
    assert list(tmp_path.iterdir()) == []


def test_a_sample_that_fails_is_left_to_the_packages_to_tell(setup: MakerSetup) -> None:
    replace(setup.maker(Ids()), documents=[WithoutFont()]).get_ready()


@pytest.mark.parametrize("size", [0, LARGE_BYTES])
def test_whatever_it_reads_its_memory_is_collected_afterwards(size: int) -> None:
    snapshot = make_snapshot()
    content = snapshot.model_dump_json().encode() + b" " * size
    try:
        assert read(content) == snapshot
        with pytest.raises(SnapshotUnreadable):
            read(content + b"}")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
