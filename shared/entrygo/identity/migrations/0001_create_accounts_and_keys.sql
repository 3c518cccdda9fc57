CREATE TABLE accounts (
    account_id text PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A key is found by the hash of its secret alone: whose it is, is what the look-up tells.
CREATE TABLE api_keys (
    account_id text NOT NULL REFERENCES accounts,
    key_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    prefix text NOT NULL,
    secret_sha256 bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    warehouse_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (account_id, key_id)
);

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
-- Keys of both modes belong to the account; looking one up by its hash is background work.
CREATE POLICY in_scope ON api_keys USING (
    account_id = current_setting('entrygo.account_id', true)
    OR current_setting('entrygo.account_id', true) = '*'
);
