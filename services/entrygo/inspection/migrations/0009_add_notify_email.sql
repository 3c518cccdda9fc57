-- Who gets a mail when the endpoint is disabled, and the mail that is owed for it until execution has taken it over:
-- its id, that of the event which says the same, and when it is handed over next.
ALTER TABLE webhook_endpoints
    ADD COLUMN notify_email text NOT NULL DEFAULT '',
    ADD COLUMN notice_id text,
    ADD COLUMN notice_due_at timestamptz;
CREATE INDEX webhook_endpoints_notice ON webhook_endpoints (notice_due_at) WHERE notice_due_at IS NOT NULL;
