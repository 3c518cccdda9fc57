-- What happened, in the order in which it was applied: one list an account and mode. A rebuild of the read model does
-- not empty it, so that a place in it stays a place.

-- The last number given. Whoever appends holds the row until it commits, so numbers become visible in their order.
CREATE TABLE event_feed_heads (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    last_position bigint NOT NULL,
    -- Up to here events are no longer kept.
    forgotten_position bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, mode)
);

CREATE TABLE event_feed (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    position bigint NOT NULL,
    event_id text NOT NULL,
    export_id text NOT NULL,
    -- That of the export; NULL while it is not known.
    warehouse_id text,
    event_type text NOT NULL,
    -- {type, timestamp, data}, as webhooks send it.
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mode, position),
    UNIQUE (account_id, mode, event_id)
);
CREATE INDEX event_feed_export ON event_feed (account_id, mode, export_id, position);
CREATE INDEX event_feed_created_at ON event_feed (created_at);

ALTER TABLE event_feed_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_feed_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON event_feed_heads USING (entrygo_in_scope(account_id, mode));
ALTER TABLE event_feed ENABLE ROW LEVEL SECURITY;
ALTER TABLE event_feed FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON event_feed USING (entrygo_in_scope(account_id, mode, warehouse_id));
