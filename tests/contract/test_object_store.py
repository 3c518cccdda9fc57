"""What the store of documents promises, on a local folder and on a real S3 server alike."""

import asyncio
import hashlib
import os
import shutil
import stat
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
import pytest
import pytest_asyncio
import structlog
from obstore.store import LocalStore, S3Store
from prometheus_client import REGISTRY

if TYPE_CHECKING:
    from obstore import ObjectMeta

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.objects import cloud, folder, watch
from entrygo.execution.objects.by_digest import (
    CHECKED_FIRST_BYTES,
    CHUNK_BYTES,
    BytesMissing,
    ObjectStore,
    StoreUnavailable,
)
from entrygo.execution.objects.folder import UNFINISHED
from tests.harness.certificates import Authority
from tests.harness.network import Way, Weather, way_to
from tests.harness.object_store import BUCKET, SECRET_KEY, S3Server
from tests.harness.processes import LOOPBACK

LIVE = Tenant("acc_123", Mode.LIVE)
TENANTS = [LIVE, Tenant("acc_123", Mode.TEST), Tenant("acc_456", Mode.LIVE)]
MEBIBYTE = 1024 * 1024
SHA256_OF_ABC = hashlib.sha256(b"abc").hexdigest()


@dataclass(frozen=True)
class Side:
    """Our store, and its contents as another client sees them."""

    store: ObjectStore
    raw: LocalStore | S3Store

    async def names(self) -> list[str]:
        return sorted(each["path"] for page in await _pages(self.raw) for each in page)


async def _pages(raw: LocalStore | S3Store) -> "list[Sequence[ObjectMeta]]":
    return [page async for page in obstore.list(raw)]


