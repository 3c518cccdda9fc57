-- A key bound to a warehouse sees, and writes, the rows of that warehouse alone.
ALTER POLICY in_scope ON exports USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON plans USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON export_orders USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON order_claims USING (entrygo_in_scope(account_id, mode, warehouse_id));
ALTER POLICY in_scope ON export_approvals USING (entrygo_in_scope(account_id, mode, warehouse_id));
