"""Which e-mail addresses we send to: dot-atoms only, so that none can become an SMTP command."""

import re

from entrygo.requests.issues import Wrong

MAX_ADDRESS_LENGTH = 254
MAX_LOCAL_LENGTH = 64

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def parse_address(text: str | None) -> str | None:
    """The address with its domain in ASCII, or None when it is not one we would send to.

    No quoted local part, no display name, no control character: libraries differ in how they
    read those, and a misread one has sent mail to a stranger.
    """
    local, at, domain = (text or "").rpartition("@")
    if not at or len(local) > MAX_LOCAL_LENGTH or _LOCAL.fullmatch(local) is None:
        return None
    if len(domain) > MAX_ADDRESS_LENGTH:  # before IDNA, whose work grows with the square of the length
        return None
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    address = f"{local}@{ascii_domain}"
    if len(address) > MAX_ADDRESS_LENGTH or _DOMAIN.fullmatch(ascii_domain) is None:
        return None
    return address


def email(value: str) -> str:
    """An address that can be sent to, as it was given; Wrong for any other, and for a bare host name."""
    value = value.strip()
    address = parse_address(value)
    if address is None or "." not in address.rpartition("@")[2]:
        raise Wrong("Expected an email address")
    return value
