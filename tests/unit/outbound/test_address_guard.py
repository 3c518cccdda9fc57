"""A broker's record must not make us speak to our own network, whatever its host's name turns out to be."""

import asyncio
import socket
import threading

import pytest

from entrygo.outbound.address_guard import AddressForbidden, AddressGuard, resolve


def guard(*addresses: str, allow_private: bool = False) -> AddressGuard:
    async def resolve(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return AddressGuard(allow_private=allow_private, resolve=resolve)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::93.184.216.34"]
)
async def test_a_public_address_is_given_as_it_was_resolved(address: str) -> None:
    assert await guard(address).addresses("a.example", 443, is_encrypted=True) == [address]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::ffff:10.0.0.1",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::1",
        "168.63.129.16",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "fec0::1",
        "64:ff9b:1::10.0.0.1",
        "64:ff9b:1::1",
        "::ffff:0:10.0.0.1",
        "192.0.0.8",
        "192.0.0.9",
        "192.88.99.1",
        "5f00::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "100::1",
        "2001:db8::1",
    ],
)
async def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressForbidden):
        await guard(address).addresses("a.example", 443, is_encrypted=True)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(AddressForbidden):
        await guard("93.184.216.34", "10.0.0.1").addresses("a.example", 443, is_encrypted=True)


async def test_private_addresses_can_be_allowed_but_never_those_of_cloud_credentials() -> None:
    allowed = guard("10.0.0.1", "fd00::1", allow_private=True)
    assert await allowed.addresses("a.example", 22, is_encrypted=True) == ["10.0.0.1", "fd00::1"]
    for address in (
        "169.254.169.254", "fe80::1", "0.0.0.0", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16",
    ):  # fmt: skip
        with pytest.raises(AddressForbidden):
            await guard(address, allow_private=True).addresses("a.example", 22, is_encrypted=True)


async def test_plain_http_is_for_this_machine_alone() -> None:
    for address in ("10.0.0.1", "93.184.216.34"):
        with pytest.raises(AddressForbidden, match="https"):
            await guard(address, allow_private=True).addresses("a.example", 80, is_encrypted=False)
    local = guard("127.0.0.1", allow_private=True)
    assert await local.addresses("localhost", 80, is_encrypted=False) == ["127.0.0.1"]


async def test_names_that_take_long_to_look_up_keep_no_other_work_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_over = threading.Event()

    def look(*_: object, **__: object) -> list[object]:
        is_over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look)
    look_ups = [asyncio.create_task(resolve(f"{number}.example", 443)) for number in range(40)]
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(int, "1") == 1
    finally:
        is_over.set()
        await asyncio.gather(*look_ups)
