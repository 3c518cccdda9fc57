-- As for the keys; by itself, so that two tables are never locked at once.
ALTER POLICY in_scope ON event_log
    WITH CHECK (entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test') AND sequence > 0);
ALTER TABLE event_log
    DROP CONSTRAINT IF EXISTS event_log_mode_check,
    DROP CONSTRAINT IF EXISTS event_log_sequence_check;
