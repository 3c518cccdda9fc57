-- For one statement that writes in several places, or in none: true where it is done; else it fails with an error code of
-- our own, which undoes all that it has written by then.
CREATE FUNCTION entrygo_or_nothing(is_done boolean) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF is_done THEN
        RETURN true;
    END IF;
    RAISE EXCEPTION 'nothing of this statement is in force' USING ERRCODE = 'UN001';
END $$;
