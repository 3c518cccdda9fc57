-- A package can be closed: withdrawn, or followed by another that replaces it. The checks are not validated: every row
-- there is holds under the narrower ones before them.
ALTER TABLE customs_packages
    DROP CONSTRAINT customs_packages_state_check,
    ADD CONSTRAINT customs_packages_state_check CHECK (state IN (
        'reserved', 'generated', 'sent_to_broker', 'broker_submission_failed', 'broker_submission_unknown',
        'acknowledged_by_broker', 'rejected_by_broker', 'withdrawn', 'superseded')) NOT VALID,
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_reason text,
    -- The package whose place this one takes, and the one that has taken this one's, by id.
    ADD COLUMN replaces text,
    ADD COLUMN replaced_by text;

-- Closed stays closed, whatever a server answers later: also to a release that does not know these states.
CREATE FUNCTION keep_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.state := OLD.state;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_closed BEFORE UPDATE ON customs_packages
    FOR EACH ROW WHEN (OLD.state IN ('withdrawn', 'superseded')) EXECUTE FUNCTION keep_closed();

-- What a row of the ledger sends: the package, or the notice that it is not to be filed.
ALTER TABLE broker_submissions
    ADD COLUMN kind text NOT NULL DEFAULT 'package' CHECK (kind IN ('package', 'withdrawal'));

-- Withdrawals, from when they are asked for until the broker's notices stand in the ledger. Whoever finds one
-- unfinished carries it on: planning knows it by its id, and the rest is one transaction under its row's lock.
CREATE TABLE withdrawals (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    export_id text NOT NULL,
    -- Of the key that asked; once it is done, of the export.
    warehouse_id text COLLATE "C",
    reason text NOT NULL,
    idempotency_key text NOT NULL,
    -- By the database's clock: others carry it on after it.
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    response bytea,
    PRIMARY KEY (account_id, mode, id)
);
CREATE INDEX withdrawals_unfinished ON withdrawals (due_at) WHERE response IS NULL;
ALTER TABLE withdrawals ENABLE ROW LEVEL SECURITY;
ALTER TABLE withdrawals FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON withdrawals USING (entrygo_in_scope(account_id, mode, warehouse_id));
