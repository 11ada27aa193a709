-- What was erased because its time was over: each sweep leaves a signed line.

-- owned by: retention
CREATE TABLE sweeps (
    sweep_id integer PRIMARY KEY CHECK (sweep_id >= 1),
    at       timestamptz NOT NULL,
    line     text NOT NULL
);
COMMENT ON TABLE sweeps IS 'What was erased by which rule, as signed lines that hang on each other, docs/privacy.md.';
CREATE TRIGGER sweeps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sweeps
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
GRANT SELECT, INSERT ON sweeps TO lianxin_app;

-- Erases looks up to a number, some at a time; how many. The trigger keeps what is younger than the law allows.
-- owned by: privacy
CREATE FUNCTION looks_expire(p_through bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    v_gone integer;
BEGIN
    DELETE FROM looks WHERE look_id IN (
        SELECT l.look_id FROM looks l WHERE l.look_id <= p_through ORDER BY l.look_id LIMIT p_limit);
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    RETURN v_gone;
END $$;
REVOKE ALL ON FUNCTION looks_expire(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looks_expire(bigint, integer) TO lianxin_app;
GRANT SELECT ON looks_counted TO lianxin_app;
