-- What a plan's entries are likely to cost each importer, by its number: {"entryDate", "costs": {number: USD}}.
-- NULL in plans of earlier releases, and where nothing could be estimated.
ALTER TABLE plans ADD COLUMN importer_costs jsonb;

-- The same of exports that were executed, for what a bond must cover: twelve months, plans that are archived included.
CREATE TABLE importer_costs (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text COLLATE "C" NOT NULL,
    warehouse_id text COLLATE "C" NOT NULL,
    importer_number text COLLATE "C" NOT NULL,
    entry_date date NOT NULL,
    amount_usd numeric NOT NULL,
    PRIMARY KEY (account_id, mode, export_id, importer_number)
);
CREATE INDEX importer_costs_of_a_year ON importer_costs (account_id, mode, importer_number, entry_date);
ALTER TABLE importer_costs ENABLE ROW LEVEL SECURITY;
ALTER TABLE importer_costs FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON importer_costs USING (entrygo_in_scope(account_id, mode, warehouse_id));
