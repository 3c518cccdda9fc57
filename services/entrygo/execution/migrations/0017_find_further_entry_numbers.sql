-- The first number of a submission is a column with an index of its own; only those with several are to be looked
-- through. An index on what the numbers contain serves nobody: row security comes before such an operator.
CREATE INDEX broker_submissions_several ON broker_submissions (account_id, mode)
    WHERE jsonb_array_length(jsonb_path_query_array(entry_numbers, '$.*')) > 1;
DROP INDEX broker_submissions_entries;
