-- The kinds of events that the release which applied them did not know, by export: a release that knows one reads such
-- an export anew from its owners. Emptied with the read model.
CREATE TABLE passed_events (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('live', 'test')),
    export_id text NOT NULL,
    event_type text NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mode, export_id, event_type)
);
CREATE INDEX passed_events_type ON passed_events (event_type);

ALTER TABLE passed_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE passed_events FORCE ROW LEVEL SECURITY;
-- Of no warehouse, as dead letters.
CREATE POLICY in_scope ON passed_events USING (entrygo_in_scope(account_id, mode, NULL::text));
