"""The name by which the limits know a client: its address, or the network of addresses that are its own."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# What one customer of an IPv6 provider gets; below it addresses cost nothing.
IPV6_PREFIX = 64
UNKNOWN = "unknown"


def peer_name(address: str) -> str:
    """The address itself, or its network where a client has as many addresses as it likes."""
    parsed = parsed_address(address)
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or IPv6Network((int(parsed), IPV6_PREFIX), strict=False))
    return str(parsed or UNKNOWN)


def parsed_address(address: str) -> IPv4Address | IPv6Address | None:
    """The address of a text; None for any other text."""
    try:
        return ip_address(address)
    except ValueError:
        return None
