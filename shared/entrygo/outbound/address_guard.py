"""Which addresses we speak to: what a caller wrote into a record must not lead us into our own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

# Where clouds hand out the credentials of their machines (AWS, Azure, Alibaba), besides link-local addresses.
_OF_THE_CLOUD = frozenset(
    ipaddress.ip_address(text) for text in ("fd00:ec2::254", "168.63.129.16", "100.100.100.200")
)
# A router makes an IPv4 address of the last 32 bits (RFC 6052, RFC 4291 §2.5.5.1, RFC 2765).
_EMBEDDING = tuple(ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))
# All that is handed out for the public (RFC 4291 §2.4); what Python knows of the rest changes by its release.
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# Not public, and not in every release's list: documentation (RFC 9637) within 2000::/3, the dummy address
# (RFC 7600) with its neighbours, and the anycast of 6to4 relays (RFC 7526).
_NOT_PUBLIC = tuple(ipaddress.ip_network(text) for text in ("3fff::/20", "192.0.0.0/24", "192.88.99.0/24"))


# A name server that a caller chose may take half a minute to say nothing. The event loop's own threads, a few
# more than there are cores, are for work of ours.
_LOOK_UPS = ThreadPoolExecutor(64, thread_name_prefix="look-up")

NO_NAME = "The host's name is not one that there can be."


class AddressForbidden(Exception):
    """A host that is not spoken to; the text says why."""


async def resolve(host: str, port: int) -> list[str]:
    """The host's addresses in the order to try them; OSError when there are none."""
    look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_LOOK_UPS, look)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressGuard:
    """Resolves once and gives addresses to connect to, so that a name cannot change its mind in between.

    `sent` and `setting` are what a refusal names: what would have gone there, and what allows private
    addresses.
    """

    allow_private: bool
    # Without TLS to others than ourselves, too; for trials.
    allow_plain: bool = False
    sent: str = "Packages"
    setting: str = "ENTRYGO_BROKER_ALLOW_PRIVATE"
    resolve: Resolve = resolve

    async def addresses(self, host: str, port: int, *, is_encrypted: bool) -> list[str]:
        """Where to connect. AddressForbidden when any address is not allowed, OSError when there is none."""
        try:
            found = await self.resolve(host, port)
        except UnicodeError as error:
            raise AddressForbidden(NO_NAME) from error
        for text in found:
            self._check(ipaddress.ip_address(text.partition("%")[0]), is_encrypted=is_encrypted)
        return found

    def _check(self, address: Address, *, is_encrypted: bool) -> None:
        address = _inner(address)
        if not is_encrypted and not address.is_loopback and not self.allow_plain:
            raise AddressForbidden(f"{self.sent} are sent over https only.")
        is_nowhere = address.is_multicast or address.is_unspecified
        if is_nowhere or address.is_link_local or address in _OF_THE_CLOUD:
            raise AddressForbidden(f"The host's address is not one that {self.sent.lower()} are sent to.")
        if not _is_public(address) and not self.allow_private:
            raise AddressForbidden(f"The host's address is private; {self.setting} allows it.")


def _is_public(address: Address) -> bool:
    if any(address in network for network in _NOT_PUBLIC):
        return False
    is_given_out = isinstance(address, ipaddress.IPv4Address) or address in _PUBLIC_IPV6
    return is_given_out and address.is_global


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address) or address == ipaddress.IPv6Address("::1"):
        return address
    if any(address in network for network in _EMBEDDING):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
