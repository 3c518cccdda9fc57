-- Importers of record; an order names one by its number or by its external id, or is the warehouse's.
CREATE TABLE importers (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    id text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    CONSTRAINT importers_external_id UNIQUE (account_id, mode, external_id)
);

ALTER TABLE importers ENABLE ROW LEVEL SECURITY;
ALTER TABLE importers FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON importers USING (entrygo_in_scope(account_id, mode));

ALTER TABLE orders ADD COLUMN importer_external_id text;
