-- ANALYZE is for the owner of a table. The service's login asks for it before it looks up thousands of names
-- in tables that PostgreSQL has not looked at, or that have doubled since: it takes whichever index is the
-- smallest for the best there. The keys alone, which takes a tenth of the time of the whole rows; autovacuum
-- still comes for those. Whoever finds a table locked for long goes on without.
CREATE FUNCTION analyze_grown_tables() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
    grown regclass;
BEGIN
    FOR grown IN
        SELECT oid FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname IN ('orders', 'products')
            AND pg_relation_size(oid) > 2 * relpages::bigint * current_setting('block_size')::int
    LOOP
        EXECUTE format('ANALYZE %s (account_id, mode, id, external_id)', grown);
    END LOOP;
EXCEPTION WHEN lock_not_available THEN
    NULL;
END
$$;
