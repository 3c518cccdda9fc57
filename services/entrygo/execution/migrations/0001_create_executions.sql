-- The number of the last event of an export; its row lock orders the events of one export.
CREATE TABLE export_streams (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text NOT NULL,
    last_sequence bigint NOT NULL CHECK (last_sequence > 0),
    PRIMARY KEY (account_id, mode, export_id)
);

-- One run of a plan. `attempt` fences: an owner whose lease another one took over can write nothing more.
CREATE TABLE executions (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    export_id text NOT NULL,
    step text NOT NULL CHECK (step IN ('started', 'claimed', 'prepared', 'completed', 'failed')),
    idempotency_key text NOT NULL,
    expected_plan_hash text NOT NULL,
    revision integer,
    plan_hash text,
    package_id text,
    submission_id text,
    executed_at timestamptz,
    attempt integer NOT NULL CHECK (attempt > 0),
    lease_until timestamptz NOT NULL,
    response bytea,
    error_code text,
    error_message text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (account_id, mode, id)
);
CREATE INDEX executions_unfinished ON executions (lease_until) WHERE finished_at IS NULL;
CREATE INDEX executions_export ON executions (account_id, mode, export_id);

CREATE TABLE package_numbers (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    last_number bigint NOT NULL,
    PRIMARY KEY (account_id, mode)
);

-- One package an export, whatever happens; `reserved` until its documents exist.
CREATE TABLE customs_packages (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    export_id text NOT NULL,
    number text NOT NULL,
    state text NOT NULL CHECK (state IN (
        'reserved', 'generated', 'sent_to_broker', 'broker_submission_failed', 'broker_submission_unknown')),
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    UNIQUE (account_id, mode, export_id),
    UNIQUE (account_id, mode, number)
);

CREATE TABLE artifacts (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    package_id text NOT NULL,
    filename text NOT NULL,
    position integer NOT NULL,
    artifact_type text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, package_id, filename),
    FOREIGN KEY (account_id, mode, package_id) REFERENCES customs_packages (account_id, mode, id)
);

CREATE TABLE notifications (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    package_id text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('EMAIL', 'LIFECYCLE_EVENT')),
    recipient text NOT NULL CHECK (recipient IN ('broker', 'warehouse')),
    status text NOT NULL CHECK (status IN ('recorded', 'sent', 'failed')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    FOREIGN KEY (account_id, mode, package_id) REFERENCES customs_packages (account_id, mode, id)
);
CREATE INDEX notifications_package ON notifications (account_id, mode, package_id);

-- The ledger of what was sent to brokers. A row's bytes and Message-ID never change; sending again is a new row.
-- `phase` tells, when an owner dies in `sending`, whether the bytes may have left; `attempts` fences its owner.
CREATE TABLE broker_submissions (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    export_id text NOT NULL,
    package_id text NOT NULL,
    notification_id text NOT NULL,
    submission_type text NOT NULL CHECK (submission_type IN ('EMAIL')),
    status text NOT NULL CHECK (status IN ('prepared', 'sending', 'sent', 'failed', 'unknown')),
    phase text NOT NULL CHECK (phase IN ('envelope', 'data')),
    sender text NOT NULL,
    recipient_email text,
    subject text NOT NULL,
    message_id text NOT NULL,
    content_sha256 text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz,
    lease_until timestamptz,
    sent_at timestamptz,
    error_message text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    FOREIGN KEY (account_id, mode, package_id) REFERENCES customs_packages (account_id, mode, id)
);
CREATE INDEX broker_submissions_package ON broker_submissions (account_id, mode, package_id, created_at);
CREATE INDEX broker_submissions_due ON broker_submissions (next_attempt_at) WHERE status = 'prepared';
CREATE INDEX broker_submissions_sending ON broker_submissions (lease_until) WHERE status = 'sending';

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['export_streams', 'executions', 'package_numbers', 'customs_packages',
                                'artifacts', 'notifications', 'broker_submissions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY in_scope ON %I USING (entrygo_in_scope(account_id, mode))', name);
    END LOOP;
END $$;
