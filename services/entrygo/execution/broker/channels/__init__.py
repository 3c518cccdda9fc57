"""The channels to brokers, by name, and the one that test mode uses instead."""

from entrygo.execution.broker.channels.base import Channel
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.channels.https import HttpsChannel
from entrygo.execution.broker.channels.sftp import SftpChannel
from entrygo.execution.broker.channels.simulated import SimulatedChannel

CHANNELS: tuple[tuple[str, type[Channel]], ...] = (
    ("EMAIL", EmailChannel),
    ("HTTPS", HttpsChannel),
    ("SFTP", SftpChannel),
    ("SIMULATED", SimulatedChannel),
)
