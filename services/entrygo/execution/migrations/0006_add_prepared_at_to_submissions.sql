-- When a submission was written, by the database's clock: it orders the ledger and says when to give up, whatever
-- the clock of the process says. `created_at` stays what people read. A release from before fills it by the default.
ALTER TABLE broker_submissions ADD COLUMN prepared_at timestamptz;
-- Across accounts: the owner of the tables is bound by their policies, too.
SET LOCAL entrygo.account_id = '*';
UPDATE broker_submissions SET prepared_at = created_at;
ALTER TABLE broker_submissions
    ALTER COLUMN prepared_at SET DEFAULT clock_timestamp(),
    ALTER COLUMN prepared_at SET NOT NULL;
