-- An executed export can be withdrawn, or followed by another that takes its orders over. The check is not validated:
-- every row there is holds under the narrower one before it.
ALTER TABLE exports
    DROP CONSTRAINT exports_state_check,
    ADD CONSTRAINT exports_state_check CHECK (state IN (
        'BATCHED', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED', 'WITHDRAWN', 'SUPERSEDED')) NOT VALID,
    -- What withdrew it: known again when the same withdrawal comes twice.
    ADD COLUMN withdrawal_id text COLLATE "C",
    -- The export whose place this one takes, and the one that takes, or has taken, this one's.
    ADD COLUMN supersedes text COLLATE "C",
    ADD COLUMN superseded_by text COLLATE "C";
