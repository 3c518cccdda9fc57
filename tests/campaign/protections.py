"""What keeps the promises, piece by piece: how each is switched off, and under which faults that shows."""

from dataclasses import dataclass

from tests.mutants.planting import Edit


@dataclass(frozen=True, slots=True)
class Protection:
    """Without the protection, by these edits, a campaign with these faults must find something.

    `faults` are words of the faults' names; NONE stands for the load alone.
    """

    name: str
    edits: tuple[Edit, ...]
    faults: tuple[str, ...]


# No fault has such a name.
NONE = ("no fault at all",)

PROTECTIONS = (
    Protection(
        "an order is claimed by one export",
        (
            Edit(
                "services/entrygo/planning/store.py",
                "        if taken:\n            raise OrderTaken",
                "        if False and taken:\n            raise OrderTaken",
            ),
        ),
        NONE,
    ),
    Protection(
        "a key that was used is answered with its first answer",
        (
            Edit(
                "shared/entrygo/postgres/idempotency.py",
                "        if earlier is not None:\n            return replay(earlier)\n",
                "",
            ),
            Edit(
                "shared/entrygo/postgres/idempotency.py",
                "        return row if earlier is None else earlier\n",
                "        return row\n",
            ),
        ),
        NONE,
    ),
    Protection(
        "a key is refused for another payload",
        (
            Edit(
                "shared/entrygo/postgres/idempotency.py",
                'if row["fingerprint"] != print_:',
                'if False and row["fingerprint"] != print_:',
            ),
        ),
        NONE,
    ),
    Protection(
        "an export moves by the table of states",
        (
            Edit(
                "services/entrygo/planning/use_cases/transitions.py",
                "state=advance(export.state, State.CANCELLED)",
                "state=State.CANCELLED",
            ),
        ),
        NONE,
    ),
    Protection(
        "inspect asks the owners",
        (
            Edit(
                "services/entrygo/inspection/use_cases.py",
                "events = [event for answered, _ in pulled for event in answered]\n        if events:",
                "events: list[events_pb2.Event] = []\n        if events:",
            ),
        ),
        ("broker",),
    ),
    Protection(
        "accounts are kept apart in statements and by row security",
        (
            Edit(
                "services/entrygo/inspection/export_store.py",
                'f" WHERE account_id = $1 AND mode = $2 AND created_at IS NOT NULL{where}"',
                'f" WHERE $1 = $1 AND mode = $2 AND created_at IS NOT NULL{where}"',
            ),
            Edit(
                "shared/entrygo/postgres/schema.sql",
                "RETURN (row_account = current_setting('entrygo.account_id', true)",
                "RETURN (row_account IS NOT NULL",
            ),
        ),
        NONE,
    ),
    Protection(
        "a mail whose reply was lost is not sent again",
        (
            Edit(
                "services/entrygo/execution/broker/channels/email.py",
                "return _lost(error, otherwise=Outcome.UNKNOWN)",
                "return _lost(error, otherwise=Outcome.TRANSIENT)",
            ),
        ),
        ("lose a reply",),
    ),
    Protection(
        "what a process that died had begun to send is not sent again",
        (
            Edit(
                "services/entrygo/execution/broker/after_attempt.py",
                "if attempt.phase is Phase.DATA:",
                "if False and attempt.phase is Phase.DATA:",
            ),
        ),
        ("die while sending",),
    ),
    Protection(
        "a mail is sent only with its attempt still its own",
        (
            Edit(
                "services/entrygo/execution/broker/delivery.py",
                "            if not await attempts.enter_data_phase(attempt, self.lease):\n"
                "                raise AttemptLost\n",
                "            await attempts.enter_data_phase(attempt, self.lease)\n",
            ),
            Edit(
                "services/entrygo/execution/broker/delivery.py",
                "            return await attempts.extend_lease(attempt, self.lease)",
                "            return True",
            ),
        ),
        ("take over a mail",),
    ),
    Protection(
        "deliveries that are due are looked for",
        (
            Edit(
                "services/entrygo/execution/recovery/loops.py",
                "            group.create_task(self._deliver(stop, due, bell))\n",
                "",
            ),
        ),
        ("mail trouble",),
    ),
    Protection(
        "executions of dead processes are resumed under their claim",
        (
            Edit(
                "services/entrygo/planning/use_cases/handover.py",
                "    return export.execution_id == execution_id and export.state in",
                "    return False and export.execution_id == execution_id and export.state in",
            ),
        ),
        ("die after a claim",),
    ),
    Protection(
        "a silent mail server is tried again",
        (
            Edit(
                "services/entrygo/execution/broker/breaker.py",
                "return BreakerState.OPEN if now < self._opens_until else BreakerState.HALF_OPEN",
                "return BreakerState.OPEN",
            ),
        ),
        ("let nobody in",),
    ),
    Protection(
        "a document is in its store before its package names it",
        (
            Edit(
                "services/entrygo/execution/objects/folder.py",
                "        await self._run(lambda: self._write_all(contents))",
                "        with suppress(PlaceUnavailable):\n"
                "            await self._run(lambda: self._write_all(contents))",
            ),
        ),
        ("store",),
    ),
    Protection(
        "an event after a gap waits for those between",
        (
            Edit(
                "services/entrygo/inspection/folding.py",
                "event.sequence != known.applied[event.source] + 1",
                "event.sequence <= known.applied[event.source]",
            ),
        ),
        ("overtake events",),
    ),
    Protection(
        "moves of an export wait for each other",
        (
            Edit(
                "services/entrygo/planning/store.py",
                '" AND export_id = $4 FOR UPDATE"',
                '" AND export_id = $4"',
            ),
        ),
        ("slow moves",),
    ),
    Protection(
        "an export is claimed only as it was read",
        (
            Edit(
                "services/entrygo/planning/handover_store.py",
                '" AND event_sequence = $6 AND supersedes IS NULL"',
                '" AND supersedes IS NULL"',
            ),
            Edit(
                "services/entrygo/planning/handover_store.py",
                "WHERE {_AS_READ} AND state = 'BATCHED' RETURNING",
                "WHERE {_AS_READ} RETURNING",
            ),
        ),
        ("slow moves",),
    ),
    Protection(
        "an export is claimed with every order or not at all",
        (
            Edit(
                "services/entrygo/planning/handover_store.py",
                "entrygo_or_nothing((SELECT count(*) FROM taken) = (SELECT count(*) FROM batch))",
                "entrygo_or_nothing(true)",
            ),
        ),
        NONE,
    ),
    Protection(
        "an outage of the database is said to be one",
        (
            Edit(
                "shared/entrygo/postgres/pool.py",
                "        except (*OUTAGES, asyncpg.exceptions.ReadOnlySQLTransactionError) as error:\n"
                "            raise _outage(connection, error, lost) from error\n"
                "        except asyncpg.InterfaceError as error:",
                "        except asyncpg.InterfaceError as error:",
            ),
        ),
        ("cut", "crash"),
    ),
)
