"""Native partitions of the tables that grow fastest, by the month in which an export was made."""
