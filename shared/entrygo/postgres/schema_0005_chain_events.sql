-- The id of the event: the next of its stream names it, and a reader says by it which history it holds.
-- NULL for what was recorded before this column, or by the previous release while both run.
ALTER TABLE event_log ADD COLUMN event_id text;
