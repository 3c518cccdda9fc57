"""What must hold of what was done: orders leave once, mails go out once, events and documents are whole."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from entrygo.domain.lifecycle import TRANSITIONS, State
from tests.campaign.final_state import FinalState, Submission
from tests.campaign.history import Action, History
from tests.campaign.states import STATE_OF_EVENT


def no_order_leaves_twice(history: History, final: FinalState) -> Iterator[str]:
    """No order is in two exports that were executed, and each is claimed by the export that has it."""
    left: dict[tuple[str, str], str] = {}
    claims = {(account, order_id): export_id for account, order_id, export_id in final.claims}
    for export in final.exports:
        if export.state != State.COMPLETED:
            continue
        for order_id in export.order_ids:
            other = left.setdefault((export.account, order_id), export.id)
            if other != export.id:
                yield f"order {order_id} left with {other} and with {export.id}"
            if claims.get((export.account, order_id)) != export.id:
                yield f"order {order_id} left with {export.id} and is not claimed by it"


def each_export_has_one_package(history: History, final: FinalState) -> Iterator[str]:
    """A completed export has one package, no other export has one, and no number is given twice."""
    counts = Counter((package.account, package.export_id) for package in final.packages)
    for export in final.exports:
        count = counts.pop((export.account, export.id), 0)
        if export.state == State.COMPLETED and count != 1:
            yield f"export {export.id} has {count} packages"
        if export.state in (State.BATCHED, State.CANCELLED) and count:
            yield f"export {export.id} is {export.state} and has a package"
    for account, export_id in counts:
        yield f"{export_id} of {account} has a package and is no export"
    numbers = Counter((package.account, package.number) for package in final.packages)
    for (account, number), count in numbers.items():
        if count > 1:
            yield f"package number {number} of {account} was given {count} times"


def no_mail_is_sent_twice(history: History, final: FinalState) -> Iterator[str]:
    """The ledger and what the mail server took agree: sent is one mail, unknown at most one, else none."""
    taken = Counter(mail.submission_id for mail in final.mails)
    for submission in final.submissions:
        count = taken.pop(submission.id, 0)
        if count not in _mails_of(submission):
            yield f"submission {submission.id} is {submission.status} and {count} mails were taken"
    for submission_id, count in taken.items():
        yield f"{count} mails are of {submission_id}, which is not in the ledger"


def _mails_of(submission: Submission) -> frozenset[int]:
    if submission.status in ("sent", "acknowledged", "rejected"):
        return frozenset({1})
    return frozenset({0, 1}) if submission.status == "unknown" else frozenset({0})


def each_export_has_one_submission(history: History, final: FinalState) -> Iterator[str]:
    """Nobody asked for a mail to be sent again, so a package has one row in the ledger."""
    counts = Counter((each.account, each.export_id) for each in final.submissions)
    for export in final.exports:
        if export.state == State.COMPLETED and counts[export.account, export.id] != 1:
            yield f"export {export.id} has {counts[export.account, export.id]} submissions"


def events_are_whole_and_move_by_the_table(history: History, final: FinalState) -> Iterator[str]:
    """Each owner's events of an export are numbered 1, 2, 3 …, and move it as the table of states does."""
    streams: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for event in final.events:
        streams[event.account, event.export_id, event.source].append((event.sequence, event.type))
    for (_, export_id, source), found in streams.items():
        ordered = sorted(found)
        if [sequence for sequence, _ in ordered] != list(range(1, len(ordered) + 1)):
            yield f"{source}'s events of {export_id} are {ordered}"
        states = [STATE_OF_EVENT[type] for _, type in ordered if type in STATE_OF_EVENT]
        if states and source == "planning" and states[0] is not State.BATCHED:
            yield f"{export_id} begins {states[0]}"
        for before, after in pairwise(states):
            if after not in TRANSITIONS[before]:
                yield f"{export_id} went from {before} to {after}"


def documents_are_what_was_promised(history: History, final: FinalState) -> Iterator[str]:
    """Every document has the digest that its package names, during the campaign and after it."""
    for done in history.acknowledged(Action.DOWNLOAD):
        if done.answered.facts["promised"] != done.answered.facts["found"]:
            yield f"{done.asked.items} of {done.asked.about} was answered with other bytes"
    for package in final.packages:
        for filename, (promised, found) in package.documents.items():
            if promised != found:
                yield f"{filename} of {package.id} has digest {found}, not {promised}"


def nothing_crosses_accounts(history: History, final: FinalState) -> Iterator[str]:
    """An account is shown its own exports, and its mail goes to its own broker."""
    owners = {export.id: export.account for export in final.exports}
    for done in history.acknowledged(Action.LIST):
        for export_id in done.answered.facts["rows"]:
            if owners.get(export_id, done.asked.account) != done.asked.account:
                yield f"{done.asked.account} is shown {export_id} of {owners[export_id]}"
    ledger = {submission.id: submission for submission in final.submissions}
    for mail in final.mails:
        submission = ledger.get(mail.submission_id)
        if submission is None or mail.recipients != (submission.recipient,):
            yield f"a mail about {mail.export_id} went to {mail.recipients}"
        elif owners.get(mail.export_id) != submission.account:
            yield f"a mail about {mail.export_id} went to the broker of {submission.account}"


def everything_settles(history: History, final: FinalState) -> Iterator[str]:
    """When the faults are over nothing stays under way, no event waits, and none was put aside."""
    yield from (f"still under way: {what}" for what in final.unsettled)
    if final.outbox:
        yield f"{final.outbox} events wait in an outbox"
    if final.dead_letters:
        yield f"{final.dead_letters} events were put aside"
