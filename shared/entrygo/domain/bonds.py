"""What an importer's bond must cover, as planning worked it out; amounts in USD."""

from datetime import date

from entrygo.domain.facts import Fact, Number


class BondNeed(Fact):
    """Of a continuous bond by twelve months, this plan's entries included; of a single one by its entries."""

    # None is the importer of the warehouse.
    importer_id: str | None = None
    importer: str | None = None
    type: str
    # None where nobody stated it.
    on_file_usd: Number | None = None
    needed_usd: Number
    # Duties at most, and fees, as far as estimated; None of a single bond, and where nothing was.
    twelve_months_usd: Number | None = None
    first_day: date | None = None
    last_day: date | None = None
    entries: int
    # False where the duty of an entry could not be estimated, so that more may be needed.
    is_complete: bool

    @property
    def is_sufficient(self) -> bool | None:
        """Whether the amount on file is what is needed; None where it is not known.

        What an incomplete estimate asks for is the least: too little for that is too little in any case.
        """
        if self.on_file_usd is None:
            return None
        if self.on_file_usd < self.needed_usd:
            return False
        return True if self.is_complete else None

    @property
    def is_undecided(self) -> bool:
        """Whether an amount is on file, and nobody can say that it is enough or too little."""
        return self.on_file_usd is not None and self.is_sufficient is None
