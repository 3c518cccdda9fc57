"""A kind of channel: how it is built, what it sends, and how its destination is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from entrygo.domain.facts import BrokerChannel
from entrygo.execution.broker.channels.base import Channel
from entrygo.execution.broker.credentials import Credentials
from entrygo.execution.broker.mail import BrokerMail
from entrygo.execution.broker.smtp_server import SmtpServer
from entrygo.execution.broker.trial_contents import Trial
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.state.records import SubmissionType
from entrygo.outbound.address_guard import AddressGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOptions:
    """What channels are built from: the operator's settings as values; seconds."""

    smtp: SmtpServer
    guard: AddressGuard
    credentials: Credentials
    connect_timeout: float
    answer_timeout: float
    # An authority that uploads trust beside the public ones.
    ca_file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a submission is composed from. `pack` is every document in one ZIP."""

    mail: BrokerMail
    artifacts: Sequence[RenderedArtifact]
    pack: bytes
    # A mail that would be larger carries the link instead of the documents.
    mail_max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """One way to brokers; an entry of CHANNELS. `name` is what a broker's record says in `channel`."""

    name: BrokerChannel
    channel: type[Channel]
    build: Callable[[ChannelOptions], Channel]
    # The bytes that every attempt sends; pure, so that equal contents give equal bytes.
    compose: Callable[[Contents], bytes]
    # What a test of the way to a broker sends; pure.
    compose_trial: Callable[[Trial], bytes]
    # The destination for people, by the recipient and the JSON of the endpoint: never a secret.
    shown: Callable[[str | None, str], str]

    @property
    def type(self) -> SubmissionType:
        """The name in the ledger and in events."""
        return SubmissionType(self.name.upper())
