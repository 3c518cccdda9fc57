"""Secrets of uploads: one account's, one host's, from a file that nobody else can read."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from entrygo.execution.broker.credentials import CredentialMissing, Credentials

LISTED = '{"acc_1": {"upload": {"host": "Upload.example", "bearer": "s3cret"}}}'


def private_file(folder: Path, text: str = LISTED) -> Path:
    path = folder / "credentials.json"
    path.touch(mode=0o600)
    path.write_text(text)
    return path


async def test_a_credential_is_found_by_account_and_name_for_its_host(tmp_path: Path) -> None:
    for credentials in (
        Credentials(inline=None, file=private_file(tmp_path)),
        Credentials(inline=SecretStr(LISTED), file=None),
    ):
        found = await credentials.find("acc_1", "upload", "upload.example")
        assert found is not None
        assert found.bearer is not None
        assert found.bearer.get_secret_value() == "s3cret"


async def test_no_name_is_no_credential() -> None:
    assert await Credentials(inline=None, file=None).find("acc_1", None, "upload.example") is None


@pytest.mark.parametrize(
    ("account", "name", "host"),
    [
        ("acc_2", "upload", "upload.example"),
        ("acc_1", "other", "upload.example"),
        ("acc_1", "upload", "evil.example"),
    ],
)
async def test_another_account_name_or_host_gets_nothing(account: str, name: str, host: str) -> None:
    with pytest.raises(CredentialMissing) as raised:
        await Credentials(inline=SecretStr(LISTED), file=None).find(account, name, host)
    assert "s3cret" not in str(raised.value)


async def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    path = private_file(tmp_path)
    path.chmod(0o640)
    with pytest.raises(CredentialMissing, match="owner"):
        await Credentials(inline=None, file=path).find("acc_1", "upload", "upload.example")


@pytest.mark.parametrize("text", ["", "[]", '{"acc_1": {"upload": {"host": "h", "token": "s3cret"}}}', "{"])
async def test_a_file_that_cannot_be_read_is_said_without_quoting_it(text: str, tmp_path: Path) -> None:
    credentials = Credentials(inline=None, file=private_file(tmp_path, text))
    with pytest.raises(CredentialMissing) as raised:
        await credentials.find("acc_1", "upload", "upload.example")
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None


async def test_a_changed_file_counts_from_the_next_upload_on(tmp_path: Path) -> None:
    path = private_file(tmp_path)
    credentials = Credentials(inline=None, file=path)
    await credentials.find("acc_1", "upload", "upload.example")
    path.write_text(LISTED.replace("s3cret", "rotated"))
    found = await credentials.find("acc_1", "upload", "upload.example")
    assert found is not None
    assert found.bearer is not None
    assert found.bearer.get_secret_value() == "rotated"


async def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CredentialMissing):
        await Credentials(inline=None, file=tmp_path / "none").find("acc_1", "upload", "upload.example")
