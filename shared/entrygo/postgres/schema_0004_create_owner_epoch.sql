-- Which life of this database it is. A copy put back from a backup begins another: what was published after the backup
-- was taken is then known for what it is, the history of a database that is no more. Whoever restores renews it by
-- UPDATE owner_epoch SET epoch = gen_random_uuid(), since = clock_timestamp().
CREATE TABLE owner_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch uuid NOT NULL DEFAULT gen_random_uuid(),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO owner_epoch DEFAULT VALUES;
