"""Which order lines customs takes as one line of an entry, and which orders go into one entry. Pure."""

import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from entrygo.domain.facts import Product, ReviewStatus, Section232Status, TradeReview
from entrygo.domain.programmes import dotted, in_print_order
from entrygo.domain.tariff import UNKNOWN, TariffTreatment, headings_of

USMCA = "S"
# Goods that come back: US goods returned, goods repaired, processed or assembled abroad.
RETURNED_GOODS = ("9801", "9802")

_HEADING = re.compile(r"[0-9]{4}(?:\.?[0-9]{2}){0,3}")


class LineKey(NamedTuple):
    """Lines that agree in all of this are one line of an entry."""

    hts_code: str
    country_of_origin: str
    # The MID; the name of a maker without one.
    manufacturer: str
    spi: str
    # Headings of chapter 99 that somebody has found to apply, in the order of filing.
    chapter_99: tuple[str, ...]
    # Those that may apply: of two goods one may have been reviewed, and the other not.
    candidates: tuple[str, ...]
    section_232: str
    # What is declared to partner government agencies, as text.
    agencies: str
    # Antidumping and countervailing cases.
    adcvd_cases: tuple[str, ...] = ()
    # The provision of chapter 98 that is claimed, in digits.
    chapter_98: str = ""


def line_key(product: Product, entry_date: date, treatment: TariffTreatment = UNKNOWN) -> LineKey:
    """What distinguishes the lines of this product from others at customs on the entry date."""
    maker = product.manufacturer
    return LineKey(
        hts_code=_plain(product.hts_code).replace(".", "").replace(" ", ""),
        country_of_origin=_plain(product.country_of_origin).upper(),
        manufacturer=_plain(maker.mid).upper() or _plain(maker.name),
        spi=special_programme(product, entry_date),
        chapter_99=chapter_99(product, entry_date),
        candidates=headings_of(treatment.candidate_headings),
        section_232=_section_232(product),
        agencies=product.pga.model_dump_json(exclude_defaults=True),
        adcvd_cases=treatment.adcvd_cases,
        chapter_98=claimed_provision(product),
    )


def special_programme(product: Product, entry_date: date) -> str:
    """`S` when a USMCA certification in hand covers the entry date, otherwise no claim."""
    return USMCA if product.usmca.is_certified_on(entry_date) else ""


def claimed_provision(product: Product) -> str:
    """Digits of the provision of chapter 98 that the product is claimed under; empty without a claim."""
    stated = (product.chapter_98.provision or "").replace(".", "").replace(" ", "")
    code = product.hts_code or ""
    return stated or (code if code.startswith(RETURNED_GOODS) else "")


def chapter_99(product: Product, entry_date: date) -> tuple[str, ...]:
    """Digits of the headings found to apply, in the order of filing."""
    reviews = (product.section_301, product.section_338)
    found = [heading for review in reviews for heading in _headings(review, entry_date)]
    return tuple(each.replace(".", "") for each in in_print_order(map(dotted, found)))


def _headings(review: TradeReview, entry_date: date) -> Iterator[str]:
    if review.status is ReviewStatus.APPLICABLE and review.is_signed_off_on(entry_date):
        yield from _HEADING.findall(review.headings or "")


def _section_232(product: Product) -> str:
    """The status; where the duty applies, with the metals that it is paid for."""
    review = product.section_232
    if review.status is not Section232Status.APPLICABLE:
        return str(review.status)
    return " ".join([str(review.status), *sorted({metal.metal for metal in review.metals})])


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


class Comparable(Hashable, Protocol):
    """What can be compared and put in order."""

    def __lt__(self, other: Any, /) -> bool: ...


class Limits(NamedTuple):
    """What one entry may hold at most; None is no limit."""

    lines: int | None = None
    orders: int | None = None
    value_usd: Decimal | None = None

    def hold(self, lines: int, orders: int, value_usd: Decimal) -> bool:
        """Whether an entry of so much is within them."""
        return (
            (self.lines is None or lines <= self.lines)
            and (self.orders is None or orders <= self.orders)
            and (self.value_usd is None or value_usd <= self.value_usd)
        )


def split_orders(
    orders: Mapping[str, frozenset[Comparable]], limits: Limits, values: Mapping[str, Decimal] | None = None
) -> tuple[tuple[str, ...], ...]:
    """The ids of the orders of each entry, from what the lines of every order are, and from their values.

    An order stays whole. Orders of the same lines stand together, then by id, whatever the request's order
    was; a new entry begins where the next order would break a limit: greedy, so that a cleverer order might
    need an entry less. An order that breaks one all by itself has an entry of its own (and a finding,
    ORDER_EXCEEDS_BROKER_LIMIT).
    """
    entries: list[list[str]] = []
    lines, value = frozenset[Comparable](), Decimal(0)
    for order_id in _alike_together(orders):
        own = values[order_id] if values else Decimal(0)
        # Alike stand together: most bring no line that is not there.
        together = lines if orders[order_id] <= lines else lines | orders[order_id]
        sum_usd = value + own
        if not entries or not limits.hold(len(together), len(entries[-1]) + 1, sum_usd):
            entries.append([])
            together, sum_usd = orders[order_id], own
        entries[-1].append(order_id)
        lines, value = together, sum_usd
    return tuple(tuple(sorted(entry)) for entry in entries)


def _alike_together(orders: Mapping[str, frozenset[Comparable]]) -> list[str]:
    ranks = {key: rank for rank, key in enumerate(sorted(frozenset().union(*orders.values())))}
    places = {keys: sorted(ranks[key] for key in keys) for keys in set(orders.values())}
    return sorted(orders, key=lambda order_id: (places[orders[order_id]], order_id))
