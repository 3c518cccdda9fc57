-- A warehouse is a record of itself: a key bound to one sees that one alone, and can write no other.
ALTER POLICY in_scope ON warehouses USING (entrygo_in_scope(account_id, mode, id));
