"""Checks of where packages are sent to: the form alone. Whether it may be reached is execution's to say."""

import ipaddress
import re
from urllib.parse import urlsplit

from entrygo.requests.issues import Wrong
from entrygo.requests.texts import bounded_text

MAX_URL = 500
MAX_FOLDER = 300

_HOST = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_CREDENTIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_HOST_KEY = re.compile(
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) +([A-Za-z0-9+/]{40,2000}={0,3})(?: .*)?"
)
_LOCAL = "localhost"


def upload_url(value: str) -> str:
    """`https://…` without a user, a password or a fragment; plain http for this machine alone."""
    value = bounded_text(value, MAX_URL)
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Wrong("Expected an https:// URL") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise Wrong("Expected an https:// URL")
    if not _is_host(host) or not value.isascii() or " " in value:
        raise Wrong("Expected an https:// URL with a host")
    if "@" in parts.netloc or "#" in value:
        raise Wrong("Name a credential instead of writing it into the URL; no fragment either")
    return value


def host(value: str) -> str:
    if not _is_host(value):
        raise Wrong("Expected a host name or an address")
    return value.lower()


def folder(value: str) -> str:
    """A path without steps upwards."""
    value = bounded_text(value, MAX_FOLDER)
    if ".." in value.split("/"):
        raise Wrong("'..' is not allowed")
    return value.rstrip("/") or "/"


def credential(value: str) -> str:
    if not _CREDENTIAL.fullmatch(value):
        raise Wrong("Expected the name of a credential: 1 to 64 letters, digits, '_', '.' or '-'")
    return value


def host_key(value: str) -> str:
    """A public key in OpenSSH's one-line form, without its comment."""
    match = _HOST_KEY.fullmatch(value)
    if match is None:
        raise Wrong("Expected the server's public key: ssh-ed25519 AAAA…")
    return f"{match[1]} {match[2]}"


def _is_host(value: str) -> bool:
    return _is_address(value) or _HOST.fullmatch(value) is not None


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_loopback(value: str) -> bool:
    return value == _LOCAL or (_is_address(value) and ipaddress.ip_address(value).is_loopback)
