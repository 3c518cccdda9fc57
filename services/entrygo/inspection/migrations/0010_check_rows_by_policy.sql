-- As in the tables that every schema has, of those that a batch of events writes.
ALTER POLICY in_scope ON exports WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test') AND state IN (
        '', 'BATCHED', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED', 'WITHDRAWN', 'SUPERSEDED'));
ALTER TABLE exports
    DROP CONSTRAINT IF EXISTS exports_mode_check,
    DROP CONSTRAINT IF EXISTS exports_state_check;
ALTER POLICY in_scope ON timeline WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test'));
ALTER TABLE timeline DROP CONSTRAINT IF EXISTS timeline_mode_check;
ALTER POLICY in_scope ON customs_packages WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test'));
ALTER TABLE customs_packages DROP CONSTRAINT IF EXISTS customs_packages_mode_check;
ALTER POLICY in_scope ON event_feed WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test'));
ALTER TABLE event_feed DROP CONSTRAINT IF EXISTS event_feed_mode_check;
ALTER POLICY in_scope ON event_feed_heads WITH CHECK (
    entrygo_in_scope(account_id, mode) AND mode IN ('live', 'test'));
ALTER TABLE event_feed_heads DROP CONSTRAINT IF EXISTS event_feed_heads_mode_check;
