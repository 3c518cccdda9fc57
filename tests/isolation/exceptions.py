"""Which wrong callers a method is not tried with, and why: whoever is not named here is tried."""

from collections.abc import Mapping

from tests.isolation.callers import Caller

ACCOUNT_RECORDS = "the record belongs to the account: a key that is bound to any of its warehouses reaches it"
CALLERS_OWN = "it makes a record of the caller's own, which sees what the caller sees"
ANY_KEY = "any key may ask: the answer is about the caller, or about nobody"
SERVICE_ONLY = "a step between our services: no key opens it, whatever its scopes"

_REASONS: Mapping[tuple[Caller, str], tuple[str, ...]] = {
    (Caller.OTHER_WAREHOUSE, ACCOUNT_RECORDS): (
        "syncOrders", "listOrders", "getOrder",
        "syncProducts", "listProducts", "getProduct", "patchProduct",
        "syncBrokers", "listBrokers", "getBroker", "patchBroker", "testBroker",
        "syncImporters", "listImporters", "getImporter", "patchImporter",
        "listRules", "getPolicy",
        "Sync.SyncOrders", "Sync.ListOrders", "Sync.GetOrder",
        "Sync.SyncProducts", "Sync.ListProducts", "Sync.GetProduct", "Sync.UpdateProduct",
        "Sync.SyncBrokers", "Sync.ListBrokers", "Sync.GetBroker", "Sync.UpdateBroker",
        "Sync.SyncImporters", "Sync.ListImporters", "Sync.GetImporter", "Sync.UpdateImporter",
        "Planning.ListRules", "Planning.GetPolicy",
        "Execution.TestBroker", "Execution.ListMailRecipients",
    ),
    (Caller.OTHER_WAREHOUSE, CALLERS_OWN): ("createWebhook", "Webhooks.CreateWebhook"),
    (Caller.NARROWER_SCOPE, ANY_KEY): (
        "systemHealth",
        "Inspection.SystemHealth", "Identity.WhoAmI", "Identity.OpenSession", "Identity.EndSession",
    ),
    (Caller.NARROWER_SCOPE, SERVICE_ONLY): (
        "Planning.ClaimExport", "Planning.ReleaseExport", "Planning.AmendExport", "Planning.WithdrawExport",
        "Planning.ReplayEvents", "Planning.GetHistory",
        "Execution.ReplayEvents", "Execution.GetHistory", "Execution.MailWebhookNotice",
    ),
}  # fmt: skip


def reasons_of(method: str) -> Mapping[Caller, str]:
    """Of an RPC as `Service.Method` or of a REST operation: why a caller is left out, by caller."""
    return {caller: reason for (caller, reason), methods in _REASONS.items() if method in methods}


def methods_of(reason: str) -> frozenset[str]:
    """The methods that leave a caller out for this reason."""
    return frozenset(
        method for (_, given), methods in _REASONS.items() if given == reason for method in methods
    )


def every_method() -> frozenset[str]:
    """Whoever stands here."""
    return frozenset(method for methods in _REASONS.values() for method in methods)
