-- Of indexes that look alike to PostgreSQL, as all do while a table is new, it takes the youngest: that of types would
-- serve where the events of one export are looked for, and read all of the account.
CREATE INDEX event_feed_of_export ON event_feed (account_id, mode, export_id, position);
DROP INDEX event_feed_export;
