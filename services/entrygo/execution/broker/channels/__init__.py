"""The kinds of channels to brokers; test mode uses `simulated` instead of any of them."""

from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.channels.https import HTTPS
from entrygo.execution.broker.channels.kind import ChannelKind
from entrygo.execution.broker.channels.sftp import SFTP
from entrygo.execution.broker.mail import compose

CHANNELS: tuple[ChannelKind, ...] = (
    ChannelKind(
        name="email",
        channel=EmailChannel,
        build=lambda options: EmailChannel(options.smtp),
        compose=lambda given: compose(given.mail, given.artifacts, given.pack, given.mail_max_bytes),
        shown=lambda submission: submission.recipient_email or "",
    ),
    HTTPS,
    SFTP,
)
BY_NAME = {kind.name: kind for kind in CHANNELS}
BY_TYPE = {kind.type: kind for kind in CHANNELS}
