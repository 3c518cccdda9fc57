-- For tables whose rows belong to a warehouse: a key bound to one sees the rows of that one alone.
-- A row whose warehouse is not known (NULL) is seen only by keys of the whole account.
CREATE FUNCTION entrygo_in_scope(row_account text, row_mode text, row_warehouse text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN entrygo_in_scope(row_account, row_mode)
       AND coalesce(coalesce(nullif(current_setting('entrygo.warehouse_id', true), ''), '*')
                    IN ('*', row_warehouse), false);
