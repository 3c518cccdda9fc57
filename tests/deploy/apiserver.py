"""An API server of Kubernetes with its etcd, on the loopback: it takes what is applied and runs nothing."""

import json
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.tools import ETCD, KUBE_APISERVER, KUBECTL, built
from tests.harness.processes import LOOPBACK, free_port, tail

START_SECONDS = 300.0
STOP_SECONDS = 30.0


class NotReady(RuntimeError):
    """The API server did not come up; the message is the end of its log."""


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running one, and how kubectl reaches it."""

    kubeconfig: Path

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What it says, its warnings among it; raises Refused."""
        command = (str(built(KUBECTL)), "--kubeconfig", str(self.kubeconfig), *arguments)
        done = subprocess.run(
            command, input=stdin, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode:
            raise Refused(done.stdout)
        return done.stdout


class Refused(AssertionError):
    """What the API server said against what it was given."""


@contextmanager
def running() -> Iterator[ApiServer]:
    """Both from nothing, in a folder of their own, and ended at the end."""
    commands = built(ETCD), built(KUBE_APISERVER)
    built(KUBECTL)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entrygo-kubernetes-")))
        etcd = f"http://{LOOPBACK}:{free_port()}"
        stack.enter_context(_process(folder / "etcd.log", *_etcd(commands[0], folder, etcd)))
        port, token = free_port(), secrets.token_hex(16)
        log = folder / "apiserver.log"
        server = stack.enter_context(_process(log, *_apiserver(commands[1], folder, etcd, port, token)))
        api = ApiServer(_kubeconfig(folder, f"https://{LOOPBACK}:{port}", token))
        _wait_until_ready(api, server, log)
        yield api


def _etcd(command: Path, folder: Path, url: str) -> tuple[str, ...]:
    peer = f"http://{LOOPBACK}:{free_port()}"
    return (
        str(command), "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync",
        "--listen-client-urls", url, "--advertise-client-urls", url,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", f"default={peer}",
    )  # fmt: skip


def _apiserver(command: Path, folder: Path, etcd: str, port: int, token: str) -> tuple[str, ...]:
    key, tokens = folder / "accounts.pem", folder / "tokens.csv"
    made = ("openssl", "genrsa", "-out", str(key), "2048")
    subprocess.run(made, check=True, capture_output=True)
    tokens.write_text(f"{token},operator,operator,system:masters\n", encoding="utf-8")
    return (
        str(command), "--etcd-servers", etcd, "--bind-address", LOOPBACK, "--secure-port", str(port),
        "--cert-dir", str(folder / "certificates"), "--token-auth-file", str(tokens),
        "--service-cluster-ip-range", "10.96.0.0/16", "--authorization-mode", "RBAC",
        "--service-account-issuer", "https://kubernetes.default.svc",
        "--service-account-key-file", str(key), "--service-account-signing-key-file", str(key),
    )  # fmt: skip


@contextmanager
def _process(log: Path, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_ready(api: ApiServer, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            api.kubectl("get", "--raw", "/readyz")
        except Refused:
            time.sleep(0.5)
        else:
            return
    raise NotReady(tail(log))


def _kubeconfig(folder: Path, url: str, token: str) -> Path:
    file = folder / "kubeconfig.json"
    named = "entrygo"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": named, "cluster": {"server": url, "insecure-skip-tls-verify": True}}],
        "users": [{"name": named, "user": {"token": token}}],
        "contexts": [{"name": named, "context": {"cluster": named, "user": named, "namespace": named}}],
        "current-context": named,
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return file
