-- Of millions of events those of a type may be few, and of the deliveries those that failed.
CREATE INDEX event_feed_type ON event_feed (account_id, mode, event_type, position);
CREATE INDEX webhook_deliveries_undelivered ON webhook_deliveries (account_id, mode, endpoint_id, position)
    WHERE status IN ('failed', 'held');
