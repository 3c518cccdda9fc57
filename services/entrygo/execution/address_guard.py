"""Which addresses packages are sent to: a broker's record must not make us speak to our own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


class AddressForbidden(Exception):
    """A host that packages are not sent to; the text says why."""


async def resolve(host: str, port: int) -> list[str]:
    """The host's addresses in the order to try them; OSError when there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressGuard:
    """Resolves once and gives addresses to connect to, so that a name cannot change its mind in between."""

    allow_private: bool
    resolve: Resolve = resolve

    async def addresses(self, host: str, port: int, *, is_encrypted: bool) -> list[str]:
        """Where to connect. AddressForbidden when any address is not allowed, OSError when there is none."""
        found = await self.resolve(host, port)
        for text in found:
            self._check(ipaddress.ip_address(text.partition("%")[0]), is_encrypted=is_encrypted)
        return found

    def _check(self, address: Address, *, is_encrypted: bool) -> None:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not is_encrypted and not address.is_loopback:
            raise AddressForbidden("Packages are sent over https only.")
        # Where clouds hand out the credentials of their machines.
        if address.is_link_local or address.is_multicast or address.is_unspecified:
            raise AddressForbidden("The host's address is not one that packages are sent to.")
        if not address.is_global and not self.allow_private:
            raise AddressForbidden("The host's address is private; ENTRYGO_BROKER_ALLOW_PRIVATE allows it.")
