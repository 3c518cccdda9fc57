-- What every service's schema holds, besides its own tables. Applied first, with the schema as search_path.

-- The account and mode that a transaction may see. '*' is background work, which names its account in each WHERE.
CREATE FUNCTION entrygo_in_scope(row_account text, row_mode text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (row_account = current_setting('entrygo.account_id', true)
            AND row_mode = current_setting('entrygo.mode', true))
        OR current_setting('entrygo.account_id', true) = '*';

-- The key row of a write: it exists if and only if the write's effects committed,
-- or (response IS NULL) while a write of several steps runs.
CREATE TABLE idempotency_keys (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    resource_id text,
    response bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mode, operation, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- Every event this service ever recorded: inspection and rebuilds read from here.
CREATE TABLE event_log (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    stream_id text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    payload bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, mode, stream_id, sequence)
);
CREATE INDEX event_log_recorded_at ON event_log (recorded_at);

-- The queue towards Kafka: a row is present until the broker has acknowledged it.
-- A queue is read in the order of insertion across accounts, hence its own primary key.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    payload bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON idempotency_keys USING (entrygo_in_scope(account_id, mode));
ALTER TABLE event_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_log FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON event_log USING (entrygo_in_scope(account_id, mode));
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON outbox USING (entrygo_in_scope(account_id, mode));