def set_environment(s3: S3Server, monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name, value in (s3.environment | changes).items():
        monkeypatch.setenv(name, value)


@pytest_asyncio.fixture(params=["folder", "s3"])
async def side(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Side]:
    if request.param == "folder":
        yield Side(ObjectStore(tmp_path.as_uri()), LocalStore(tmp_path))
        return
    s3: S3Server = request.getfixturevalue("s3")
    set_environment(s3, monkeypatch)
    yield Side(ObjectStore(f"s3://{BUCKET}/{tmp_path.name}", allow_http=True), s3.store(tmp_path.name))


async def read(store: ObjectStore, sha256: str, tenant: Tenant = LIVE, *, size: int = 3) -> list[bytes]:
    return [part async for part in store.stream(tenant, sha256, size)]


@pytest.mark.parametrize(
    "size",
    [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * MEBIBYTE + 1, 20 * MEBIBYTE],
    ids=["empty", "one", "chunk", "more", "two parts", "many parts"],
)
async def test_what_is_put_is_read_back_whole_and_in_chunks(side: Side, size: int) -> None:
    content = os.urandom(size)
    sha256 = await side.store.put(LIVE, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert await side.store.get(LIVE, sha256) == content
    parts = await read(side.store, sha256, size=size)
    assert b"".join(parts) == content
    assert all(len(part) <= CHUNK_BYTES for part in parts)


async def test_the_same_bytes_are_one_object_also_when_they_are_put_at_once(side: Side) -> None:
    await asyncio.gather(*(side.store.put(LIVE, b"abc") for _ in range(10)))
    assert await side.names() == [f"live/acc_123/{SHA256_OF_ABC[:2]}/{SHA256_OF_ABC}"]
    assert await side.store.get(LIVE, SHA256_OF_ABC) == b"abc"


async def test_a_system_that_cannot_sync_bytes_alone_stores_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # macOS.
    monkeypatch.delattr(os, "fdatasync")
    store = ObjectStore(tmp_path.as_uri())
    assert await store.is_sound()
    assert await store.get(LIVE, await store.put(LIVE, b"abc")) == b"abc"


async def test_each_account_and_mode_has_objects_of_its_own(side: Side) -> None:
    await side.store.put(TENANTS[0], b"abc")
    for other in TENANTS[1:]:
        with pytest.raises(BytesMissing):
            await side.store.get(other, SHA256_OF_ABC)
    await asyncio.gather(*(side.store.put(each, b"abc") for each in TENANTS))
    assert [name.rsplit("/", 2)[0] for name in await side.names()] == [
        "live/acc_123", "live/acc_456", "test/acc_123",
    ]  # fmt: skip


async def test_an_object_that_is_not_there_is_told_before_the_first_chunk(side: Side) -> None:
    with pytest.raises(BytesMissing):
        await read(side.store, SHA256_OF_ABC)
    with pytest.raises(BytesMissing):
        await side.store.get(LIVE, SHA256_OF_ABC)


async def test_bytes_that_somebody_changed_are_not_handed_out_as_the_document(side: Side) -> None:
    sha256 = await side.store.put(LIVE, b"abc")
    [name] = await side.names()
    await obstore.put_async(side.raw, name, b"abd")
    with pytest.raises(BytesMissing):
        await side.store.get(LIVE, sha256)
    with pytest.raises(BytesMissing):
        await anext(side.store.stream(LIVE, sha256, 3))


@pytest.mark.parametrize("length", [2 * MEBIBYTE - 1, 2 * MEBIBYTE + 1])
async def test_bytes_of_another_length_are_refused_before_the_first_chunk(side: Side, length: int) -> None:
    content = os.urandom(2 * MEBIBYTE + 1)
    sha256 = await side.store.put(LIVE, content[: 2 * MEBIBYTE])
    [name] = await side.names()
    await obstore.put_async(side.raw, name, content[:length])
    with pytest.raises(BytesMissing):
        await anext(side.store.stream(LIVE, sha256, 2 * MEBIBYTE))


@pytest.mark.parametrize("place", [0, -1], ids=["first byte", "last byte"])
async def test_a_large_document_that_somebody_changed_is_never_given_out_to_its_end(
    side: Side, place: int
) -> None:
    content = bytearray(os.urandom(CHECKED_FIRST_BYTES + 1))
    sha256 = await side.store.put(LIVE, bytes(content))
    [name] = await side.names()
    content[place] ^= 1
    await obstore.put_async(side.raw, name, bytes(content))
    given = 0
    with pytest.raises(BytesMissing):
        async for chunk in side.store.stream(LIVE, sha256, len(content)):
            given += len(chunk)
    assert given < len(content)


async def test_what_is_damaged_counts_as_unsound_until_it_is_brought_back(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TRIAL_EVERY", 0)
    gone, altered = await side.store.put_all(LIVE, [b"abc", b"abd"])
    before = {name: faults(name) for name in ("missing", "altered")}
    assert await side.store.is_sound()
    names = {each.rpartition("/")[2]: each for each in await side.names()}
    await obstore.delete_async(side.raw, names[gone])
    await obstore.put_async(side.raw, names[altered], b"abc")
    for sha256 in (gone, altered):
        with pytest.raises(BytesMissing):
            await side.store.get(LIVE, sha256)
    assert {name: faults(name) - before[name] for name in before} == {"missing": 1, "altered": 1}
    assert not await side.store.is_sound()
    await side.store.put(LIVE, b"abc")
    assert not await side.store.is_sound()
    await obstore.put_async(side.raw, names[altered], b"abd")
    assert await side.store.is_sound()


async def test_a_place_that_was_away_is_sound_with_the_next_trial_however_much_was_missed(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TRIAL_EVERY", 0)
    contents = [f"{number}".encode() for number in range(20)]
    for sha256 in await side.store.put_all(LIVE, contents):
        [name] = [each for each in await side.names() if each.endswith(sha256)]
        await obstore.delete_async(side.raw, name)
        with pytest.raises(BytesMissing):
            await side.store.get(LIVE, sha256)
    assert not await side.store.is_sound()
    await side.store.put_all(LIVE, contents)
    assert await side.store.is_sound()


def faults(name: str) -> float:
    value = REGISTRY.get_sample_value("entrygo_execution_object_faults_total", {"fault": name})
    return value or 0.0


@pytest.mark.parametrize("side", ["s3"], indirect=True)
async def test_several_are_put_at_once_but_never_more_than_the_bound(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, real = 0, 0, obstore.put_async

    async def counted(*arguments: object) -> object:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await real(*arguments)  # type: ignore[arg-type]
        finally:
            running -= 1

    monkeypatch.setattr(obstore, "put_async", counted)
    contents = [str(number).encode() for number in range(40)]
    await side.store.put_all(LIVE, contents)
    assert len(await side.names()) == 40
    assert most == cloud.PUTS_AT_ONCE


@pytest_asyncio.fixture
async def way(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Way]:
    """The way to the S3 server, with waits that suit a test."""
    monkeypatch.setattr(cloud, "SILENCE_TIMEOUT", timedelta(milliseconds=300))
    monkeypatch.setattr(cloud, "RETRY_FOR", timedelta(milliseconds=600))
    async with way_to(s3.port) as way:
        set_environment(s3, monkeypatch, AWS_ENDPOINT_URL=f"http://{LOOPBACK}:{way.port}")
        yield way


def through_the_way(folder: str = "away") -> ObjectStore:
    return ObjectStore(f"s3://{BUCKET}/{folder}", allow_http=True)


def patiently_through_the_way(monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """Gives a silent store up as soon, and goes on trying for as long as a machine in use may need."""
    with monkeypatch.context() as longer:
        longer.setattr(cloud, "RETRY_FOR", timedelta(minutes=2))
        longer.setattr(cloud, "MAX_RETRIES", 1000)
        return through_the_way()


@pytest.mark.parametrize("weather", [Weather.REFUSES, Weather.SILENT, Weather.CUTS_ANSWERS])
async def test_a_store_that_is_away_is_an_outage_for_every_operation(
    way: Way, weather: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, patient = through_the_way(), patiently_through_the_way(monkeypatch)
    sha256 = await patient.put(LIVE, os.urandom(2 * MEBIBYTE))
    way.turn(weather)
    with pytest.raises(StoreUnavailable) as caught:
        await store.put(LIVE, b"abc")
    assert isinstance(caught.value, ServiceUnavailable)
    with pytest.raises(StoreUnavailable):
        await store.put_all(LIVE, [b"abc", b"abd"])
    with pytest.raises(StoreUnavailable):
        await store.get(LIVE, sha256)
    with pytest.raises(StoreUnavailable):
        await read(store, sha256, size=2 * MEBIBYTE)
    way.turn(Weather.FAIR)
    assert len(await patient.get(LIVE, sha256)) == 2 * MEBIBYTE


async def test_a_store_that_is_silent_is_given_up_and_one_that_blinks_is_tried_again(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = patiently_through_the_way(monkeypatch)
    way.turn(Weather.SILENT)
    way.came.clear()
    putting = asyncio.create_task(store.put(LIVE, b"abc"))
    await way.came.wait()
    way.turn(Weather.FAIR)
    assert await putting == SHA256_OF_ABC


async def test_a_reader_may_be_slower_than_the_store_may_be_silent(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = patiently_through_the_way(monkeypatch)
    content = os.urandom(8 * MEBIBYTE)
    stream = store.stream(LIVE, await store.put(LIVE, content), len(content))
    read_so_far = await anext(stream)
    await asyncio.sleep(3 * cloud.SILENCE_TIMEOUT.total_seconds())
    async for part in stream:
        read_so_far += part
    assert read_so_far == content


@pytest.mark.parametrize(
    ("changes", "bucket", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another"}, BUCKET, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "stranger"}, BUCKET, "InvalidAccessKeyId"),
        ({}, "no-such-bucket", "NoSuchBucket"),
    ],
)
async def test_a_wrong_setting_is_an_outage_whose_cause_the_operator_finds_in_the_log(
    s3: S3Server,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str],
    bucket: str,
    said: str,
) -> None:
    set_environment(s3, monkeypatch, **changes)
    store = ObjectStore(f"s3://{bucket}/x", allow_http=True)
    with structlog.testing.capture_logs() as lines:
        with pytest.raises(StoreUnavailable):
            await store.put(LIVE, b"abc")
        with pytest.raises(StoreUnavailable):
            await store.get(LIVE, SHA256_OF_ABC)
    assert [said in line["error"] for line in lines] == [True, True]
    assert not any(secret in str(lines) for secret in (SECRET_KEY, "another"))


async def test_nothing_is_sent_in_clear_unless_it_is_allowed(way: Way) -> None:
    store = ObjectStore(f"s3://{BUCKET}/x")
    with pytest.raises(StoreUnavailable):
        await store.put(LIVE, b"abc")
    assert way.connections == 0


async def test_a_folder_that_cannot_be_written_is_an_outage_too(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path.as_uri())
    (tmp_path / "live").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        await store.put(LIVE, b"abc")


async def test_a_folder_that_takes_no_writes_is_unsound_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TRIAL_EVERY", 0)
    store = ObjectStore(tmp_path.as_uri())
    (tmp_path / UNFINISHED).write_text("in the way")
    assert not await store.is_sound()
    with pytest.raises(StoreUnavailable):
        await store.put(LIVE, b"abc")
    (tmp_path / UNFINISHED).unlink()
    await store.put(LIVE, b"abc")
    assert await store.is_sound()
    await asyncio.to_thread(tmp_path.rename, tmp_path.with_name("unmounted"))
    assert not await store.is_sound()
    with pytest.raises(StoreUnavailable):
        await store.get(LIVE, SHA256_OF_ABC)


def _mount(*arguments: str) -> bool:
    """Whether it was done: it takes root, and Linux."""
    command = shutil.which("mount")
    if command is None:
        return False
    return subprocess.run([command, *arguments], check=False, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of one MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=1m", "none", str(place)):
        pytest.skip("this user may not mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_disk_that_turns_read_only_or_full_is_unsound_until_it_takes_writes_again(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TRIAL_EVERY", 0)
    store = ObjectStore(small_disk.as_uri())
    await store.put(LIVE, b"abc")
    assert _mount("-o", "remount,ro", str(small_disk))
    assert not await store.is_sound()
    with pytest.raises(StoreUnavailable):
        await store.put(LIVE, b"abd")
    # What was stored is still handed out.
    assert await store.get(LIVE, SHA256_OF_ABC) == b"abc"
    assert _mount("-o", "remount,rw", str(small_disk))
    assert await store.is_sound()
    with pytest.raises(StoreUnavailable):
        await store.put(LIVE, bytes(2 * MEBIBYTE))
    (small_disk / "everything").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    assert not await store.is_sound()
    (small_disk / "everything").unlink()
    await store.put(LIVE, b"abd")
    assert await store.is_sound()


async def test_a_disk_with_room_for_the_trial_alone_is_unsound_for_as_long_as_packages_find_none(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TRIAL_EVERY", 0)
    store = ObjectStore(small_disk.as_uri())
    assert await store.is_sound()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            await store.put(LIVE, bytes(2 * MEBIBYTE))
        assert not await store.is_sound()
    # Nobody asks for more room than there is any longer.
    assert await store.is_sound()


async def test_what_killed_processes_left_in_a_folder_goes_once_nobody_can_be_writing_it(
    tmp_path: Path,
) -> None:
    store = ObjectStore(tmp_path.as_uri())
    document = await store.put(LIVE, b"a document")
    names, today = ("of_today", "of_before"), time.time()
    for name in names:
        (tmp_path / UNFINISHED / name).write_bytes(b"half of")
    os.utime(tmp_path / UNFINISHED / "of_today", (today, today - folder.ABANDONED_SECONDS + 60))
    os.utime(tmp_path / UNFINISHED / "of_before", (today, today - folder.ABANDONED_SECONDS - 60))
    [named] = await asyncio.to_thread(lambda: list(tmp_path.rglob(document)))
    os.utime(named, (0, 0))
    assert await store.is_sound()
    assert os.listdir(tmp_path / UNFINISHED) == ["of_today"]
    assert await store.get(LIVE, document) == b"a document"


async def test_a_folder_holds_whole_files_alone_for_its_owner_alone(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path.as_uri())
    await store.put_all(LIVE, [b"abc", b"abd"])
    await store.is_sound()
    everything = await asyncio.to_thread(lambda: list(tmp_path.rglob("*")))
    assert len([each for each in everything if each.is_file()]) == 2
    assert [each for each in everything if each.stat().st_mode & 0o077] == []


class PowerCut:
    """What would be left: of a file what it held at its fdatasync, of a folder what it named at its fsync."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.contents: dict[int, bytes] = {}
        self.names: dict[int, dict[str, int]] = {}
        self.syncs = Counter[str]()
        for name in ("fdatasync", "fsync"):
            monkeypatch.setattr(os, name, self._recorded(name, getattr(os, name)))

    def read(self, root: Path, name: str) -> bytes:
        inode = root.stat().st_ino
        for part in Path(name).parts:
            inode = self.names[inode][part]
        return self.contents[inode]

    def _recorded(self, name: str, real: Callable[[int], None]) -> Callable[[int], None]:
        def sync(descriptor: int) -> None:
            real(descriptor)
            self.syncs[name] += 1
            status, path = os.fstat(descriptor), Path(f"/proc/self/fd/{descriptor}")
            if stat.S_ISDIR(status.st_mode):
                self.names[status.st_ino] = {each.name: each.stat().st_ino for each in path.iterdir()}
            else:
                self.contents[status.st_ino] = path.read_bytes()

        return sync


async def test_what_a_folder_has_taken_outlasts_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ObjectStore(tmp_path.as_uri()).put(LIVE, b"written by another process")
    power_cut = PowerCut(monkeypatch)
    contents = [str(number).encode() for number in range(15)]
    store = ObjectStore(tmp_path.as_uri())
    digests = await store.put_all(LIVE, contents)
    for sha256, content in zip(digests, contents, strict=True):
        assert power_cut.read(tmp_path, f"live/acc_123/{sha256[:2]}/{sha256}") == content
    folders = len({sha256[:2] for sha256 in digests})
    assert power_cut.syncs["fdatasync"] == 15
    # Each folder of files, and the three above that name them.
    assert power_cut.syncs["fsync"] == folders + 3


async def test_a_folder_remembers_so_many_of_its_own_and_makes_sure_of_others_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MAX_DURABLE", 4)
    store = ObjectStore(tmp_path.as_uri())
    for _ in range(2):
        contents = [str(number).encode() for number in range(50)]
        digests = [await store.put(LIVE, content) for content in contents]
        assert [await store.get(LIVE, digest) for digest in digests] == contents
    place = store._place
    assert isinstance(place, folder.FolderObjects)
    assert len(place._durable) <= 4 + 3  # and those above


async def test_a_store_behind_tls_must_show_a_certificate_that_is_trusted(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    async with way_to(s3.port, authority.server(LOOPBACK)) as way:
        set_environment(s3, monkeypatch, AWS_ENDPOINT_URL=f"https://{LOOPBACK}:{way.port}")
        with structlog.testing.capture_logs() as lines, pytest.raises(StoreUnavailable):
            await ObjectStore(f"s3://{BUCKET}/tls").put(LIVE, b"abc")
        assert "UnknownIssuer" in lines[0]["error"]
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert await ObjectStore(f"s3://{BUCKET}/tls").put(LIVE, b"abc") == SHA256_OF_ABC
