"""The dangerous goods of an entry line, as a truck's manifest and its crew need them (49 CFR 172.101)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from entrygo.domain.facts import DangerousGoods, DangerousGoodsStatus
from entrygo.execution.package.invoice import InvoiceLine
from entrygo.execution.package.json_values import Json, text

# Without these a manifest of dangerous goods is not complete.
_ASKED = ("un_number", "hazard_class")


def dangerous_goods_by_line(lines: Iterable[InvoiceLine]) -> Mapping[int, Sequence[Json]]:
    """Regulated goods by number of the entry line; a value that nobody stated is null."""
    found: dict[int, dict[DangerousGoods, list[str]]] = {}
    for line in lines:
        goods = line.product.dangerous_goods
        if goods.status is DangerousGoodsStatus.REGULATED:
            skus = found.setdefault(line.consolidated_number, {}).setdefault(goods, [])
            if line.product.sku not in skus:
                skus.append(line.product.sku)
    return {
        number: [_classified(goods, skus) for goods, skus in of_line.items()]
        for number, of_line in found.items()
    }


def absent_of(goods: Sequence[Json], where: str) -> Iterator[str]:
    """Paths of the values that a manifest needs for dangerous goods and nobody stated."""
    for index, each in enumerate(goods):
        yield from (f"{where}.{index}.{name}" for name in _ASKED if not each[name])


def _classified(goods: DangerousGoods, skus: Sequence[str]) -> Json:
    return {
        "un_number": text(goods.un_number),
        "hazard_class": text(goods.hazard_class),
        "packing_group": text(goods.packing_group),
        "proper_shipping_name": text(goods.proper_shipping_name),
        "skus": sorted(filter(None, map(text, skus))),
    }
