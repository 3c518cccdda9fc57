-- The shipment control numbers (PAPS) that trucks of the account have, each with the export that stated it first: none is
-- used twice. They stay when that export is archived or withdrawn; numbers from before this release are not known.
CREATE TABLE control_numbers (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    number text COLLATE "C" NOT NULL,
    export_id text COLLATE "C" NOT NULL,
    warehouse_id text COLLATE "C" NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, number)
);
CREATE INDEX control_numbers_of_an_export ON control_numbers (account_id, mode, export_id);
ALTER TABLE control_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE control_numbers FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON control_numbers USING (entrygo_in_scope(account_id, mode, warehouse_id));
