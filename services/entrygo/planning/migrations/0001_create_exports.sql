-- An export (batch): where it is in its life, and the count of its events.
CREATE TABLE exports (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text COLLATE "C" NOT NULL,
    warehouse_id text COLLATE "C" NOT NULL,
    state text NOT NULL CHECK (state IN ('BATCHED', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED')),
    revision integer NOT NULL CHECK (revision > 0),
    plan_hash text NOT NULL,
    readiness_state text NOT NULL CHECK (readiness_state IN ('READY', 'REVIEW_REQUIRED', 'BLOCKED')),
    -- The execution that claimed it; kept after it ended, so that a repeated release is known.
    execution_id text COLLATE "C",
    claimed_at timestamptz,
    event_sequence bigint NOT NULL CHECK (event_sequence > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, export_id)
);

-- What was decided, and the facts it was decided on: canonical JSON, compressed. Never changed.
CREATE TABLE plans (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL,
    export_id text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    plan_hash text NOT NULL,
    snapshot bytea STORAGE EXTERNAL NOT NULL,
    planned_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, export_id, revision),
    FOREIGN KEY (account_id, mode, export_id) REFERENCES exports
);

-- No foreign keys from here on: they would be checked once an order, and thousands are written at once.

-- The orders in the current plan of an export: tells which other open batch an order sits in.
CREATE TABLE export_orders (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    export_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, mode, order_id, export_id)
);
CREATE INDEX export_orders_export ON export_orders (account_id, mode, export_id);

-- An order leaves once: this key is what two batches with a common order compete for.
CREATE TABLE order_claims (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    export_id text COLLATE "C" NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, order_id)
);
CREATE INDEX order_claims_export ON order_claims (account_id, mode, export_id);

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON exports USING (entrygo_in_scope(account_id, mode));
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE plans FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON plans USING (entrygo_in_scope(account_id, mode));
ALTER TABLE export_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON export_orders USING (entrygo_in_scope(account_id, mode));
ALTER TABLE order_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON order_claims USING (entrygo_in_scope(account_id, mode));
