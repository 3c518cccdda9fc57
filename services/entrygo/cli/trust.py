"""TLS trust of CLI commands."""

import ssl

from entrygo.gateway.settings import GatewayClientSettings


def trust_in(settings: GatewayClientSettings) -> ssl.SSLContext | bool:
    """What httpx takes as `verify`: the authority that is named, else those of the system."""
    return True if settings.ca_file is None else ssl.create_default_context(cafile=settings.ca_file)
