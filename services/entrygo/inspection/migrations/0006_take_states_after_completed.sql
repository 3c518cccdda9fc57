-- The states of entrygo.domain.lifecycle, with those that follow COMPLETED. Not validated: every row there is holds under
-- the narrower check before it.
ALTER TABLE exports
    DROP CONSTRAINT exports_state_check,
    ADD CONSTRAINT exports_state_check CHECK (state IN (
        '', 'BATCHED', 'EXECUTING', 'COMPLETED', 'FAILED', 'CANCELLED', 'WITHDRAWN', 'SUPERSEDED')) NOT VALID;
