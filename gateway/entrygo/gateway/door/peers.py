"""Which client a request comes from, also behind proxies that are listed by the operator."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from entrygo.requests.peers import parsed_address, peer_name


def proxies_in(text: str) -> list[IPv4Network | IPv6Network]:
    """The addresses and networks of a list with commas; ValueError where one is neither."""
    return [ip_network(one.strip(), strict=False) for one in text.split(",") if one.strip()]


class Peers:
    """Names a client by its address: that of the connection, or what a listed proxy says of it."""

    def __init__(self, trusted_proxies: str, forwarded_header: str) -> None:
        self._proxies = proxies_in(trusted_proxies)
        self._header = forwarded_header

    def of(self, scope: Scope) -> str:
        """The peer of a request: the last address in the header that is not a listed proxy's own."""
        client = scope.get("client")
        address = client[0] if client else ""
        if self._proxies and self.is_proxy(address):
            lines = Headers(scope=scope).getlist(self._header)
            for hop in reversed([one.strip() for line in lines for one in line.split(",")]):
                address = hop
                if not self.is_proxy(hop):
                    break
        return peer_name(address)

    def is_https(self, scope: Scope) -> bool:
        """Whether the client speaks HTTPS: to us, or to a listed proxy that says so (X-Forwarded-Proto)."""
        client = scope.get("client")
        if client and self._proxies and self.is_proxy(client[0]):
            said = Headers(scope=scope).get("x-forwarded-proto", "")
            if said:
                return said.rpartition(",")[2].strip().lower() == "https"
        return scope.get("scheme") == "https"

    def is_proxy(self, address: str) -> bool:
        """Whether the address is one of the listed proxies."""
        parsed = parsed_address(address)
        return parsed is not None and any(parsed in network for network in self._proxies)
