-- A key bound to a warehouse sees the exports of that warehouse alone, and none whose warehouse is not known yet.
ALTER POLICY in_scope ON exports USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON timeline USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON customs_packages USING (entrygo_in_scope(account_id, mode, warehouse_id));
-- Of no warehouse: what could not be read is for an operator.
ALTER POLICY in_scope ON dead_letters USING (entrygo_in_scope(account_id, mode, NULL::text));
