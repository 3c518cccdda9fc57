"""Lines that name a SKU get the product it stands for; an unknown one is an issue. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from entrygo.requests.issues import Issues
from entrygo.sync.drafts import LineDraft, OrderDraft


class Named(NamedTuple):
    """One product with the two names it may be called by in a line."""

    id: str
    sku: str
    external_id: str


class Catalogue:
    """The products that a request can mean."""

    def __init__(self, known_ids: Iterable[str], named: Iterable[Named]) -> None:
        self._ids = frozenset(known_ids)
        self._by_sku: dict[str, list[str]] = {}
        self._by_external_id: dict[str, str] = {}
        for product in named:
            self._by_sku.setdefault(product.sku, []).append(product.id)
            self._by_external_id[product.external_id] = product.id

    def knows(self, product_id: str) -> bool:
        """Whether there is a product with this id."""
        return product_id in self._ids

    def of_sku(self, sku: str) -> Sequence[str]:
        """The products of a SKU; one whose external id it is, where nobody has it as SKU."""
        found = self._by_sku.get(sku)
        if found is None and sku in self._by_external_id:
            return [self._by_external_id[sku]]
        return found or []


def product_ids_of(drafts: Iterable[OrderDraft]) -> set[str]:
    """The id of every product that a line names by it, each once."""
    return {line.product_id for draft in drafts for line in draft.lines if not line.sku}


def skus_of(drafts: Iterable[OrderDraft]) -> set[str]:
    """Every SKU that stands in place of a product id, each once."""
    return {line.sku for draft in drafts for line in draft.lines if line.sku}


def with_products(drafts: Sequence[OrderDraft], catalogue: Catalogue) -> Sequence[OrderDraft]:
    """The orders with a product in each line; ValidationFailed names the lines that have none,
    up to a hundred."""
    issues = Issues()
    found: list[OrderDraft] = []
    for index, draft in enumerate(drafts):
        found.append(_with_products(draft, f"items.{index}", catalogue, issues))
        if issues.is_full:
            break
    issues.check()
    return found


def _with_products(draft: OrderDraft, path: str, catalogue: Catalogue, issues: Issues) -> OrderDraft:
    lines = tuple(
        _with_product(line, f"{path}.items.{position}", catalogue, issues)
        for position, line in enumerate(draft.lines)
    )
    if lines == draft.lines:
        return draft
    return draft._replace(lines=lines, items_json=f"[{','.join([line.json for line in lines])}]")


def _with_product(line: LineDraft, path: str, catalogue: Catalogue, issues: Issues) -> LineDraft:
    if not line.sku:
        if not catalogue.knows(line.product_id):
            issues.add(f"{path}.productId", f"Unknown product {line.product_id}", "unknown_product")
        return line
    products = catalogue.of_sku(line.sku)
    if len(products) == 1:
        return line._replace(product_id=products[0], sku="")
    several = f"SKU {line.sku} is that of {len(products)} products: {', '.join(sorted(products))}"
    issues.add(f"{path}.sku", several if products else f"Unknown SKU {line.sku}", "unknown_product")
    return line
