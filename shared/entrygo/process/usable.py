"""Whether what a setting names can be used where a process starts: None, or why not, in words.

No words quote the value: what stands in the wrong variable may be a secret.
"""

import os
import re
import socket
import ssl
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

# gRPC's own name for a server that has no port.
_SOCKET_FILE = "unix:"
_PORT = re.compile(r".:(\d{1,5})$", re.ASCII)
_HIGHEST_PORT = 65_535


def wrong_with_authority(file: str | Path) -> str | None:
    """The file of an authority's certificates in PEM."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        return "the file holds no certificate in PEM"
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"
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
    for each in map(str.strip, target.split(",")):
        port = _PORT.search(each)
        if not each.startswith(_SOCKET_FILE) and not (port and 0 < int(port[1]) <= _HIGHEST_PORT):
            raise ValueError("expected host:port, or several with commas")
    return target


# Where a service is; without a port gRPC would take that of HTTPS.
Target = Annotated[str, AfterValidator(_checked_target)]
