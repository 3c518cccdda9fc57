-- A package is found by the number of an entry that its broker gave.
CREATE INDEX broker_submissions_entry ON broker_submissions (account_id, mode, entry_number)
    WHERE entry_number IS NOT NULL;
CREATE INDEX entry_summaries_entry ON entry_summaries (account_id, mode, entry_number);
