"""Upload to the broker's SFTP server: written under a name nobody looks at, then renamed, which is atomic.

Until the rename is asked for nothing has been delivered; when its answer is lost, the server is asked again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrygo.domain.facts import SftpEndpoint
from entrygo.execution.broker.channels.base import (
    BeforeData,
    Delivery,
    Outcome,
    Result,
    Silent,
    described,
    shortened,
)
from entrygo.execution.broker.channels.kind import ChannelKind, ChannelOptions
from entrygo.execution.broker.channels.sftp_place import Place, is_answer
from entrygo.execution.broker.credentials import Credential, CredentialMissing, Credentials
from entrygo.execution.broker.trial_contents import compose_trial_archive
from entrygo.execution.broker.upload import compose_archive
from entrygo.outbound.address_guard import AddressForbidden, AddressGuard
from entrygo.process.late_imports import imported_late

# Its license, EPL-2.0, is for the operator to accept: the extra `sftp` installs it. Most never upload by
# SFTP, and to import it takes a quarter of a second.
if TYPE_CHECKING:
    import asyncssh
else:
    asyncssh = imported_late("asyncssh")

NOT_INSTALLED = "SFTP needs the package asyncssh, which is not installed: see the extra `sftp` of EntryGo."
DEFAULT_PORT = 22
KEEPALIVE_SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpLimits:
    """How long connecting with login may take, and how long a silent server is waited for; seconds."""

    connect_timeout: float = 30.0
    answer_timeout: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """Everything a connection needs, checked."""

    addresses: list[str]
    endpoint: SftpEndpoint
    host_key: "asyncssh.SSHKey"
    credential: Credential | None


class _Unusable(Exception):
    """An endpoint that no retry can make usable."""


class SftpChannel:
    """One connection a submission: uploads are few and large."""

    def __init__(
        self, *, guard: AddressGuard, credentials: Credentials, limits: SftpLimits | None = None
    ) -> None:
        self._guard = guard
        self._credentials = credentials
        self._limits = limits or SftpLimits()

    async def submit(self, delivery: Delivery, before_data: BeforeData) -> Result:
        if asyncssh is None:
            return Result(Outcome.TRANSIENT, NOT_INSTALLED)
        try:
            server = await self._server(delivery)
            connection = await self._connect(server)
        except (_Unusable, AddressForbidden, asyncssh.HostKeyNotVerifiable) as error:
            return Result(Outcome.REFUSED, described(error))
        except (CredentialMissing, asyncssh.PermissionDenied) as error:
            # A login that is refused is an answer: it must not silence the server for other accounts.
            return Result(Outcome.TRANSIENT, described(error))
        except _broken() as error:
            return Result(Outcome.TRANSIENT, described(error), Silent.SERVER)
        place = Place(server.endpoint, delivery)
        async with _closing(connection):
            result = await self._deliver(connection, place, before_data)
        return result or await self._find_out(server, place)

    async def close(self) -> None:
        return None

    async def _server(self, delivery: Delivery) -> _Server:
        try:
            endpoint = SftpEndpoint.model_validate_json(delivery.endpoint)
            host_key = asyncssh.import_public_key(endpoint.host_key or "")
        except (ValueError, asyncssh.KeyImportError) as error:
            raise _Unusable("The broker has no SFTP server with a public key that can be trusted.") from error
        if not endpoint.host or not endpoint.username:
            raise _Unusable("The broker has no SFTP host and user name that can be uploaded to.")
        addresses = await self._guard.addresses(endpoint.host, endpoint.port, is_encrypted=True)
        credential = await self._credentials.find(delivery.account_id, endpoint.credential, endpoint.host)
        return _Server(addresses=addresses, endpoint=endpoint, host_key=host_key, credential=credential)

    async def _connect(self, server: _Server) -> "asyncssh.SSHClientConnection":
        """The first address that takes the connection; the last error otherwise."""
        failure: OSError = OSError("The host has no address.")
        for address in server.addresses:
            try:
                return await self._connect_to(address, server)
            except OSError as error:
                failure = error
        raise failure

    async def _connect_to(self, address: str, server: _Server) -> "asyncssh.SSHClientConnection":
        credential = server.credential
        return await asyncssh.connect(
            address,
            server.endpoint.port,
            username=server.endpoint.username or "",
            # This one key, no authorities; and nothing of the account that our process runs under.
            known_hosts=([server.host_key], [], []),
            # None: an empty list would be read as the keys in the home of our process.
            client_keys=_client_keys(credential) or None,
            password=credential.password.get_secret_value() if credential and credential.password else None,
            config=None,
            agent_path=None,
            connect_timeout=self._limits.connect_timeout,
            login_timeout=self._limits.connect_timeout,
            keepalive_interval=KEEPALIVE_SECONDS,
        )

    async def _deliver(
        self, connection: "asyncssh.SSHClientConnection", place: Place, before_data: BeforeData
    ) -> Result | None:
        """None when the connection was lost while the rename was under way."""
        try:
            async with asyncio.timeout(self._limits.answer_timeout):
                sftp = await connection.start_sftp_client()
                is_there = await place.is_there(sftp)
            if not is_there:
                await self._write(sftp, place)
        except _broken() as error:
            if is_answer(error):
                said = shortened(f"The file could not be written: {described(error)}")
                return Result(_outcome_of(error), said)
            return Result(Outcome.TRANSIENT, described(error), Silent.SERVER)
        try:
            await before_data()
        except BaseException:
            await self._forgotten(sftp, place)
            raise
        return Result(Outcome.SENT, "It was there already.") if is_there else await self._rename(sftp, place)

    async def _write(self, sftp: "asyncssh.SFTPClient", place: Place) -> None:
        async with asyncio.timeout(self._limits.answer_timeout):
            await place.clear(sftp)
        try:
            await place.write(sftp, self._limits.answer_timeout)
        except asyncssh.SFTPError as error:
            if is_answer(error):
                # A full disk, for one: what was written is in nobody's way.
                await self._forgotten(sftp, place)
            raise

    async def _rename(self, sftp: "asyncssh.SFTPClient", place: Place) -> Result | None:
        try:
            async with asyncio.timeout(self._limits.answer_timeout):
                await sftp.rename(place.temporary, place.final)
        except _broken() as error:
            if not is_answer(error):
                return None
            await self._forgotten(sftp, place)
            return Result(_outcome_of(error), shortened(f"The file could not be renamed: {described(error)}"))
        return Result(Outcome.SENT, f"Stored as {place.final}.")

    async def _find_out(self, server: _Server, place: Place) -> Result:
        """Finds out whether a rename whose answer was lost has happened."""
        try:
            async with _closing(await self._connect(server)) as connection:
                async with asyncio.timeout(self._limits.answer_timeout):
                    sftp = await connection.start_sftp_client()
                    if await place.is_there(sftp):
                        return Result(Outcome.SENT, f"Stored as {place.final}; the answer was lost.")
                # Once the other name is gone no rename can follow.
                if await self._forgotten(sftp, place):
                    return Result(Outcome.TRANSIENT, "The connection was lost before the file was in place.")
        except _broken() as error:
            return Result(Outcome.UNKNOWN, described(error), Silent.SERVER)
        # Renamed and already taken away, or lost: it cannot be known.
        return Result(Outcome.UNKNOWN, "The connection was lost, and the file is not there.")

    async def _forgotten(self, sftp: "asyncssh.SFTPClient", place: Place) -> bool:
        """Whether the upload was still under its other name, and is removed now."""
        try:
            async with asyncio.timeout(self._limits.answer_timeout):
                await sftp.remove(place.temporary)
        except _broken():
            return False
        return True


@asynccontextmanager
async def _closing(
    connection: "asyncssh.SSHClientConnection",
) -> AsyncIterator["asyncssh.SSHClientConnection"]:
    """Ends the connection at once: a server that hangs is not waited for."""
    try:
        yield connection
    finally:
        connection.abort()


def _client_keys(credential: Credential | None) -> "list[asyncssh.SSHKey]":
    if credential is None or credential.private_key is None:
        return []
    passphrase = credential.passphrase.get_secret_value() if credential.passphrase else None
    try:
        return [asyncssh.import_private_key(credential.private_key.get_secret_value(), passphrase)]
    except (ValueError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise CredentialMissing("The credential's private key cannot be read.") from None


def _broken() -> tuple[type[Exception], ...]:
    """What a server raises that cannot be spoken with; asked when one does: asyncssh need not be there."""
    # One that speaks no SSH is a ValueError in places: asyncssh does not wrap all of them.
    return (asyncssh.Error, OSError, ValueError)


def _outcome_of(error: BaseException) -> Outcome:
    """Without the right to write, without the folder or where nothing is renamed, the same fails again."""
    final = (
        asyncssh.SFTPPermissionDenied,
        asyncssh.SFTPNoSuchFile,
        asyncssh.SFTPNoSuchPath,
        asyncssh.SFTPOpUnsupported,
    )
    return Outcome.REFUSED if isinstance(error, final) else Outcome.TRANSIENT


def _build(options: ChannelOptions) -> SftpChannel:
    return SftpChannel(
        guard=options.guard,
        credentials=options.credentials,
        limits=SftpLimits(connect_timeout=options.connect_timeout, answer_timeout=options.answer_timeout),
    )


def _shown(_recipient: str | None, endpoint_json: str) -> str:
    endpoint = SftpEndpoint.model_validate_json(endpoint_json)
    port = "" if endpoint.port == DEFAULT_PORT else f":{endpoint.port}"
    return f"sftp://{endpoint.host or ''}{port}/{(endpoint.folder or '').lstrip('/')}"


SFTP = ChannelKind(
    name="sftp",
    channel=SftpChannel,
    build=_build,
    compose=lambda given: compose_archive(given.mail, given.artifacts, given.pack),
    compose_trial=compose_trial_archive,
    shown=_shown,
)
