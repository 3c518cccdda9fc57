-- Whom a submission is for, so that sending again finds the broker's record. Empty in rows from before.
ALTER TABLE broker_submissions ADD COLUMN broker_id text NOT NULL DEFAULT '';
