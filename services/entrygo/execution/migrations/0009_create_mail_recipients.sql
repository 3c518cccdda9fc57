-- Whom an account may send mail: who confirmed it through a signed link, or whom the operator allowed. `asks` counts
-- the mails that asked; `ask_due_at` is when the next one leaves, and is put off while one is under way.
CREATE TABLE mail_recipients (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    id text NOT NULL,
    address text NOT NULL,
    state text NOT NULL CHECK (state IN ('unconfirmed', 'confirmed', 'refused', 'allowed', 'revoked')),
    asks integer NOT NULL DEFAULT 0,
    ask_due_at timestamptz,
    asked_at timestamptz,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    UNIQUE (account_id, mode, address)
);
CREATE INDEX mail_recipients_asking ON mail_recipients (ask_due_at) WHERE ask_due_at IS NOT NULL;

-- Mails of one day (UTC) by recipient; the row without an address is the sum of the account.
CREATE TABLE mail_counts (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    day date NOT NULL,
    address text NOT NULL,
    mails integer NOT NULL,
    PRIMARY KEY (account_id, mode, day, address)
);

-- When a submission was last kept from leaving, by its recipient's state or a cap: no attempt has been made then.
ALTER TABLE broker_submissions ADD COLUMN held_at timestamptz;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['mail_recipients', 'mail_counts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY in_scope ON %I USING (entrygo_in_scope(account_id, mode))', name);
    END LOOP;
END $$;

-- Who has been getting an account's mail is not asked anew.
SET LOCAL entrygo.account_id = '*';
INSERT INTO mail_recipients (account_id, mode, id, address, state, changed_at)
SELECT account_id, mode, 'rcp_' || left(md5(address), 26), address, 'allowed', now()
FROM (
    SELECT DISTINCT account_id, mode, lower(recipient_email) AS address FROM broker_submissions
    WHERE submission_type = 'EMAIL' AND mode = 'live' AND recipient_email IS NOT NULL
      AND status IN ('sent', 'acknowledged', 'rejected')
) AS served;
