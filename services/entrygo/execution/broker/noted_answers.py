"""What an account's own people note of a submission: what its broker said on the phone or by mail.

Above all what became of one that may have arrived: only somebody who asked the broker knows.
"""

from dataclasses import dataclass

from entrygo.domain.errors import InvalidExportState, NotFound
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.execution.broker.addressing import addressed
from entrygo.execution.broker.answers import Answer, check_open, record_answer
from entrygo.execution.broker.events import submission_message
from entrygo.execution.broker.links import check_filer
from entrygo.execution.broker.resubmission import Brokers
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import PackageState, Submission, SubmissionStatus
from entrygo.postgres.idempotency import Reply, Work
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.postgres.prepared_once import run_prepared_once
from entrygo.process.clock import Clock
from entrygo.proto.execution.v1 import execution_pb2

NOTE_OPERATION = "execution.note_broker_answer"
# What is only asked of a submission of which nobody knows whether it arrived.
OF_UNKNOWN = frozenset({SubmissionStatus.SENT, SubmissionStatus.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    export_id: str
    answer: Answer
    key: str
    fingerprint: bytes
    # Which of them, where each entry went in a submission of its own.
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedAnswers:
    """Writes such an answer into the newest submission of a package, with who noted it and how they know."""

    pool: Pool
    clock: Clock
    recorder: EventRecorder
    brokers: Brokers

    async def note(self, command: NoteCommand) -> Reply:
        """The submission with the answer.

        Raises NotFound; ValidationFailed for an entry number of another filer; InvalidExportState where the
        package is closed or being sent, and for `arrived` or `not_arrived` of one whose fate is known.
        """
        # First: keys are the account's, and an answer is about one warehouse's package.
        async with transaction(self.pool, command.visible) as connection:
            latest = await _latest(connection, command)

        async def prepare() -> Work:
            for number in command.answer.numbers:
                await check_filer(self.brokers, command.visible.tenant, latest.broker_id, number)
            return lambda connection: self._noted(connection, command)

        return await run_prepared_once(
            self.pool,
            command.visible,
            operation=NOTE_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            prepare=prepare,
        )

    async def _noted(self, connection: Connection, command: NoteCommand) -> bytes:
        latest = await _latest(connection, command)
        await check_open(PackageStore(connection, command.visible), latest.package_id)
        if command.answer.status in OF_UNKNOWN and latest.status is not SubmissionStatus.UNKNOWN:
            raise InvalidExportState(
                f"What became of this submission is known: it is {latest.status}.",
                details={"currentState": str(State.COMPLETED), "brokerSubmissionStatus": str(latest.status)},
            )
        noted = await record_answer(connection, self.recorder, latest, command.answer, self.clock())
        answer = execution_pb2.NoteBrokerAnswerResponse(broker_submission=submission_message(noted))
        return answer.SerializeToString()


async def _latest(connection: Connection, command: NoteCommand) -> Submission:
    package = await PackageStore(connection, command.visible).find_by_export(command.export_id)
    if package is None or package.state is PackageState.RESERVED:
        raise NotFound("No executed export with this id.")
    return await addressed(connection, command.visible, package.id, command.entry)
