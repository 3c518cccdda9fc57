-- Whose rows these are. A key bound to a warehouse sees, and writes, the rows of that warehouse alone; a row
-- without one is seen by keys of the whole account only. Rows from before have none until execution has asked
-- planning: the schema cannot know of which warehouse the plan was.
ALTER TABLE executions ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE customs_packages ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE artifacts ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE notifications ADD COLUMN warehouse_id text COLLATE "C";
ALTER TABLE broker_submissions ADD COLUMN warehouse_id text COLLATE "C";

-- What belongs to a package is of its warehouse, also in the rows of a release that does not know the column.
CREATE FUNCTION take_warehouse_of_package() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.warehouse_id := (
        SELECT warehouse_id FROM customs_packages
        WHERE account_id = NEW.account_id AND mode = NEW.mode AND id = NEW.package_id
        FOR SHARE -- not while it is being said of which warehouse the package is
    );
    RETURN NEW;
END $$;
CREATE FUNCTION take_warehouse_of_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.warehouse_id := (
        SELECT warehouse_id FROM customs_packages
        WHERE account_id = NEW.account_id AND mode = NEW.mode AND export_id = NEW.stream_id
        FOR SHARE
    );
    RETURN NEW;
END $$;
CREATE TRIGGER take_warehouse BEFORE INSERT ON event_log
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_stream();
CREATE TRIGGER take_warehouse BEFORE INSERT ON artifacts
    FOR EACH ROW EXECUTE FUNCTION take_warehouse_of_package();
CREATE TRIGGER take_warehouse BEFORE INSERT ON notifications
    FOR EACH ROW EXECUTE FUNCTION take_warehouse_of_package();
CREATE TRIGGER take_warehouse BEFORE INSERT ON broker_submissions
    FOR EACH ROW EXECUTE FUNCTION take_warehouse_of_package();

ALTER POLICY in_scope ON executions USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON customs_packages USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON artifacts USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON notifications USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON broker_submissions USING (entrygo_in_scope(account_id, mode, warehouse_id));

-- Executions whose warehouse planning is still to be asked for.
CREATE INDEX executions_without_warehouse ON executions (created_at)
    WHERE warehouse_id IS NULL AND revision IS NOT NULL AND finished_at IS NOT NULL;
