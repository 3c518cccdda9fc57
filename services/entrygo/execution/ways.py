"""The ways to real brokers, made from the settings."""

from collections.abc import Mapping

from entrygo.execution.broker.channels import CHANNELS
from entrygo.execution.broker.channels.base import Channel
from entrygo.execution.broker.channels.kind import ChannelOptions
from entrygo.execution.broker.credentials import Credentials
from entrygo.execution.settings import Settings
from entrygo.execution.state.records import SubmissionType
from entrygo.outbound.address_guard import AddressGuard

Channels = Mapping[SubmissionType, Channel]


def build_channels(settings: Settings) -> Channels:
    """The ways to real brokers, one of each kind, by its name in the ledger."""
    uploads = settings.uploads
    options = ChannelOptions(
        smtp=settings.smtp.server,
        guard=AddressGuard(allow_private=uploads.allow_private),
        credentials=Credentials(inline=uploads.credentials, file=uploads.credentials_file),
        connect_timeout=uploads.connect_seconds,
        answer_timeout=uploads.answer_seconds,
        ca_file=uploads.ca_file,
    )
    return {kind.type: kind.build(options) for kind in CHANNELS}
