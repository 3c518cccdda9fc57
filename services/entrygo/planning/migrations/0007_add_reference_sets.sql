-- The reference rows that plans were decided by, each set of rows once: every plan of a day has the same ones.
-- Public law is the same for every account, so there is no account here. Nothing deletes a set, and nothing
-- has to: there is one of some kilobytes for each import and each change of a period, not one for each plan.
CREATE TABLE reference_sets (
    -- SHA-256 of the rows' JSON, in hex.
    digest text COLLATE "C" PRIMARY KEY,
    -- That JSON, compressed by zlib.
    rows bytea STORAGE EXTERNAL NOT NULL,
    added_at timestamptz NOT NULL
);

-- NULL for a plan whose snapshot has its rows itself, as those of earlier releases have. No foreign key: every
-- plan would lock the same row.
ALTER TABLE plans ADD COLUMN reference_digest text COLLATE "C";
