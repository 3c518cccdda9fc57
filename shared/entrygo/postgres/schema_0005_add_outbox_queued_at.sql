-- Since when an event waits to be published. Those queued before this migration count from it.
ALTER TABLE outbox ADD COLUMN queued_at timestamptz NOT NULL DEFAULT now();
