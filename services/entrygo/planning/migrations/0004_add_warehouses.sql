-- The warehouse that each row belongs to. The steps are three files, since each is one transaction: this one
-- locks the tables for a moment, 0005 fills what is there without locking readers out, 0006 puts it in force.
ALTER TABLE plans ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE export_orders ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE order_claims ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE export_approvals ADD COLUMN warehouse_id text COLLATE "C";

-- For rows of the previous release, which does not know the column while both run. It saves the export first.
CREATE FUNCTION take_warehouse_of_export() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.warehouse_id := (
        SELECT warehouse_id FROM exports
        WHERE account_id = NEW.account_id AND mode = NEW.mode AND export_id = NEW.export_id
    );
    RETURN NEW;
END $$;
CREATE TRIGGER take_warehouse BEFORE INSERT ON plans
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_export();
CREATE TRIGGER take_warehouse BEFORE INSERT ON export_orders
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_export();
CREATE TRIGGER take_warehouse BEFORE INSERT ON order_claims
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_export();
CREATE TRIGGER take_warehouse BEFORE INSERT ON export_approvals
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_export();
