"""The channels to brokers, by name, and the one that test mode uses instead."""

from entrygo.execution.channels.base import Channel
from entrygo.execution.channels.email import EmailChannel
from entrygo.execution.channels.https import HttpsChannel
from entrygo.execution.channels.sftp import SftpChannel
from entrygo.execution.channels.simulated import SimulatedChannel

CHANNELS: tuple[tuple[str, type[Channel]], ...] = (
    ("EMAIL", EmailChannel),
    ("HTTPS", HttpsChannel),
    ("SFTP", SftpChannel),
    ("SIMULATED", SimulatedChannel),
)
