-- The warehouse whose export an event is about: a key bound to another one does not read it. NULL for what is about
-- no warehouse, or was recorded before this column; that is read by keys of the whole account alone.
ALTER TABLE event_log ADD COLUMN warehouse_id text;
ALTER POLICY in_scope ON event_log USING (entrygo_in_scope(account_id, mode, warehouse_id));
