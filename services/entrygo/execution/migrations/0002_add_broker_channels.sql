-- Other ways to a broker than mail, and what the broker answers through the signed link.
-- `endpoint` is the JSON of where an upload goes, frozen like the bytes; secrets are named in it, never held.
-- `answers` counts what the link's holder changed; `reaction_at` is when a simulated broker answers.
ALTER TABLE broker_submissions
    DROP CONSTRAINT broker_submissions_submission_type_check,
    ADD CONSTRAINT broker_submissions_submission_type_check
        CHECK (submission_type IN ('EMAIL', 'HTTPS', 'SFTP')),
    DROP CONSTRAINT broker_submissions_status_check,
    ADD CONSTRAINT broker_submissions_status_check CHECK (status IN (
        'prepared', 'sending', 'sent', 'acknowledged', 'rejected', 'failed', 'unknown')),
    ADD COLUMN endpoint text NOT NULL DEFAULT '',
    ADD COLUMN filename text NOT NULL DEFAULT '',
    ADD COLUMN pack_sha256 text NOT NULL DEFAULT '',
    ADD COLUMN pack_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN entry_number text,
    ADD COLUMN broker_reason text,
    ADD COLUMN answered_at timestamptz,
    ADD COLUMN answers integer NOT NULL DEFAULT 0,
    ADD COLUMN reaction_at timestamptz;
CREATE INDEX broker_submissions_reacting ON broker_submissions (reaction_at) WHERE reaction_at IS NOT NULL;

ALTER TABLE customs_packages
    DROP CONSTRAINT customs_packages_state_check,
    ADD CONSTRAINT customs_packages_state_check CHECK (state IN (
        'reserved', 'generated', 'sent_to_broker', 'broker_submission_failed', 'broker_submission_unknown',
        'acknowledged_by_broker', 'rejected_by_broker'));
