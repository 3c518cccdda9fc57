"""The backup's commands beside the system that runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from entrygo.cli import backups
from entrygo.cli.backup.manifest import Manifest
from entrygo.cli.connection import database_url
from entrygo.cli.up.home import Home


class Taken(Exception):
    """Ends the command where it would read the databases."""


@pytest.mark.parametrize("in_the_shell", [None, "s3://named-in-the-shell/documents"])
def test_a_backup_finds_documents_and_database_where_up_was_given_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_the_shell: str | None
) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    remembered = {"artifacts_url": "s3://of-up/documents", "database_url": "postgresql://of-up/entrygo"}
    home.save_state(home.load_state().model_copy(update=remembered))
    monkeypatch.setenv("ENTRYGO_HOME", str(home.root))
    for name in ("DATABASE_URL", "ARTIFACTS_URL", "SERVICE_TOKEN", "KAFKA_BOOTSTRAP", "SMTP_URL"):
        # Set first, so that what the command sets is taken back after the test.
        monkeypatch.setenv(f"ENTRYGO_{name}", "")
        monkeypatch.delenv(f"ENTRYGO_{name}")
    if in_the_shell is not None:
        monkeypatch.setenv("ENTRYGO_ARTIFACTS_URL", in_the_shell)
    asked: list[str] = []

    def take(_folder: Path, _home: Home, _url_of: Any, artifacts_url: str) -> Manifest:
        asked.extend((artifacts_url, database_url("planning")))
        raise Taken

    monkeypatch.setattr(backups, "take_backup", take)
    monkeypatch.setattr(backups, "keep_files_private", lambda: None)
    with pytest.raises(Taken):
        backups.backup(tmp_path / "backup")
    assert asked == [in_the_shell or "s3://of-up/documents", "postgresql://of-up/entrygo"]


@pytest.mark.parametrize(
    ("url", "folder", "advised"),
    [("", None, False), ("file:///srv/kept", Path("/srv/kept"), False), ("s3://bucket/kept", None, True)],
)
def test_a_restore_brings_documents_to_the_store_of_the_settings_or_says_where_they_are(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str,
    folder: Path | None,
    advised: bool,
) -> None:
    monkeypatch.setenv("ENTRYGO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ENTRYGO_ARTIFACTS_URL", url)
    asked: list[Path | None] = []

    async def bring_back(_from: Path, _home: Home, _url: Any, documents: Path | None, **_: Any) -> Manifest:
        asked.append(documents)
        return Manifest(
            format=1,
            taken_at=datetime(2026, 11, 30, tzinfo=UTC),
            release="0.1.0",
            migrations={},
            dumps=(),
            artifacts_url="",
            files={},
        )

    monkeypatch.setattr(backups, "bring_back", bring_back)
    monkeypatch.setattr(backups, "keep_files_private", lambda: None)
    backups.restore(tmp_path / "backup")
    assert asked == [folder]
    said = " ".join(capsys.readouterr().err.split())
    assert ("copy them to s3://bucket/kept" in said) == advised
