"""What the system says about itself."""

from typing_extensions import TypedDict


class ComponentHealth(TypedDict):
    name: str
    status: str
    detail: str


class HealthAnswer(TypedDict):
    """`status` is ok or degraded."""

    status: str
    components: list[ComponentHealth]


class LiveAnswer(TypedDict):
    status: str


class ReadyAnswer(TypedDict):
    """Whether each service answers, by name."""

    status: str
    services: dict[str, str]
