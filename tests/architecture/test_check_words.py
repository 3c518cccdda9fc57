"""The words that a CHECK of a migration lists are those of the code that writes the column."""

import re
from collections.abc import Mapping
from enum import StrEnum

from entrygo.domain.facts import CHANNEL_NAMES
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Mode
from entrygo.domain.snapshot import Readiness, SavingsBasis
from entrygo.execution.broker.recipients import RecipientState
from entrygo.execution.reconciliation.summary import GivenBy, TaskState
from entrygo.execution.state.records import (
    NotificationStatus,
    PackageState,
    Phase,
    Step,
    SubmissionKind,
    SubmissionStatus,
)
from entrygo.inspection.webhooks.records import DeliveryStatus, EndpointStatus
from tests.architecture.sources import ROOT

TABLE = re.compile(r"(?:CREATE TABLE|ALTER TABLE) (?:IF NOT EXISTS )?(\w+)")
CHECK = re.compile(r"CHECK \((\w+) IN \(([^)]*)\)\)")
WORD = re.compile(r"'([^']*)'")

# The column, by service and table, and what writes it. `mode` is the same everywhere.
WRITTEN_BY: Mapping[str, type[StrEnum] | set[str]] = {
    "planning.exports.state": State,
    "planning.exports.readiness_state": Readiness,
    "planning.account_policies.savings_basis": SavingsBasis,
    # Nothing has happened yet of an export whose first event is another owner's.
    "inspection.exports.state": {"", *State},
    "inspection.webhook_endpoints.status": EndpointStatus,
    "inspection.webhook_deliveries.status": DeliveryStatus,
    "execution.executions.step": Step,
    "execution.customs_packages.state": PackageState,
    "execution.notifications.status": NotificationStatus,
    "execution.broker_submissions.status": SubmissionStatus,
    "execution.broker_submissions.phase": Phase,
    "execution.broker_submissions.kind": SubmissionKind,
    "execution.broker_submissions.submission_type": {name.upper() for name in CHANNEL_NAMES},
    "execution.mail_recipients.state": RecipientState,
    "execution.entry_summaries.given_by": GivenBy,
    "execution.entry_tasks.state": TaskState,
}
# Written as texts, in one place each.
AS_TEXTS = {"execution.notifications.channel", "execution.notifications.recipient"}


def checked() -> dict[str, set[str]]:
    """The words of the last CHECK of each column, by service, table and column."""
    found: dict[str, set[str]] = {}
    for folder in sorted(ROOT.glob("services/entrygo/*/migrations")):
        for file in sorted(folder.glob("*.sql")):
            # Line by line would lose a list that is broken.
            text = " ".join(file.read_text(encoding="utf-8").split())
            tables = [(match.start(), match[1]) for match in TABLE.finditer(text)]
            for match in CHECK.finditer(text):
                table = [name for start, name in tables if start < match.start()][-1]
                found[f"{folder.parent.name}.{table}.{match[1]}"] = set(WORD.findall(match[2]))
    return found


def test_every_list_of_words_in_a_check_is_that_of_the_code() -> None:
    columns = {name: words for name, words in checked().items() if not name.endswith(".mode")}
    assert set(columns) == {*WRITTEN_BY, *AS_TEXTS}
    assert {name: words for name, words in columns.items() if name in WRITTEN_BY} == {
        name: {str(word) for word in words} for name, words in WRITTEN_BY.items()
    }


def test_every_check_of_a_mode_lists_both() -> None:
    modes = {name: words for name, words in checked().items() if name.endswith(".mode")}
    assert len(modes) > 10
    assert all(words == set(Mode) for words in modes.values())
