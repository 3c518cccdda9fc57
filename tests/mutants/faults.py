"""The list: what is changed, and the tests that must notice. An edit whose old text is gone is an error."""

from dataclasses import dataclass

PLATFORM = "tests/integration/platform"
PLANNING = "tests/integration/planning"
EXECUTION = "tests/integration/execution"
READ_MODEL = "tests/integration/inspection"


@dataclass(frozen=True, slots=True)
class Fault:
    """In `file`, `old` (which stands there exactly once) becomes `new`; one of `tests` must fail then."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS = (
    Fault(
        "a body may become any number of values",
        "gateway/entrygo/gateway/json_reader.py",
        "    _check_marks(body)\n",
        "",
        ("tests/unit/gateway/test_json_reader.py",),
    ),
    Fault(
        "a large body is read at one go",
        "gateway/entrygo/gateway/json_reader.py",
        "_PATIENT if len(body) > LARGE_BYTES else _PLAIN",
        "_PLAIN",
        ("tests/unit/gateway/test_json_reader.py",),
    ),
    Fault(
        "moves of an export do not wait for each other",
        "services/entrygo/planning/store.py",
        '" AND export_id = $4 FOR UPDATE"',
        '" AND export_id = $4"',
        (f"{PLANNING}/test_transitions.py",),
    ),
    Fault(
        "one account makes all its documents at once",
        "services/entrygo/execution/steps/preparation.py",
        "        async with self.makings.slot(order.tenant.account_id, _MAKING) as slot:\n",
        "        for slot in (Slot(order.tenant.account_id, _MAKING),):\n",
        (f"{EXECUTION}/test_delivery.py",),
    ),
    Fault(
        "what inspect asks of execution stands behind its executes",
        "services/entrygo/execution/wiring.py",
        "reading_pool=around.reading_pool",
        "reading_pool=pool",
        (f"{EXECUTION}/test_delivery.py",),
    ),
    Fault(
        "an unknown COMMIT is not looked up",
        "shared/entrygo/postgres/idempotency.py",
        "        if body_in_force is None:\n            raise",
        "        raise",
        (f"{PLATFORM}/test_lost_commit.py",),
    ),
    Fault(
        "the queue holds a statement's events backwards",
        "shared/entrygo/messaging/outbox.py",
        "ORDER BY position",
        "ORDER BY position DESC",
        (f"{PLATFORM}/test_outbox.py",),
    ),
    Fault(
        "keys of writes under way are purged",
        "shared/entrygo/postgres/idempotency.py",
        "created_at < now() - $1::interval AND response IS NOT NULL",
        "created_at < now() - $1::interval",
        (f"{PLATFORM}/test_idempotency.py",),
    ),
    Fault(
        "an offset may be given twice",
        "shared/entrygo/messaging/relay.py",
        "if each.offset <= known:",
        "if each.offset < known:",
        ("tests/unit/messaging/test_log_offsets.py",),
    ),
    Fault(
        "a branch of a UNION reads every account",
        "services/entrygo/sync/planning_store.py",
        '" WHERE account_id = $1 AND mode = $2),"\n',
        '" WHERE mode = $2),"\n',
        ("tests/architecture/test_sql.py",),
    ),
    Fault(
        "looks of the reconciler do not overlap",
        "services/entrygo/inspection/reconciler.py",
        "OVERLAP = timedelta(seconds=60)",
        "OVERLAP = timedelta(seconds=0)",
        (f"{READ_MODEL}/test_read_model.py",),
    ),
    Fault(
        "an order is found whatever its mode",
        "services/entrygo/sync/order_store.py",
        "FROM orders WHERE account_id = $1 AND mode = $2 AND id = $3",
        "FROM orders WHERE account_id = $1 AND id = $3",
        ("tests/architecture/test_sql.py",),
    ),
    Fault(
        "a fold is written over what another one wrote since it was read",
        "services/entrygo/inspection/write_store.py",
        " AND told.stamp = exports.xmin::text",
        " AND told.stamp IS NOT NULL",
        (f"{READ_MODEL}/test_read_model.py",),
    ),
    Fault(
        "an endpoint may be removed while something is queued for it",
        "services/entrygo/inspection/write_store.py",
        " FOR KEY SHARE OF endpoint",
        "",
        (f"{READ_MODEL}/test_webhooks.py",),
    ),
    Fault(
        "a deadlock is an error of ours that nobody repeats",
        "shared/entrygo/postgres/pool.py",
        "except asyncpg.exceptions.DeadlockDetectedError as error:",
        "except asyncpg.exceptions.ActiveSQLTransactionError as error:",
        ("tests/integration/platform/test_transactions.py",),
    ),
    Fault(
        "an inspect looks at every warehouse",
        "services/entrygo/inspection/export_store.py",
        " AND scope.warehouse_id IN ('*', warehouse_id) OFFSET 0) AS held",
        " OFFSET 0) AS held",
        (f"{READ_MODEL}/test_scopes.py",),
    ),
    Fault(
        "the fold takes events after a gap",
        "services/entrygo/inspection/folding.py",
        "event.sequence != known.applied[event.source] + 1",
        "event.sequence <= known.applied[event.source]",
        ("tests/unit/inspection/test_folding.py",),
    ),
    Fault(
        "a write does not take its key",
        "shared/entrygo/postgres/idempotency.py",
        "        earlier = await keys.claim(key, fingerprint)",
        "        earlier = await keys.find(key, fingerprint)",
        (f"{PLATFORM}/test_idempotency.py",),
    ),
    Fault(
        "a sync of orders goes on while another call has its key",
        "shared/entrygo/postgres/idempotency.py",
        'if key and not row["is_taken"]',
        "if not key",
        ("tests/integration/sync/test_sync_orders.py",),
    ),
    Fault(
        "a key answers another request",
        "shared/entrygo/postgres/idempotency.py",
        'if row["fingerprint"] != print_:',
        "if not print_:",
        (f"{PLATFORM}/test_idempotency.py",),
    ),
    Fault(
        "a lease is extended by whoever lost it",
        "services/entrygo/execution/store.py",
        'now() + $5"\n            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND',
        'now() + $5"\n            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND attempt >= $4 AND',
        (f"{EXECUTION}/test_fences.py",),
    ),
    Fault(
        "a mail leaves without the data phase being noted",
        "services/entrygo/execution/broker/channels/email.py",
        "        await before_data()\n        if client.protocol is None or not client.is_connected:",
        "        if client.protocol is None or not client.is_connected:",
        ("tests/contract/test_channels.py", "tests/contract/test_email_channel.py"),
    ),
    Fault(
        "a dropped connection after DATA is repeated",
        "services/entrygo/execution/broker/after_attempt.py",
        "if attempt.phase is Phase.DATA:",
        "if attempt.phase is None:",
        (f"{EXECUTION}/test_recovery.py",),
    ),
    Fault(
        "importer numbers are shown in full",
        "shared/entrygo/domain/importer_number.py",
        'return "****" + (chars[-VISIBLE:] if len(chars) > VISIBLE else "")',
        "return chars",
        ("tests/unit/domain/test_importer_number.py",),
    ),
    Fault(
        "a completed export may be planned again",
        "shared/entrygo/domain/lifecycle.py",
        "State.COMPLETED: frozenset({State.WITHDRAWN, State.SUPERSEDED}),",
        "State.COMPLETED: frozenset({State.BATCHED, State.WITHDRAWN, State.SUPERSEDED}),",
        ("tests/unit/domain/test_lifecycle.py",),
    ),
    Fault(
        "another plan than the expected one is executed",
        "services/entrygo/planning/use_cases/transitions.py",
        'if expected_plan_hash not in ("", export.plan_hash):',
        'if expected_plan_hash == "never":',
        (f"{PLANNING}/test_transitions.py",),
    ),
    Fault(
        "a blocked plan is executed",
        "services/entrygo/planning/use_cases/transitions.py",
        "    check_not_blocked(export)",
        "    assert check_not_blocked",
        (f"{PLANNING}/test_transitions.py",),
    ),
    Fault(
        "a read-only key sets the policy",
        "services/entrygo/planning/servicer.py",
        '/SetPolicy": ScopeName.SETUP',
        '/SetPolicy": ScopeName.READ',
        ("tests/architecture/test_scopes.py",),
    ),
    Fault(
        "row level security leaves the orders open",
        "services/entrygo/sync/migrations/0001_create_facts.sql",
        "CREATE POLICY in_scope ON orders USING (entrygo_in_scope(account_id, mode));",
        "CREATE POLICY in_scope ON orders USING (true);",
        (
            "tests/integration/sync/test_rpc.py",
            "tests/integration/sync/test_sync_orders.py",
            f"{PLATFORM}/test_transactions.py",
        ),
    ),
    Fault(
        "a revoked key is accepted",
        "shared/entrygo/identity/store.py",
        'WHERE secret_sha256 = $1 AND revoked_at IS NULL"',
        'WHERE secret_sha256 = $1"',
        (f"{PLATFORM}/test_rpc_callers.py",),
    ),
    Fault(
        "an expired key is accepted",
        "shared/entrygo/identity/store.py",
        "AND (expires_at IS NULL OR clock_timestamp() < expires_at)",
        "AND (expires_at IS NULL OR clock_timestamp() >= created_at)",
        (f"{PLATFORM}/test_rpc_callers.py",),
    ),
    Fault(
        "a dry run stores its plan",
        "services/entrygo/planning/use_cases/plan_export.py",
        "        if command.is_dry_run:",
        "        if command.is_dry_run and command.batch_id:",
        (f"{PLANNING}/test_plan_export.py", f"{PLANNING}/test_service.py"),
    ),
    Fault(
        "orders of a claimed batch can leave again",
        "services/entrygo/planning/store.py",
        "        if taken:\n            raise OrderTaken",
        "        if False:\n            raise OrderTaken",
        (f"{PLANNING}/test_transitions.py",),
    ),
    Fault(
        "a failed export keeps its orders",
        "services/entrygo/planning/use_cases/transitions.py",
        "if outcome is State.FAILED:\n                    await store",
        "if outcome is None:\n                    await store",
        (f"{PLANNING}/test_transitions.py",),
    ),
    Fault(
        "refusals of a deadline are not mapped",
        "shared/entrygo/rpc/interceptors/errors.py",
        "case TimeoutError():",
        "case ConnectionError():",
        (f"{PLATFORM}/test_rpc_server.py",),
    ),
    Fault(
        "left-over cents go to the smallest remainders",
        "shared/entrygo/domain/allocation.py",
        "key=lambda place: -divided[place][1]",
        "key=lambda place: divided[place][1]",
        ("tests/unit/planning_duty/test_allocation.py",),
    ),
    Fault(
        "a manufacturer in Canada is coded CA",
        "services/entrygo/planning/manufacturer_id.py",
        "if country != CANADA:",
        "if country:",
        ("tests/unit/planning/test_manufacturer_id.py",),
    ),
    Fault(
        "documents do not escape HTML",
        "services/entrygo/execution/documents/base.py",
        "autoescape=True,",
        "autoescape=False,",
        ("tests/unit/execution/test_document_safety.py",),
    ),
    Fault(
        "pages for brokers do not escape HTML",
        "gateway/entrygo/gateway/html_pages.py",
        "autoescape=True,",
        "autoescape=False,",
        ("tests/unit/gateway/test_broker_pages.py",),
    ),
    Fault(
        "a CSV cell may be a formula",
        "services/entrygo/execution/package/csv_table.py",
        "return spreadsheet_text(text).replace",
        "return text.replace",
        ("tests/unit/execution/test_document_safety.py",),
    ),
    Fault(
        "the signature of a broker's link is not verified",
        "services/entrygo/execution/broker/signed_links.py",
        "if not any(hmac.compare_digest(self._signature(key, payload), signature) for key in self._keys):",
        "if not signature:",
        ("tests/unit/execution/test_broker_links.py",),
    ),
    Fault(
        "a broker's link never ends",
        "services/entrygo/execution/broker/signed_links.py",
        "if expires_at <= now:",
        "if expires_at is None:",
        ("tests/unit/execution/test_broker_links.py",),
    ),
    Fault(
        "any token is the service credential",
        "shared/entrygo/identity/authenticator.py",
        "return bool(sum(hmac.compare_digest(sent, token) for token in self._service_tokens))",
        "return bool(self._service_tokens)",
        (f"{PLATFORM}/test_rpc_callers.py",),
    ),
    Fault(
        "a key may claim exports by itself",
        "shared/entrygo/rpc/interceptors/auth.py",
        "if is_ours and not caller.is_service:",
        "if required is Access.SERVICE_ONLY and not caller.is_service:",
        (f"{PLATFORM}/test_rpc_callers.py", f"{PLANNING}/test_service.py"),
    ),
    Fault(
        "a step on behalf of a caller has every scope",
        "shared/entrygo/identity/on_behalf.py",
        "if CALLER_KEY in metadata else ALL_SCOPES",
        "if not metadata else ALL_SCOPES",
        (f"{PLATFORM}/test_rpc_callers.py",),
    ),
    Fault(
        "warehouse-bound transactions see every warehouse",
        "shared/entrygo/postgres/pool.py",
        "entrygo.warehouse_id = '{warehouse_id}'\"",
        "entrygo.warehouse_id = '*'\"",
        (f"{PLANNING}", "tests/integration/sync"),
    ),
    Fault(
        "a final refusal by the mail server is tried again",
        "services/entrygo/execution/broker/channels/email.py",
        "return Outcome.REFUSED if is_final else Outcome.TRANSIENT",
        "return Outcome.TRANSIENT",
        ("tests/contract/test_email_channel.py",),
    ),
    Fault(
        "half a cent is rounded down",
        "shared/entrygo/domain/money.py",
        "rounding=ROUND_HALF_UP)",
        'rounding="ROUND_HALF_DOWN")',
        ("tests/unit/domain/test_money.py",),
    ),
)
