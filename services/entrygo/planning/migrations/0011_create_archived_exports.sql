-- Exports that left the databases for a file in the store of documents, named by its digest as every document is.
CREATE TABLE archived_exports (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text COLLATE "C" NOT NULL,
    warehouse_id text COLLATE "C" NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    sha256 text NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    -- NULL while rows of it may still lie in other databases than planning's: the next run goes on with it.
    moved_at timestamptz,
    -- When somebody brought it back; it is then left alone for a while.
    restored_at timestamptz,
    PRIMARY KEY (account_id, mode, export_id)
);
ALTER TABLE archived_exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE archived_exports FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON archived_exports USING (entrygo_in_scope(account_id, mode, warehouse_id));
