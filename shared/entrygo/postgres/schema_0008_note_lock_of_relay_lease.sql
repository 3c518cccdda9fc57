-- Whether the session of the relay that leads holds the advisory lock as well: only then does a lock that is free say
-- that this relay is gone. One that took the lease of another which was held up, or rested, leads without it.
ALTER TABLE relay_lease ADD COLUMN is_locked boolean NOT NULL DEFAULT true;
