"""Which entries of a package were filed, by the broker's answers and entry summaries."""

from collections.abc import Mapping

from entrygo.domain.principal import Visible
from entrygo.execution.broker.entry_numbers import numbers_given
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.reconciliation.store import ReconciliationStore
from entrygo.execution.state.records import Package
from entrygo.postgres.pool import Connection


async def entry_numbers_of(connection: Connection, visible: Visible, package: Package) -> Mapping[int, str]:
    """The number of each entry that has one; locks the package's submissions until the transaction ends.

    What a submission says comes first: a summary writes its number there. Rows of an earlier release may have
    it in the summary alone.
    """
    submissions = await SubmissionStore(connection, visible).of_package(package.id)
    summaries = await ReconciliationStore(connection, visible).latest_of_export(package.export_id)
    numbers = {each.entry: each.summary.entry_number for each in summaries}
    return dict(sorted((numbers | numbers_given(submissions)).items()))
