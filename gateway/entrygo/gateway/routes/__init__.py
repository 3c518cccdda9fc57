"""Every endpoint of the API, in the order of the documentation."""

from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.routes import (
    broker_templates,
    broker_tests,
    customs_packages,
    entry_summaries,
    events,
    export_changes,
    exports,
    keys,
    orders,
    policies,
    setup,
    system,
    webhooks,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *orders.ENDPOINTS,
    *exports.ENDPOINTS,
    *export_changes.ENDPOINTS,
    *customs_packages.ENDPOINTS,
    *entry_summaries.ENDPOINTS,
    *setup.ENDPOINTS,
    *broker_templates.ENDPOINTS,
    *broker_tests.ENDPOINTS,
    *policies.ENDPOINTS,
    *events.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *keys.ENDPOINTS,
    *system.ENDPOINTS,
)
