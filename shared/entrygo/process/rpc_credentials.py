"""Certificates as gRPC takes them, for servers and clients.

That of a server is read again when its file is replaced, so that a renewed one needs no restart.
"""

import grpc

from entrygo.process.settings import RpcClientSettings, RpcServerTlsSettings
from entrygo.process.tls import CertificateRefused, Pair, read_authority, read_pair


def server_credentials(settings: RpcServerTlsSettings) -> grpc.ServerCredentials | None:
    """What a gRPC server shows and asks for; None without a certificate. Raises CertificateRefused."""
    pair = read_pair(settings)
    if pair is None:
        return None
    files = _Renewed(settings)
    return grpc.dynamic_ssl_server_credentials(
        files.configuration(pair),
        files.newer,  # type: ignore[arg-type]  # it may answer None, which the stubs do not know
        require_client_authentication=settings.client_ca_file is not None,
    )


def channel_credentials(settings: RpcClientSettings) -> grpc.ChannelCredentials | None:
    """What a gRPC client trusts and shows; None without an authority. Raises CertificateRefused."""
    if settings.ca_file is None:
        return None
    pair = read_pair(settings)
    return grpc.ssl_channel_credentials(
        read_authority(settings.ca_file),
        pair.key if pair else None,
        pair.certificate if pair else None,
    )


def name_options(settings: RpcClientSettings) -> tuple[tuple[str, str], ...]:
    """The option of a gRPC channel by which its servers go by another name than that of their target."""
    return (("grpc.ssl_target_name_override", settings.server_name),) if settings.server_name else ()


class _Renewed:
    """The files of a server, read again once one of them was replaced."""

    def __init__(self, settings: RpcServerTlsSettings) -> None:
        self._settings = settings
        self._read_at = self._times()

    def configuration(self, pair: Pair) -> grpc.ServerCertificateConfiguration:
        authority = self._settings.client_ca_file
        return grpc.ssl_server_certificate_configuration(
            [(pair.key, pair.certificate)], read_authority(authority) if authority else None
        )

    def newer(self) -> grpc.ServerCertificateConfiguration | None:
        """Asked by gRPC before each handshake, in a thread of its own. None: as before."""
        times = self._times()
        if times == self._read_at:
            return None
        try:
            pair = read_pair(self._settings)
            assert pair is not None
            configuration = self.configuration(pair)
        except CertificateRefused:
            # Half of the two was replaced; at the next handshake both are.
            return None
        self._read_at = times
        return configuration

    def _times(self) -> tuple[int, ...]:
        files = (self._settings.cert_file, self._settings.key_file, self._settings.client_ca_file)
        try:
            return tuple(file.stat().st_mtime_ns for file in files if file is not None)
        except OSError:
            return ()
