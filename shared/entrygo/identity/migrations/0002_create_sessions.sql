-- A short-lived secret that stands for a key. What it may do is what the key may do at that moment: only who
-- the key is, is kept here.
CREATE TABLE sessions (
    account_id text NOT NULL,
    secret_sha256 bytea NOT NULL UNIQUE,
    key_id text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, secret_sha256),
    FOREIGN KEY (account_id, key_id) REFERENCES api_keys
);

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON sessions USING (
    account_id = current_setting('entrygo.account_id', true)
    OR current_setting('entrygo.account_id', true) = '*'
);
