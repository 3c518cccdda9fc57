-- The read model: one row an export, its timeline, and what the consumer knows about itself.

CREATE TABLE exports (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text NOT NULL,
    -- The last event applied of each owner, and the last one heard of: a difference is a gap to fill.
    planning_sequence bigint NOT NULL DEFAULT 0,
    execution_sequence bigint NOT NULL DEFAULT 0,
    planning_seen bigint NOT NULL DEFAULT 0,
    execution_seen bigint NOT NULL DEFAULT 0,
    -- inspection.v1.Export without plan and timeline; apart from the plan, as it changes far more often.
    detail bytea NOT NULL DEFAULT '',
    plan bytea NOT NULL DEFAULT '',
    -- What lists filter by and show. created_at is NULL until planning's first event is applied.
    state text NOT NULL DEFAULT '',
    readiness_state text NOT NULL DEFAULT '',
    compliance_score integer NOT NULL DEFAULT 0,
    plan_hash text NOT NULL DEFAULT '',
    warehouse_id text NOT NULL DEFAULT '',
    broker_id text NOT NULL DEFAULT '',
    destination_country text NOT NULL DEFAULT '',
    estimated_savings_usd text NOT NULL DEFAULT '',
    order_count integer NOT NULL DEFAULT 0,
    customs_package_id text NOT NULL DEFAULT '',
    broker_submission_status text NOT NULL DEFAULT '',
    created_at timestamptz,
    executed_at timestamptz,
    PRIMARY KEY (account_id, mode, export_id)
);
CREATE INDEX exports_created ON exports (account_id, mode, created_at DESC, export_id DESC);
CREATE INDEX exports_state ON exports (account_id, mode, state, created_at DESC, export_id DESC);
CREATE INDEX exports_readiness ON exports (account_id, mode, readiness_state, created_at DESC, export_id DESC);
CREATE INDEX exports_warehouse ON exports (account_id, mode, warehouse_id, created_at DESC, export_id DESC);
CREATE INDEX exports_broker ON exports (account_id, mode, broker_id, created_at DESC, export_id DESC);
CREATE INDEX exports_gaps ON exports (account_id, mode, export_id)
    WHERE planning_seen > planning_sequence OR execution_seen > execution_sequence;

CREATE TABLE timeline (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text NOT NULL,
    source text NOT NULL,
    sequence bigint NOT NULL,
    entry bytea NOT NULL,
    PRIMARY KEY (account_id, mode, export_id, source, sequence)
);

CREATE TABLE customs_packages (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    customs_package_id text NOT NULL,
    export_id text NOT NULL,
    PRIMARY KEY (account_id, mode, customs_package_id)
);

-- Events that could not be read or applied. account_id and mode are empty when not even that could be read.
CREATE TABLE dead_letters (
    account_id text NOT NULL,
    mode text NOT NULL,
    digest bytea NOT NULL,
    origin text NOT NULL,
    error text NOT NULL,
    payload bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    first_seen timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mode, digest)
);

-- Where the consumer of Kafka goes on, in the same transaction as what it applied.
-- The log is one for all accounts, hence no account here.
CREATE TABLE consumer_positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Until when each owner's log is known to be applied as a whole.
CREATE TABLE reconciliations (
    source text NOT NULL PRIMARY KEY,
    reconciled_until timestamptz NOT NULL
);

ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON exports USING (entrygo_in_scope(account_id, mode));
ALTER TABLE timeline ENABLE ROW LEVEL SECURITY;
ALTER TABLE timeline FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON timeline USING (entrygo_in_scope(account_id, mode));
ALTER TABLE customs_packages ENABLE ROW LEVEL SECURITY;
ALTER TABLE customs_packages FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON customs_packages USING (entrygo_in_scope(account_id, mode));
ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letters FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON dead_letters USING (entrygo_in_scope(account_id, mode));
