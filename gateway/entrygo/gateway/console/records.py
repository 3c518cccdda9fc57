"""Warehouses, brokers, importers as forms: every field of the declaration, and what is wrong at its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from entrygo.domain.errors import EntryGoError, Kind, ValidationFailed
from entrygo.gateway.console.export_actions import EXPLAINED
from entrygo.gateway.console.record_forms import Filled, changes, errors_of, sections, stored_texts
from entrygo.gateway.console.visit import Page, Visit
from entrygo.gateway.exchange import validated
from entrygo.gateway.mapping.messages import filled, shown
from entrygo.gateway.routes.setup import BROKERS, IMPORTERS, WAREHOUSES, Fact
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.sync.v1 import sync_pb2

ID = "externalId"
# How sync names what is wrong with the one record that a form makes.
OF_ITEM = "items.0."


# What became of a test, by its outcome: a tone, an icon, and words.
TRIALS = {
    "sent": ("good", "✓", "The test got there."),
    "held": ("warn", "◆", "Nothing was sent."),
    "refused": ("bad", "✕", "The test was refused."),
    "failed": ("bad", "✕", "The test did not get there."),
    "unknown": ("warn", "◆", "The test may have got there."),
    "sending": ("warn", "◆", "This test is not over yet."),
}


class ChangedMeanwhile(EntryGoError):
    """Somebody changed this while you typed; saving would undo that. Look at it in another tab, then save."""

    code = "CHANGED_MEANWHILE"
    kind = Kind.CONFLICT


def _path(issue: Mapping[str, str]) -> str:
    return issue["path"].removeprefix(OF_ITEM)


@dataclass(frozen=True, slots=True)
class RecordPages:
    """The pages of one kind of record."""

    fact: Fact
    template: str = "record.html"

    @property
    def _place(self) -> str:
        return f"/setup/{self.fact.record.noun}s"

    async def show_new(self, visit: Visit) -> Response:
        """GET …/new: an empty form."""
        return self._page(visit, Filled({}))

    async def create(self, visit: Visit) -> Response:
        """POST …/new: creates it and goes to its page; a form that is refused keeps what was typed."""
        fact, typed = self.fact, visit.form
        try:
            known = await self._known(visit, typed.get(ID, "").strip())
            if known is not None:
                return self._again(visit, known)
            item = {ID: typed.get(ID, ""), **changes(fact.record.fields, typed, {})}
            body = {"accountId": visit.account_id, "items": [item], "idempotencyKey": typed.get("key", "")}
            request = filled(fact.request(), validated(fact.schemas.sync_body, body))
            reply = await visit.write(fact.sync(visit.services.sync), request)
        except EntryGoError as error:
            return self._refused(visit, error)
        return visit.go(f"{self._place}/{reply.message.data[0].id}?saved")

    async def _known(self, visit: Visit, external_id: str) -> dict[str, Any] | None:
        """The record that has this id already; to sync it the form would be a change of that one."""
        if not external_id:
            return None
        request = sync_pb2.ListRequest(limit=1, external_id=external_id)
        found = (await visit.read(self.fact.list(visit.services.sync), request)).data
        return shown(found[0], self.fact.schemas.record) if found else None

    def _again(self, visit: Visit, known: Mapping[str, Any]) -> Response:
        """To the record where it says what the form says, as after a second click."""
        fields = self.fact.record.fields
        if not changes(fields, visit.form, stored_texts(fields, known)):
            return visit.go(f"{self._place}/{known['id']}?saved")
        called = f", called {known['name']}" if known["name"] else ""
        message = (
            f"There is one with this id already{called}: open it in Setup to change it, or choose another"
        )
        raise ValidationFailed.of([(ID, message, "id_taken")])

    async def show(self, visit: Visit) -> Response:
        """GET …/{id}: the record in its form."""
        stored = await self._stored(visit)
        return self._page(visit, self._filled(stored), stored)

    async def save(self, visit: Visit) -> Response:
        """POST …/{id}: what was changed is set, what was emptied is cleared, the rest stays as it is."""
        fact, stored = self.fact, await self._stored(visit)
        fields = fact.record.fields
        try:
            changed = changes(fields, visit.form, stored_texts(fields, stored))
            if changed and visit.form.get("seen") != stored["updatedAt"]:
                raise ChangedMeanwhile
            if changed:
                body = validated(
                    fact.schemas.patch_body, {**changed, "idempotencyKey": visit.form.get("key", "")}
                )
                request = fact.patch_request(stored["id"], body)
                await visit.write(fact.update(visit.services.sync), request)
        except EntryGoError as error:
            return self._refused(visit, error, stored)
        return visit.go(f"{self._place}/{stored['id']}?saved")

    def _filled(self, stored: Mapping[str, Any]) -> Filled:
        return Filled(stored_texts(self.fact.record.fields, stored))

    async def _stored(self, visit: Visit) -> dict[str, Any]:
        request = sync_pb2.GetRequest(id=visit.path_id(f"{self.fact.record.title} not found."))
        found = await visit.read(self.fact.get(visit.services.sync), request)
        await self.fact.complete(visit, [found])
        return shown(found, self.fact.schemas.record)

    def _refused(
        self, visit: Visit, error: EntryGoError, stored: Mapping[str, Any] | None = None
    ) -> Response:
        if error.error_kind not in EXPLAINED:
            raise error
        issues = (error.details or {}).get("issues", ())
        form = Filled(visit.form, {_path(each): each["message"] for each in issues})
        if issues:
            # In the words that stand beside the fields.
            words = errors_of(sections(self.fact.record.fields, form))
            listed = [(_path(each), words.get(_path(each), each["message"]), each["code"]) for each in issues]
            error = ValidationFailed.of(listed)
        return self._page(visit, form, stored, error=error)

    def _page(
        self,
        visit: Visit,
        form: Filled,
        stored: Mapping[str, Any] | None = None,
        *,
        error: EntryGoError | None = None,
        **more: Any,
    ) -> Response:
        record = self.fact.record
        return visit.page(
            self.template,
            error=error,
            record=record,
            stored=stored,
            address=f"{self._place}/{stored['id'] if stored else 'new'}",
            sections=sections(record.fields, form),
            external_id=form.texts.get(ID, ""),
            id_error=form.errors.get(ID, ""),
            key=form.texts.get("key", ""),
            is_saved="saved" in visit.request.query_params,
            **more,
        )

    def pages(self) -> tuple[Page, ...]:
        """Their routes."""
        return (
            Page("GET", f"{self._place}/new", self.show_new),
            Page("POST", f"{self._place}/new", self.create),
            Page("GET", f"{self._place}/{{id}}", self.show),
            Page("POST", f"{self._place}/{{id}}", self.save),
        )


class BrokerPages(RecordPages):
    """Those of brokers: what a record leads to can be tried where it is written."""

    async def send_test(self, visit: Visit) -> Response:
        """POST …/{id}/test: something harmless goes where packages go; the page says what became of it."""
        stored = await self._stored(visit)
        request = execution_pb2.TestBrokerRequest(
            broker_id=stored["id"], idempotency_key=visit.form.get("key", "")
        )
        try:
            made = (await visit.write(visit.services.execution.TestBroker, request)).message
        except EntryGoError as error:
            if error.error_kind not in EXPLAINED:
                raise
            return self._page(visit, self._filled(stored), stored, error=error)
        return self._page(visit, self._filled(stored), stored, trial=made, said=TRIALS[made.outcome])

    async def show_layout(self, visit: Visit) -> Response:
        """GET …/{id}/layout: the first rows in the broker's own layout, of an export or a made-up entry."""
        stored = await self._stored(visit)
        export_id = visit.request.query_params.get("export", "").strip()
        request = execution_pb2.PreviewBrokerTemplateRequest(broker_id=stored["id"], export_id=export_id)
        error, layout = None, None
        try:
            layout = await visit.read(visit.services.execution.PreviewBrokerTemplate, request)
        except EntryGoError as refused:
            if refused.error_kind not in EXPLAINED | {Kind.NOT_FOUND}:
                raise
            error = refused
        return visit.page(
            "broker_layout.html", error=error, stored=stored, layout=layout, export_id=export_id
        )

    def pages(self) -> tuple[Page, ...]:
        """Their routes."""
        place = f"{self._place}/{{id}}"
        return (
            *super().pages(),
            Page("POST", f"{place}/test", self.send_test),
            Page("GET", f"{place}/layout", self.show_layout),
        )


PAGES = (
    *RecordPages(WAREHOUSES).pages(),
    *BrokerPages(BROKERS, "broker.html").pages(),
    *RecordPages(IMPORTERS).pages(),
)
