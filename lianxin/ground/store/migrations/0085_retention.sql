-- How what is kept for a time goes when the time is over. What is evidence of what people did here the application may
-- not delete, but only let expire: nothing that is younger than six months (网络安全法 article 21) ever goes.

-- owned by: retention
CREATE TABLE sweep_days (
    day date PRIMARY KEY
);
COMMENT ON TABLE sweep_days IS 'Local days on which the rules were carried out; one worker does it.';
GRANT SELECT, INSERT ON sweep_days TO lianxin_app;

-- owned by: retention
CREATE FUNCTION old_enough(p_before timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT least(p_before, now() - interval '6 months')
$$;

-- owned by: access
CREATE FUNCTION login_attempts_expire(p_before timestamptz, p_limit integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM login_attempts WHERE attempt_id IN (
            SELECT attempt_id FROM login_attempts WHERE at < old_enough(p_before) ORDER BY attempt_id LIMIT p_limit)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- owned by: access
CREATE FUNCTION access_acts_expire(p_before timestamptz, p_limit integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM access_acts WHERE act_id IN (
            SELECT act_id FROM access_acts WHERE at < old_enough(p_before) ORDER BY act_id LIMIT p_limit)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- owned by: privacy
CREATE FUNCTION reveals_expire(p_before timestamptz, p_limit integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    WITH gone AS (
        DELETE FROM reveals WHERE reveal_id IN (
            SELECT reveal_id FROM reveals WHERE at < old_enough(p_before) ORDER BY at LIMIT p_limit)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- The words of letters and of what was written back. Their contacts stay, and so do the texts of an order.
-- owned by: channels
CREATE FUNCTION letters_expire(p_before timestamptz, p_limit integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    WITH old AS (
        SELECT m.contact_id FROM messages_in m
         WHERE m.received_at < old_enough(p_before)
           AND NOT EXISTS (SELECT FROM orders o WHERE o.contact_id = m.contact_id AND o.closed_at IS NULL)
           AND NOT EXISTS (SELECT FROM orders o WHERE o.order_id = m.order_id AND o.closed_at IS NULL)
         ORDER BY m.received_at LIMIT p_limit),
    answers AS (DELETE FROM replies r USING old WHERE r.contact_id = old.contact_id),
    gone AS (DELETE FROM messages_in m USING old WHERE m.contact_id = old.contact_id RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- owned by: retention
DO $$
DECLARE
    v_name text;
BEGIN
    FOREACH v_name IN ARRAY ARRAY['login_attempts', 'access_acts', 'reveals', 'letters'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s_expire(timestamptz, integer) FROM PUBLIC', v_name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s_expire(timestamptz, integer) TO lianxin_app', v_name);
    END LOOP;
END $$;
