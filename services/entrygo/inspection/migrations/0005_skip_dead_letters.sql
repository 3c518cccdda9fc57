-- A person decided that a dead letter is of no consequence, and why; the others degrade the system's health.
ALTER TABLE dead_letters ADD COLUMN skipped_at timestamptz;
ALTER TABLE dead_letters ADD COLUMN skip_reason text;
