-- Webhooks: who is told of events, and what each is still to be told. None of it is emptied by a rebuild of the read
-- model, which would tell everything again.

CREATE TABLE webhook_endpoints (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    endpoint_id text NOT NULL,
    -- That of the key which made it: it is told of that warehouse's exports alone. NULL: of every one.
    warehouse_id text,
    url text NOT NULL,
    -- Types of events; empty: all.
    events text[] NOT NULL,
    description text NOT NULL,
    status text NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'disabled')),
    disabled_reason text NOT NULL DEFAULT '',
    -- The secret itself is nowhere: it is derived from the installation's secret and this number.
    secret_version integer NOT NULL DEFAULT 1,
    previous_secret_until timestamptz,
    failing_since timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mode, endpoint_id)
);

-- One lane an endpoint and export: its deliveries leave one after the other, in the order of the events.
CREATE TABLE webhook_lanes (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    endpoint_id text NOT NULL,
    export_id text NOT NULL,
    -- When its next attempt is due; NULL: nothing waits.
    due_at timestamptz,
    -- A worker has it until then.
    lease_until timestamptz,
    PRIMARY KEY (account_id, mode, endpoint_id, export_id),
    FOREIGN KEY (account_id, mode, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
);
CREATE INDEX webhook_lanes_due ON webhook_lanes (account_id, mode, endpoint_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE webhook_deliveries (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    endpoint_id text NOT NULL,
    event_id text NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    export_id text NOT NULL,
    event_type text NOT NULL,
    -- Signed and sent as it is here, at every attempt.
    body text NOT NULL,
    -- held: queued while the endpoint was disabled.
    status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'held')),
    attempts integer NOT NULL DEFAULT 0,
    response_status integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    attempted_at timestamptz,
    delivered_at timestamptz,
    PRIMARY KEY (account_id, mode, endpoint_id, event_id),
    FOREIGN KEY (account_id, mode, endpoint_id) REFERENCES webhook_endpoints ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (account_id, mode, endpoint_id, export_id, position)
    WHERE status = 'pending';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (account_id, mode, endpoint_id, position DESC);
CREATE INDEX webhook_deliveries_created_at ON webhook_deliveries (created_at);

ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_endpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON webhook_endpoints USING (entrygo_in_scope(account_id, mode, warehouse_id));
-- They are reached through their endpoint alone, whose row says which warehouse's keys see it.
ALTER TABLE webhook_lanes ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_lanes FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON webhook_lanes USING (entrygo_in_scope(account_id, mode));
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON webhook_deliveries USING (entrygo_in_scope(account_id, mode));
