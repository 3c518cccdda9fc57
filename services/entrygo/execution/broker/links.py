"""What the holder of a signed link may do: see the submission, fetch its pack, answer it."""

from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.domain.errors import NotFound, ValidationFailed
from entrygo.domain.principal import Tenant
from entrygo.execution.broker.answers import Answer, record_answer
from entrygo.execution.broker.resubmission import Brokers
from entrygo.execution.broker.signed_links import LinkClaim, LinkNotValid, LinkReplaced, LinkSigner
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.package.artifacts import ARCHIVE_MEDIA_TYPE, of_submission, pack_name
from entrygo.execution.package.summary import entry_in_place_of
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Artifact, Package, Submission
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock
from entrygo.requests.entry_numbers import of_filer
from entrygo.requests.issues import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedSubmission:
    """A submission as its broker sees it."""

    submission: Submission
    package: Package
    artifacts: tuple[Artifact, ...]
    expires_at: datetime
    # The package that took its place, and its page, which only the same broker is shown.
    replaced_by_number: str = ""
    replaced_by_url: str = ""

    def document(self, filename: str) -> Artifact:
        """One of the documents. Raises NotFound."""
        found = next((each for each in self.artifacts if each.filename == filename), None)
        if found is None:
            raise NotFound("This package has no such document.")
        return found

    @property
    def pack(self) -> Artifact:
        return Artifact(
            artifact_type="pack",
            filename=pack_name(self.package.number),
            media_type=ARCHIVE_MEDIA_TYPE,
            size_bytes=self.submission.pack_bytes,
            sha256=self.submission.pack_sha256,
            generated_at=self.submission.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLinks:
    """`signer` is None in a deployment without links: then no token is valid."""

    pool: Pool
    clock: Clock
    recorder: EventRecorder
    signer: LinkSigner | None
    brokers: Brokers

    async def find(self, token: str) -> LinkedSubmission:
        """The submission that a link is of. Raises LinkNotValid, LinkExpired or LinkReplaced."""
        claim = self._claim(token)
        async with transaction(self.pool, claim.visible) as connection:
            return await self._linked(connection, claim, await _newest(connection, claim))

    async def answer(self, token: str, answer: Answer) -> LinkedSubmission:
        """Records the answer; the same again changes nothing.

        Raises ValidationFailed for an entry number of another filer than the broker.
        """
        claim = self._claim(token)
        if answer.numbers:
            async with transaction(self.pool, claim.visible) as connection:
                submission = await _newest(connection, claim)
            for number in answer.numbers:
                await check_filer(self.brokers, claim.tenant, submission.broker_id, number)
        async with transaction(self.pool, claim.visible) as connection:
            submission = await _newest(connection, claim)
            submission = await record_answer(connection, self.recorder, submission, answer, self.clock())
            return await self._linked(connection, claim, submission)

    async def _linked(
        self, connection: Connection, claim: LinkClaim, submission: Submission
    ) -> LinkedSubmission:
        packages = PackageStore(connection, claim.visible)
        package = await packages.find(claim.package_id)
        assert package is not None, "a submission has a package"
        artifacts = await packages.list_artifacts(claim.package_id)
        found = LinkedSubmission(
            submission=submission,
            package=package,
            # The archive is behind a button of its own.
            artifacts=tuple(of_submission(artifacts, submission.entry)),
            expires_at=claim.expires_at,
        )
        replacing = None if package.replaced_by is None else await packages.find(package.replaced_by)
        if replacing is None:
            return found
        entry = entry_in_place_of(package.summary, replacing.summary, submission.entry)
        latest = await SubmissionStore(connection, claim.visible).latest(replacing.id, entry)
        url = ""
        if self.signer is not None and latest is not None and latest.broker_id == submission.broker_id:
            url = self.signer.link(claim.tenant, replacing.id, latest.id, self.clock()).url
        return replace(found, replaced_by_number=replacing.number, replaced_by_url=url)

    def _claim(self, token: str) -> LinkClaim:
        if self.signer is None:
            raise LinkNotValid
        return self.signer.read(token, self.clock())


async def _newest(connection: Connection, claim: LinkClaim) -> Submission:
    """The submission of the link, locked; a newer one of the same package or entry takes its place."""
    ledger = SubmissionStore(connection, claim.visible)
    newest = await ledger.latest_in_place_of(claim.package_id, claim.submission_id)
    if newest is None:
        raise LinkNotValid
    if newest.id != claim.submission_id:
        raise LinkReplaced
    return newest


async def check_filer(brokers: Brokers, tenant: Tenant, broker_id: str, number: str) -> None:
    """ValidationFailed for an entry number that is not this broker's, as its record is now; or an outage.

    A broker without a record or a filer code is not compared.
    """
    if not broker_id:
        return
    try:
        broker = await brokers.get(tenant, broker_id)
    except NotFound:
        return
    try:
        of_filer(number, broker.filer_code)
    except Wrong as wrong:
        raise ValidationFailed.of([("entryNumber", wrong.message, wrong.code)]) from wrong
