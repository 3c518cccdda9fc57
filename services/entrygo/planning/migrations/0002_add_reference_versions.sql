-- Reference tables as an operator imported them, each version with all its rows; the newest of a table counts.
-- Public law is the same for every account, so there is no account here.
CREATE TABLE reference_versions (
    version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text COLLATE "C" NOT NULL,
    -- [{"key", "value", "effective_from", "effective_to", "source", "checked_on"}]
    rows jsonb NOT NULL,
    imported_at timestamptz NOT NULL
);
CREATE INDEX reference_versions_newest ON reference_versions (table_name, version DESC);
