-- Across accounts: the owner of the tables is bound by their policies, too.
SET LOCAL entrygo.account_id = '*';

-- An export that was planned once is of the warehouse it was planned for. One that was planned again may have been
-- another's before; which of its events are of which is not known here, so they stay with the whole account.
UPDATE event_log SET warehouse_id = exports.warehouse_id FROM exports
    WHERE event_log.warehouse_id IS NULL AND exports.account_id = event_log.account_id
      AND exports.mode = event_log.mode AND exports.export_id = event_log.stream_id AND exports.revision = 1;

-- For events of the previous release, which does not know the column while both run. It saves the export first.
CREATE FUNCTION take_warehouse_of_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.warehouse_id := (
        SELECT warehouse_id FROM exports
        WHERE account_id = NEW.account_id AND mode = NEW.mode AND export_id = NEW.stream_id
    );
    RETURN NEW;
END $$;
CREATE TRIGGER take_warehouse BEFORE INSERT ON event_log
    FOR EACH ROW WHEN (NEW.warehouse_id IS NULL) EXECUTE FUNCTION take_warehouse_of_stream();
