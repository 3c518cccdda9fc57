"""The name by which the limits know a client: its address, or the network of addresses that are its own."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# What one customer of an IPv6 provider gets; below it addresses cost nothing.
IPV6_PREFIX = 64
UNKNOWN = "unknown"
LONGEST_ADDRESS = 45  # characters of an IPv6 address that ends in one of IPv4


def peer_name(address: str) -> str:
    """The address itself, or its network where a client has as many addresses as it likes."""
    # A longer text may be what anybody wrote into a header.
    return _known_name(address) if len(address) <= LONGEST_ADDRESS else _name(address)


def _name(address: str) -> str:
    parsed = parsed_address(address)
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or IPv6Network((int(parsed), IPV6_PREFIX), strict=False))
    return str(parsed or UNKNOWN)


# Clients come back.
_known_name = lru_cache(maxsize=4096)(_name)


def parsed_address(address: str) -> IPv4Address | IPv6Address | None:
    """The address of a text; None for any other text."""
    try:
        return ip_address(address)
    except ValueError:
        return None
