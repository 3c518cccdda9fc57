"""Secrets and signatures of Standard Webhooks 1.0.0, by its own library.

No secret is stored: each is derived from the installation's, the endpoint's id and a number that a rotation
raises. A copy of the database therefore signs nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pydantic import SecretStr
from standardwebhooks import Webhook

from entrygo.inspection.webhooks.records import Endpoint

PREFIX = "whsec_"


class Signer:
    """Signs with what it derives from `installation`: the first makes new secrets, all of them sign."""

    def __init__(self, installation: Sequence[SecretStr]) -> None:
        self._installation = installation

    @property
    def is_able(self) -> bool:
        """Whether the installation has a secret at all."""
        return bool(self._installation)

    def secret(self, endpoint: Endpoint) -> str:
        """The endpoint's current secret, `whsec_…`, as its receiver is shown it."""
        return _derived(self._installation[0], endpoint, endpoint.secret_version)

    def headers(self, endpoint: Endpoint, event_id: str, body: str, now: datetime) -> Mapping[str, str]:
        """`webhook-id`, `webhook-timestamp`, `webhook-signature` of an attempt made at `now` (aware)."""
        # The library takes any time for one of UTC.
        at = now.astimezone(UTC)
        versions = [endpoint.secret_version]
        if endpoint.previous_secret_until is not None and at < endpoint.previous_secret_until:
            versions.append(endpoint.secret_version - 1)
        signatures = [
            Webhook(_derived(key, endpoint, version)).sign(event_id, at, body)
            for version in versions
            for key in self._installation
        ]
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def _derived(installation: SecretStr, endpoint: Endpoint, version: int) -> str:
    tenant = endpoint.tenant
    name = "\0".join(("webhook", tenant.account_id, tenant.mode, endpoint.id, str(version)))
    key = hmac.new(installation.get_secret_value().encode(), name.encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(key).decode()
