"""What an estimate is asked about: an entry line, as merged, with what people found out about its goods."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from entrygo.domain.facts import Section232
from entrygo.planning.duty.programmes import Programme

# Claims under USMCA; they free the goods of the merchandise processing fee as well (19 CFR 182.11(a)).
USMCA = frozenset({"S", "S+"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One line of an entry; `value_usd` is the value of the order lines it merges, rounded by nobody yet.

    `quantities` are in units of the tariff as its tables name them (kg, doz, prs). `headings` of chapter 99
    are those that somebody answers for (dotted); of a programme in `denied` somebody answers that it does not
    apply. A claim (`spi`) stands only where its conditions are met: the caller has seen the certification.
    """

    number: int
    hts_code: str
    origin: str
    value_usd: Decimal
    spi: str = ""
    quantities: Mapping[str, Decimal] = field(default_factory=dict)
    section_232: Section232 = field(default_factory=Section232)
    headings: tuple[str, ...] = ()
    denied: frozenset[Programme] = frozenset()
    # The rate of the article that the line's own rate refers to: of a set, the highest.
    rate_of_article: str = ""
    # 9801.00.10, 9802.00.40 …; of repairs and processing, the value that duty is paid on.
    chapter_98: str = ""
    repair_value_usd: Decimal | None = None

    @property
    def chapter(self) -> str:
        return self.hts_code[:2]

    @property
    def claims_usmca(self) -> bool:
        return self.spi in USMCA
