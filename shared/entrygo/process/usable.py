"""Whether what a setting names can be used where a process starts: None, or why not, in words.

No words quote the value: what stands in the wrong variable may be a secret.
"""

import ipaddress
import os
import re
import socket
import ssl
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

# gRPC's own name for a server that has no port.
_SOCKET_FILE = "unix:"
_LOCALHOST = "localhost"
_PORT = re.compile(r".:(\d{1,5})$", re.ASCII)
_HIGHEST_PORT = 65_535


def is_named(file: str | Path | None) -> bool:
    """Whether a variable names a file: one that is set to nothing, as by Compose, does not."""
    return file is not None and str(file) not in ("", ".")


def wrong_with_authority(file: str | Path) -> str | None:
    """The file of an authority's certificates in PEM."""
    if not is_named(file):
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        return "the file holds no certificate in PEM"
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"
    return None


def wrong_with_pair(cert_file: Path, key_file: Path | None) -> str | None:
    """A certificate with its chain, and its key; whether it is in time is for who shows it."""
    if not is_named(cert_file):
        return None
    try:
        # Without a password of ours OpenSSL would ask for one at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert_file, key_file, password="")
    except ssl.SSLError:
        return "expected a certificate in PEM, and its key without a password"
    except OSError as error:
        return f"the certificate or its key cannot be read: {error.strerror}"
    return None


def wrong_with_log_file(file: Path) -> str | None:
    """A file that is there or can be made."""
    if file.is_dir():
        return "expected a file, and not a folder"
    if not file.parent.is_dir():
        return "the folder of the file is not there"
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        return "this process may not write to the file"
    return None


def wrong_with_own_address(host: str) -> str | None:
    """An address of this machine, or a name of one."""
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind(address)
    except (OSError, UnicodeError):
        return "expected an address of this machine, or a name of one"
    return None


def _checked_target(target: str) -> str:
    targets = [each.strip() for each in target.split(",")]
    for each in targets:
        port = _PORT.search(each)
        if not each.startswith(_SOCKET_FILE) and not (port and 0 < int(port[1]) <= _HIGHEST_PORT):
            raise ValueError("expected host:port, or several with commas")
        if len(targets) > 1 and not _is_looked_up(each.rpartition(":")[0]):
            raise ValueError("expected IPv4 addresses where there are several; a name is given alone")
    return target


def _is_looked_up(host: str) -> bool:
    """Whether gRPC, which looks up no names of a list, takes it there."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return host == _LOCALHOST
    return True


def _checked_collector(url: str) -> str:
    parts = urlsplit(url)
    if url and not (parts.scheme in ("http", "https") and parts.hostname):
        raise ValueError("expected http://host:port or https://host")
    return url


# Where a collector of traces is; empty is nowhere.
Collector = Annotated[str, AfterValidator(_checked_collector)]
# Where a service is; without a port gRPC would take that of HTTPS.
Target = Annotated[str, AfterValidator(_checked_target)]
