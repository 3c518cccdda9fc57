-- The W3C trace context of the request that an event is of, sent on with its record. NULL where nothing is traced, and for
-- what the previous release queues while both run.
ALTER TABLE outbox ADD COLUMN traceparent text;
