-- The number of each entry that its broker gave: {"1": "ABC-1234567-6"}; entry_number stays the first of them.
-- entry: the one that a submission is of, where each goes in one of its own; null is the whole package.
ALTER TABLE broker_submissions
    ADD COLUMN entry_numbers jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN entry integer CHECK (entry > 0);

-- A package is found by the number of any of its entries.
CREATE INDEX broker_submissions_entries ON broker_submissions USING gin (jsonb_path_query_array(entry_numbers, '$.*'))
    WHERE entry_number IS NOT NULL;
