"""The secrets that uploads need, by account and name. The operator gives them; they are never stored here."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError

_READABLE_BY_OTHERS = 0o077


class CredentialMissing(Exception):
    """A credential that cannot be used; the text says why, and holds no secret."""


class Credential(BaseModel):
    """One secret, for one host alone: whoever may edit a broker must not be able to send it elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    bearer: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    private_key: SecretStr | None = None
    passphrase: SecretStr | None = None


Listed = Mapping[str, Mapping[str, Credential]]
_LISTED: TypeAdapter[Listed] = TypeAdapter(Listed)


class Credentials:
    """Reads `{"<account>": {"<name>": {"host": …, "bearer": …}}}` at each use: a change needs no restart."""

    def __init__(self, *, inline: SecretStr | None, file: Path | None) -> None:
        self._inline = inline
        self._file = file

    async def find(self, account_id: str, name: str | None, host: str) -> Credential | None:
        """The account's credential for this host; None when none is named. CredentialMissing otherwise."""
        if not name:
            return None
        credential = (await asyncio.to_thread(self._read)).get(account_id, {}).get(name)
        if credential is None:
            raise CredentialMissing(f"The operator has set no credential '{name}' for this account.")
        if credential.host.lower() != host.lower():
            raise CredentialMissing(f"The credential '{name}' is for another host.")
        return credential

    def check(self) -> None:
        """Raises CredentialMissing where what is set cannot be read, which would stop each upload."""
        self._read()

    def _read(self) -> Listed:
        listed = dict(_parsed(self._inline.get_secret_value())) if self._inline else {}
        if self._file is not None:
            listed |= _parsed(_private_text(self._file))
        return listed


def _parsed(text: str) -> Listed:
    try:
        return _LISTED.validate_json(text)
    except ValidationError:
        # Its text would quote what it read.
        raise CredentialMissing("The operator's list of broker credentials cannot be read.") from None


def _private_text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & _READABLE_BY_OTHERS:
                raise CredentialMissing("The file of broker credentials must be readable by its owner alone.")
            return file.read()
    except (OSError, UnicodeDecodeError):
        raise CredentialMissing("The operator's file of broker credentials cannot be read.") from None
