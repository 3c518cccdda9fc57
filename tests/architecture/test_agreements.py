"""What two parts have to write down each, because neither may import the other, is the same in both."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from entrygo.cli import export_actions as export_commands
from entrygo.cli import readable
from entrygo.cli import webhooks as webhook_commands
from entrygo.cli.agents import answers
from entrygo.cli.up.replicas import SERVICES
from entrygo.cli.up.settings import PORT_SETTINGS, UpSettings
from entrygo.cli.up.supervisor import TEND_SECONDS
from entrygo.domain.errors import EntryGoError, MethodNotAllowed, RemoteError, UnsupportedMediaType
from entrygo.domain.facts.broker import CHANNEL_NAMES
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import AskedEntryType, Readiness, SavingsBasis, Severity
from entrygo.domain.submissions import WORST_FIRST
from entrygo.execution.broker import confirmations, trials
from entrygo.execution.broker.recipients import MAX_ASKS
from entrygo.execution.broker.signed_links import LinkNotValid
from entrygo.execution.closing import withdrawing
from entrygo.execution.reconciliation.reading import MAX_FOUND
from entrygo.execution.reconciliation.summary import GivenBy, TaskState
from entrygo.execution.requests.broker import NOTED_OUTCOMES
from entrygo.execution.state import measures
from entrygo.execution.state.records import SubmissionStatus
from entrygo.gateway.console import words as console_words
from entrygo.gateway.door import known_keys
from entrygo.gateway.json_reader import MAX_MARKS
from entrygo.gateway.link_pages import LinkUnreadable
from entrygo.gateway.mapping import exports as mapping
from entrygo.gateway.routes import ENDPOINTS
from entrygo.gateway.schemas.entry_summaries import EntryOutcome, EntryTask
from entrygo.gateway.schemas.exports import AmendBody, ExportQuery, NoteBrokerAnswerBody, PlanBody
from entrygo.gateway.schemas.policy import PolicyBody
from entrygo.gateway.schemas.webhooks import DeliveryState, PatchWebhookBody
from entrygo.gateway.waiting import LONGEST_WAIT_SECONDS
from entrygo.identity import authenticator
from entrygo.identity.own_keys import MAX_USABLE_KEYS
from entrygo.inspection.announcing import MAX_PAYLOAD_CHARACTERS
from entrygo.inspection.webhooks.records import DeliveryStatus, EndpointStatus
from entrygo.inspection.webhooks.use_cases import MAX_REPLAYED
from entrygo.planning import use_cases as turns
from entrygo.planning.inputs import OnBlocked
from entrygo.planning.use_cases import plan_export
from entrygo.planning.use_cases.stored_plans import MAX_EXPORTS
from entrygo.requests.keys import DEFAULT_OVERLAP_HOURS, MAX_OVERLAP_HOURS
from entrygo.rpc import receptions
from entrygo.rpc.density import MOST_SHORT_RECORDS
from entrygo.rpc.errors import MAX_STATUS_BYTES, STATUS_OF_KIND
from entrygo_client import _lifecycle
from tests.architecture.sources import ROOT

TYPESCRIPT_CLIENT = (ROOT / "clients/typescript/src/client.ts").read_text(encoding="utf-8")


def words_of(model: type[BaseModel], field: str) -> set[str]:
    """The words that a field takes, however deep in its type they stand."""
    return set(_literals(model.model_fields[field].annotation))


def _literals(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for part in get_args(annotation) for word in _literals(part)]


@pytest.mark.parametrize(
    ("model", "field", "words"),
    [
        (PlanBody, "entry_type", set(get_args(AskedEntryType))),
        (PlanBody, "on_blocked", set(OnBlocked)),
        (AmendBody, "on_blocked", set(OnBlocked)),
        (ExportQuery, "readiness_state", set(Readiness)),
        (PolicyBody, "severities", set(Severity) - {Severity.INFO}),
        (PolicyBody, "savings_basis", set(SavingsBasis)),
        (PatchWebhookBody, "status", set(EndpointStatus)),
        (NoteBrokerAnswerBody, "outcome", set(NOTED_OUTCOMES)),
    ],
)
def test_rest_takes_the_words_of_the_services(model: type[BaseModel], field: str, words: set[str]) -> None:
    assert words_of(model, field) == words


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (DeliveryState, DeliveryStatus),
        (get_type_hints(EntryOutcome, include_extras=True)["givenBy"], GivenBy),
        (get_type_hints(EntryTask, include_extras=True)["state"], TaskState),
        (webhook_commands.DeliveryStatus, DeliveryStatus),
        (export_commands.State, State),
        (export_commands.Readiness, Readiness),
    ],
)
def test_answers_and_commands_name_every_word_of_the_services(annotation: Any, words: type[StrEnum]) -> None:
    assert set(_literals(annotation)) == set(words)


UNDER_WAY = {SubmissionStatus.PREPARED, SubmissionStatus.SENDING}
# Of what was acknowledged nothing remains to be done.
UNSETTLED = set(SubmissionStatus) - {SubmissionStatus.ACKNOWLEDGED}


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        pytest.param(WORST_FIRST, set(SubmissionStatus), id="how a package stands"),
        pytest.param(console_words._BY_SUBMISSION, set(SubmissionStatus), id="console"),
        pytest.param(readable.NEXT_BY_SUBMISSION, UNSETTLED, id="commands"),
        pytest.param(answers.AFTER_EXECUTION, UNSETTLED, id="agents"),
        pytest.param(measures.OPEN_STATUSES, UNDER_WAY, id="metrics"),
        pytest.param(_lifecycle.ON_THE_WAY, UNDER_WAY, id="Python client"),
        pytest.param(
            re.findall(r'"(\w+)"', re.search(r"ON_THE_WAY = new Set\((.*)\)", TYPESCRIPT_CLIENT)[1]),  # type: ignore[index]
            UNDER_WAY,
            id="TypeScript client",
        ),
    ],
)
def test_who_speaks_of_a_submission_knows_its_statuses_and_no_others(
    words: Iterable[str], statuses: set[SubmissionStatus]
) -> None:
    assert set(words) == statuses


def test_a_dry_run_has_one_name() -> None:
    assert {plan_export.DRY_RUN, withdrawing.DRY_RUN, mapping.DRY_RUN} == {"DRY_RUN"}


def test_a_link_is_refused_in_the_same_words_whoever_reads_it() -> None:
    execution, gateway = LinkNotValid(), LinkUnreadable()
    assert (execution.error_code, execution.message) == (gateway.error_code, gateway.message)


@pytest.mark.parametrize(
    ("words", "enough"),
    # Of states there are lists of a few, too: those in which something may be asked for.
    [pytest.param(CHANNEL_NAMES, 2, id="channels"), pytest.param(tuple(State), 5, id="states")],
)
def test_a_contract_that_lists_channels_or_states_leaves_none_out(
    words: tuple[str, ...], enough: int
) -> None:
    lists = {line: named for line in _of_contracts() if len(named := _named(line, words)) >= enough}
    assert lists
    assert {line: set(words) - named for line, named in lists.items() if named != set(words)} == {}


def _of_contracts() -> Iterator[str]:
    """Comments of the protos, and what the REST schema says of its fields."""
    for folder, suffix, mark in (("protos", "proto", "//"), ("gateway", "py", "description=")):
        for path in sorted((ROOT / folder).rglob(f"*.{suffix}")):
            yield from (line for line in path.read_text(encoding="utf-8").splitlines() if mark in line)


def _named(line: str, words: tuple[str, ...]) -> set[str]:
    return {word for word in words if re.search(rf"\b{word}\b", line, re.IGNORECASE)}


def test_one_version_is_said_wherever_one_is_said() -> None:
    def stated(path: str, pattern: str) -> str:
        found = re.search(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
        assert found is not None, path
        return found[1]

    project = r'^version = "(.+)"'
    said = {
        "the distribution": stated("pyproject.toml", project),
        "the Python client": stated("clients/python/pyproject.toml", project),
        "what it says of itself": stated(
            "clients/python/src/entrygo_client/_async/transport.py", "entrygo-client-python/([0-9.]+)"
        ),
        "the TypeScript client": stated("clients/typescript/package.json", r'^  "version": "(.+)"'),
        "what the chart installs": stated("deploy/helm/entrygo/Chart.yaml", "^appVersion: (.+)"),
        "the image": stated("compose.yaml", r"image: entrygo:(\S+)"),
    }
    assert len(set(said.values())) == 1, said


def test_page_of_grpc_names_the_port_of_each_service() -> None:
    page = (ROOT / "docs" / "api" / "grpc.md").read_text(encoding="utf-8")
    stated = {name: int(port) for port, name in re.findall(r"\| (\d+) \| `(\w+)` \|", page)}
    defaults = UpSettings.model_fields
    assert stated == {PORT_SETTINGS[each]: defaults[f"{each}_port"].default for each in SERVICES}


def test_page_of_grpc_names_the_status_of_each_error() -> None:
    page = (ROOT / "docs" / "api" / "grpc.md").read_text(encoding="utf-8")
    stated = {
        (status, code)
        for status, codes in re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", page, re.MULTILINE)
        for code in re.findall(r"`([A-Z_]+)`", codes)
    }
    # Of those of the gateway alone no service has one.
    known = {
        (STATUS_OF_KIND[error.kind].name, error.code)
        for error in EntryGoError.__subclasses__()
        if error.__module__ == EntryGoError.__module__
        and error not in (RemoteError, MethodNotAllowed, UnsupportedMediaType)
    }
    assert stated == known
    assert MAX_STATUS_BYTES == 5_000
    assert "at most 5,000 bytes" in page


def test_page_of_operations_says_how_often_the_memory_of_the_broker_is_looked_at() -> None:
    page = " ".join((ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split())
    assert TEND_SECONDS == 5.0
    assert "(512), looked at every five seconds" in page


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("keys", f"at most {MAX_USABLE_KEYS} valid live keys and {MAX_USABLE_KEYS} valid test keys"),
        ("keys", f"({DEFAULT_OVERLAP_HOURS} hours by default, at most {MAX_OVERLAP_HOURS}, which"),
        ("limits", f"| {MAX_MARKS:,} | – | 413 |"),
        ("limits", f"| {MOST_SHORT_RECORDS:,} | – |"),
        ("limits", f"({known_keys.STRANGERS_AT_ONCE} at once, {known_keys.MAX_STRANGERS} in all)"),
        ("limits", f"and at most {authenticator.MAX_STRANGERS} wait"),
        ("limits", f"| {receptions.AT_ONCE}, {receptions.WAITING} more in turn, {receptions.SECONDS:g} s"),
        ("limits", f"recipients of an account that are asked in a day | {confirmations.MAX_A_DAY} |"),
        ("limits", f"one a day, {'three' if MAX_ASKS == 3 else MAX_ASKS} in all"),
        ("limits", f"| {turns.LARGE_AT_ONCE}, {turns.LARGE_PER_ACCOUNT} of an account, 1 while"),
        ("limits", f"; {turns.LARGE_WAITING} more wait in turn, {turns.TURN_SECONDS:g} s each |"),
        ("brokers", f"An account can make {trials.MAX_A_DAY} tests a day."),
        ("webhooks", f"({MAX_REPLAYED:,} a call, oldest first)"),
        ("webhooks", f"longer than {MAX_PAYLOAD_CHARACTERS:,} characters"),
    ],
)
def test_page_says_the_bounds_that_no_setting_changes(page: str, sentence: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    assert sentence in " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("inspectExport", f"N seconds ({LONGEST_WAIT_SECONDS} at most)"),
        ("streamEvents", f"N seconds ({LONGEST_WAIT_SECONDS} at most)"),
        ("streamExport", f"N seconds ({LONGEST_WAIT_SECONDS} at most)"),
        ("listOrderExports", f"newest first, {MAX_EXPORTS} at most"),
        ("findCustomsPackages", f"Newest first, {MAX_FOUND} at most"),
    ],
)
def test_an_operation_is_described_with_the_bound_that_it_has(name: str, bound: str) -> None:
    [described] = [each.description for each in ENDPOINTS if each.name == name]
    assert bound in described
