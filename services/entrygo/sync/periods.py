"""Periods of records as they stand once a change is merged: the last day is not before the first. Pure."""

from collections.abc import Sequence

from entrygo.records.broker import BROKER
from entrygo.records.importer import IMPORTER
from entrygo.records.kinds import Record
from entrygo.records.product import PRODUCT
from entrygo.records.reading import Facts, check_periods
from entrygo.records.warehouse import WAREHOUSE
from entrygo.requests.issues import Issues
from entrygo.sync.drafts import StoredFacts, Subject

RECORDS: dict[Subject, Record] = {
    Subject.PRODUCTS: PRODUCT,
    Subject.WAREHOUSES: WAREHOUSE,
    Subject.BROKERS: BROKER,
    Subject.IMPORTERS: IMPORTER,
}


def check_merged(
    subject: Subject, given: Sequence[Facts], merged: Sequence[StoredFacts], *, path: str
) -> None:
    """ValidationFailed for a day that was given and turns a period round that is partly stored.

    `path` is where a record stands in the request, with {} for its index. A period that was stored the wrong
    way round before hinders no other change.
    """
    issues = Issues()
    for index, (facts, stored) in enumerate(zip(given, merged, strict=True)):
        check_periods(facts, stored.facts, RECORDS[subject].fields, path.format(index), issues)
    issues.check()
