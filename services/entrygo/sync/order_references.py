"""What orders name must be there: their importers, and the product of each line."""

from collections.abc import Sequence, Set

from entrygo.requests.issues import Issues
from entrygo.sync.drafts import OrderDraft
from entrygo.sync.order_store import OrderStore
from entrygo.sync.skus import Catalogue, product_ids_of, skus_of, with_products


async def with_their_products(
    store: OrderStore, drafts: Sequence[OrderDraft], known_ids: Set[str]
) -> Sequence[OrderDraft]:
    """The orders with a product in each line, of which `known_ids` are there; raises as `with_products`."""
    skus = skus_of(drafts)
    if not skus and product_ids_of(drafts) <= known_ids:
        return drafts
    named = await store.products_named(skus) if skus else ()
    return with_products(drafts, Catalogue(known_ids, named))


async def check_importers(store: OrderStore, drafts: Sequence[OrderDraft]) -> None:
    """Raises ValidationFailed for every order that names an importer whom nobody has synced."""
    named = {draft.importer_external_id for draft in drafts if draft.importer_external_id}
    unknown = named - await store.known_importers(named) if named else named
    issues = Issues()
    for index, draft in enumerate(drafts):
        if draft.importer_external_id in unknown:
            message = f"Unknown importer {draft.importer_external_id}"
            issues.add(f"items.{index}.importerExternalId", message, "unknown_importer")
    issues.check()
