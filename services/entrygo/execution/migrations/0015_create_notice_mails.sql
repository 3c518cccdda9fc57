-- Mails that say that a webhook was disabled, as bytes, composed once. Their id is that of the event that says it to the
-- account's other endpoints: whoever asks for one again finds it here. `due_at` is NULL once nothing more is tried.
CREATE TABLE notice_mails (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    sender text NOT NULL,
    recipient text NOT NULL,
    content bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz,
    -- What was last said of it: by the gate that holds it, or by the mail server.
    said text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mode, id)
);
CREATE INDEX notice_mails_due ON notice_mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_mails_created_at ON notice_mails (created_at);
ALTER TABLE notice_mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_mails FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON notice_mails USING (entrygo_in_scope(account_id, mode));
