-- The warehouse of the export that a row belongs to. The steps are three files, since each is one transaction: this
-- one locks the tables for a moment, 0003 fills what is there without locking readers out, 0004 puts it in force.
ALTER TABLE timeline ADD COLUMN warehouse_id text;
ALTER TABLE customs_packages ADD COLUMN warehouse_id text;
-- The states of entrygo.domain.lifecycle; empty until planning's first event is applied.
ALTER TABLE exports ADD CONSTRAINT exports_state_check
    CHECK (state IN ('', 'BATCHED', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED')) NOT VALID;

-- For rows of the previous release, which does not know the column while both run. It saves the export first.
CREATE FUNCTION take_warehouse_of_export() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.warehouse_id := (
        SELECT nullif(warehouse_id, '') FROM exports
        WHERE account_id = NEW.account_id AND mode = NEW.mode AND export_id = NEW.export_id
    );
    RETURN NEW;
END $$;
CREATE TRIGGER take_warehouse BEFORE INSERT ON timeline
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_export();
CREATE TRIGGER take_warehouse BEFORE INSERT ON customs_packages
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_export();
