"""Settings of the gateway process. Built once in `__main__` and passed down."""

from pydantic import Field

from entrygo.process.settings import MEBIBYTE, ProcessSettings


class GatewaySettings(ProcessSettings):
    """Where it listens, whom it asks, and what it accepts."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=3000, ge=0, le=65535)
    # 0: no metrics endpoint.
    gateway_metrics_port: int = Field(default=0, ge=0, le=65535)

    # host:port, or host:port,host:port for several workers.
    sync_target: str = "127.0.0.1:50051"
    planning_target: str = "127.0.0.1:50052"
    execution_target: str = "127.0.0.1:50053"
    inspection_target: str = "127.0.0.1:50054"

    max_body_bytes: int = Field(default=8 * MEBIBYTE, ge=1024)
    max_header_bytes: int = Field(default=32 * 1024, ge=1024)
    max_concurrent_requests: int = Field(default=500, ge=1)
    # How long a client may take to send the head of a request, and its body.
    header_timeout_seconds: float = Field(default=10.0, gt=0)
    body_timeout_seconds: float = Field(default=30.0, gt=0)
    # How long a client may read nothing of an answer that waits for it.
    answer_timeout_seconds: float = Field(default=60.0, gt=0)
    # How long a read and a write may take in the services; the latter also the next bytes of a download.
    read_timeout_seconds: float = Field(default=10.0, gt=0)
    write_timeout_seconds: float = Field(default=60.0, gt=0)
