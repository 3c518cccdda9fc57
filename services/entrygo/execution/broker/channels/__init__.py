"""The kinds of channels to brokers; test mode uses `simulated` instead of any of them."""

from entrygo.execution.broker.channels.email import EMAIL
from entrygo.execution.broker.channels.https import HTTPS
from entrygo.execution.broker.channels.kind import ChannelKind
from entrygo.execution.broker.channels.sftp import SFTP

CHANNELS: tuple[ChannelKind, ...] = (EMAIL, HTTPS, SFTP)
BY_NAME = {kind.name: kind for kind in CHANNELS}
BY_TYPE = {kind.type: kind for kind in CHANNELS}
