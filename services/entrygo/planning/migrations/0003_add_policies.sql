-- What an account asks of its plans beyond the rules.
CREATE TABLE account_policies (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    -- Code of a rule → the severity it is raised to.
    severities jsonb NOT NULL,
    approval_required boolean NOT NULL,
    codes_without_approval text[] NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode)
);

-- A person's consent to one plan: another plan of the same export has another hash, and needs its own.
CREATE TABLE export_approvals (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL,
    export_id text COLLATE "C" NOT NULL,
    plan_hash text NOT NULL,
    approved_by text NOT NULL,
    note text NOT NULL,
    approved_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, export_id, plan_hash),
    FOREIGN KEY (account_id, mode, export_id) REFERENCES exports
);

ALTER TABLE account_policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_policies FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON account_policies USING (entrygo_in_scope(account_id, mode));
ALTER TABLE export_approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON export_approvals USING (entrygo_in_scope(account_id, mode));
