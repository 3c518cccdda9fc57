-- Takes fields out of facts by their paths ("usmca", "manufacturer.mid"); what is not there is no error.
CREATE FUNCTION clear_facts(stored jsonb, paths text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    cleared jsonb := stored;
    path text;
BEGIN
    FOREACH path IN ARRAY paths LOOP
        cleared := cleared #- string_to_array(path, '.');
    END LOOP;
    RETURN cleared;
END $$;
