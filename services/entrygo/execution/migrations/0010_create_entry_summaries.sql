-- What brokers entered, as they gave it back: rows are only ever added, the latest revision of an entry counts.
CREATE TABLE entry_summaries (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL COLLATE "C",
    export_id text NOT NULL,
    package_id text NOT NULL,
    warehouse_id text COLLATE "C",
    entry integer NOT NULL CHECK (entry > 0),
    revision integer NOT NULL CHECK (revision > 0),
    entry_number text NOT NULL,
    summary jsonb NOT NULL,
    -- The estimate that it was compared with, in USD; null is not known.
    estimated_duty_low_usd numeric,
    estimated_duty_high_usd numeric,
    estimated_fees_usd numeric,
    given_by text NOT NULL CHECK (given_by IN ('api', 'broker_link')),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    UNIQUE (account_id, mode, export_id, entry, revision)
);

-- Differences for people to look at: open, closed with a note, or resolved by a later summary.
CREATE TABLE entry_tasks (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL COLLATE "C",
    export_id text NOT NULL,
    package_id text NOT NULL,
    warehouse_id text COLLATE "C",
    entry integer NOT NULL,
    code text NOT NULL,
    place text NOT NULL,
    message text NOT NULL,
    expected text NOT NULL,
    actual text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed', 'resolved')),
    note text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (account_id, mode, id)
);
CREATE INDEX entry_tasks_of_export ON entry_tasks (account_id, mode, export_id, entry);

CREATE TRIGGER take_warehouse BEFORE INSERT ON entry_summaries
    FOR EACH ROW EXECUTE FUNCTION take_warehouse_of_package();
CREATE TRIGGER take_warehouse BEFORE INSERT ON entry_tasks
    FOR EACH ROW EXECUTE FUNCTION take_warehouse_of_package();

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['entry_summaries', 'entry_tasks'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY in_scope ON %I USING (entrygo_in_scope(account_id, mode, warehouse_id))', name);
    END LOOP;
END $$;
