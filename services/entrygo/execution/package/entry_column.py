"""What a column of the entry lines is, and what it is worked out from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from entrygo.execution.package.invoice import ConsolidatedLine, Invoice
from entrygo.execution.package.line_values import LineCharges
from entrygo.execution.package.shipped_products import MetalContent, ShippedProduct, metal_content


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A line of an entry with the products in it."""

    line: ConsolidatedLine
    goods: Sequence[ShippedProduct]
    charges: LineCharges
    # Those of the house bills of its entry, where the manifest has some.
    control_numbers: Sequence[str]

    @property
    def metals(self) -> Iterator[MetalContent]:
        return (metal for shipped in self.goods for metal in metal_content(shipped))


@dataclass(frozen=True, slots=True)
class EntryColumn:
    """A figure is computed by us and never text of outside origin. `width` is that of its sheet."""

    name: str
    cell: Callable[[Invoice, EntryLine], str]
    width: int = 12
    is_figure: bool = False
    # The same in every row: who imports, who ships, how.
    is_of_the_head: bool = False
