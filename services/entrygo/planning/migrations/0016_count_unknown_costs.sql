-- Entries of an executed export whose duty could not be estimated: the year of its importer is not known whole.
-- 0 in rows from before. A plan has them beside its costs: {"entryDate", "costs", "unknown": {number: entries}}.
ALTER TABLE importer_costs ADD COLUMN unknown_entries integer NOT NULL DEFAULT 0;
