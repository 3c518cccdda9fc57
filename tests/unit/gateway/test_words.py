"""Words that REST and the command line list by themselves are those that the services take."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from entrygo.cli import export_actions, webhooks
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import AskedEntryType, Readiness, SavingsBasis, Severity
from entrygo.execution.reconciliation.summary import GivenBy, TaskState
from entrygo.execution.requests.broker import NOTED_OUTCOMES
from entrygo.gateway.schemas import entry_summaries, policy
from entrygo.gateway.schemas import exports as bodies
from entrygo.gateway.schemas import webhooks as webhook_schemas
from entrygo.inspection.webhooks.records import DeliveryStatus, EndpointStatus
from entrygo.planning.inputs import OnBlocked


def literals(annotation: Any) -> set[str]:
    """Every word of the Literals in an annotation, whatever surrounds them."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return set().union(*(literals(inner) for inner in get_args(annotation)))


def of_field(model: type, name: str) -> set[str]:
    return literals(get_type_hints(model, include_extras=True)[name])


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        (of_field(bodies.PlanBody, "entry_type"), get_args(AskedEntryType)),
        (of_field(bodies.PlanBody, "on_blocked"), OnBlocked),
        (of_field(bodies.AmendBody, "on_blocked"), OnBlocked),
        (of_field(bodies.NoteBrokerAnswerBody, "outcome"), NOTED_OUTCOMES),
        (of_field(bodies.ExportQuery, "readiness_state"), Readiness),
        (of_field(policy.PolicyBody, "savings_basis"), SavingsBasis),
        # A severity is raised, so the lowest is none that a policy gives.
        (of_field(policy.PolicyBody, "severities"), set(Severity) - {Severity.INFO}),
        (of_field(entry_summaries.EntryOutcome, "givenBy"), GivenBy),
        (of_field(entry_summaries.EntryTask, "state"), TaskState),
        (of_field(webhook_schemas.PatchWebhookBody, "status"), EndpointStatus),
        (literals(webhook_schemas.DeliveryState), DeliveryStatus),
        (literals(webhooks.DeliveryStatus), DeliveryStatus),
        (literals(export_actions.State), State),
        (literals(export_actions.Readiness), Readiness),
    ],
)
def test_words_that_are_listed_again_are_all_that_are_taken(
    listed: set[str], taken: Iterable[str] | type[StrEnum]
) -> None:
    assert listed == {str(word) for word in taken}
