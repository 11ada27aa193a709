-- Whistle-blowers (举报人) are kept apart from everybody else, under a key of their own; and keys are replaced.
-- The application has no right on these tables. It reaches them through the functions below, each of which asks
-- who wants to know, or gives nothing that opens without the key.

-- owned by: people
CREATE TABLE informants (
    person_id   uuid PRIMARY KEY,
    wrapped_key bytea,
    fields      bytea,
    salts       bytea,
    erased_at   timestamptz
);
COMMENT ON TABLE informants IS 'Who reports a breach, or asked to stay secret: as in `persons`, wrapped by keys/informants.key.';

-- owned by: people
CREATE TABLE informant_numbers (
    whole     bytea NOT NULL,
    person_id uuid NOT NULL REFERENCES informants,
    PRIMARY KEY (person_id, whole)
);
COMMENT ON TABLE informant_numbers IS 'Keyed hashes of whole numbers, under a search key of their own: the ones in person_numbers say nothing here.';
CREATE INDEX informant_numbers_whole_idx ON informant_numbers (whole);

-- Who is written here is nobody among the others any more.
-- owned by: people
CREATE FUNCTION informants_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM person_numbers n USING jsonb_to_recordset(p_rows) AS r(id uuid) WHERE n.person_id = r.id;
    DELETE FROM persons p USING jsonb_to_recordset(p_rows) AS r(id uuid) WHERE p.person_id = r.id;
    INSERT INTO informants (person_id, wrapped_key, fields, salts, erased_at)
    SELECT r.id, decode(r.key, 'base64'), decode(r.fields, 'base64'), decode(r.salts, 'base64'),
           to_timestamp(r.erased / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, key text, fields text, salts text, erased bigint)
        ON CONFLICT (person_id) DO UPDATE
       SET wrapped_key = excluded.wrapped_key, fields = excluded.fields, salts = excluded.salts, erased_at = excluded.erased_at;
    DELETE FROM informant_numbers n USING jsonb_to_recordset(p_rows) AS r(id uuid, erased bigint)
     WHERE n.person_id = r.id AND r.erased IS NOT NULL;
END $$;

-- owned by: people
CREATE FUNCTION informant_numbers_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO informant_numbers (whole, person_id)
    SELECT decode(r.whole, 'hex'), r.person FROM jsonb_to_recordset(p_rows) AS r(whole text, person uuid)
        ON CONFLICT DO NOTHING;
END $$;

-- Whoever is among the informants is not written among the others again.
-- owned by: people
CREATE OR REPLACE FUNCTION persons_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM informants i JOIN jsonb_to_recordset(p_rows) AS r(id uuid) ON r.id = i.person_id) THEN
        RAISE EXCEPTION 'this person is kept apart' USING ERRCODE = 'LX004';
    END IF;
    INSERT INTO persons (person_id, wrapped_key, fields, salts, erased_at)
    SELECT r.id, decode(r.key, 'base64'), decode(r.fields, 'base64'), decode(r.salts, 'base64'),
           to_timestamp(r.erased / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, key text, fields text, salts text, erased bigint)
        ON CONFLICT (person_id) DO UPDATE
       SET wrapped_key = excluded.wrapped_key, fields = excluded.fields, salts = excluded.salts, erased_at = excluded.erased_at;
    DELETE FROM person_numbers n USING jsonb_to_recordset(p_rows) AS r(id uuid, erased bigint)
     WHERE n.person_id = r.id AND r.erased IS NOT NULL;
END $$;

-- May this person learn who is behind this order? A duty manager may; a follow-up caller while the order is with the
-- follow-up; nobody of a unit ever. Who may not even see the order is asked before (seen_orders).
-- owned by: people
CREATE FUNCTION may_open_informant(p_reader text, p_state text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM staff s
         WHERE s.active AND (s.work_number = p_reader OR s.deputy = p_reader)
           AND ('duty_manager' = ANY (s.roles)
                OR ('followup_caller' = ANY (s.roles) AND p_state IN ('followup_due', 'followup_failed'))))
       AND EXISTS (SELECT FROM staff me WHERE me.work_number = p_reader AND me.active AND me.unit IS NULL)
$$;

-- The locked record behind an order, for who may open it. No row: they may not, or nobody is kept.
-- owned by: people
CREATE FUNCTION informant_behind(p_reader text, p_order bigint) RETURNS SETOF informants LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.* FROM seen_orders(p_reader) o JOIN informants i ON i.person_id = o.person_id
     WHERE o.order_id = p_order AND may_open_informant(p_reader, o.state)
$$;

-- The orders of informants with one of these numbers, as far as the reader may open each.
-- owned by: people
CREATE FUNCTION orders_of_informant(p_reader text, p_wholes bytea[]) RETURNS SETOF bigint LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT o.order_id FROM informant_numbers n JOIN seen_orders(p_reader) o ON o.person_id = n.person_id
     WHERE n.whole = ANY (p_wholes) AND may_open_informant(p_reader, o.state)
$$;

-- The locked records of those to whom a message is on its way; of nobody else.
-- owned by: people
CREATE FUNCTION informants_to_tell(p_persons uuid[]) RETURNS SETOF informants LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.* FROM informants i
     WHERE i.person_id = ANY (p_persons)
       AND EXISTS (SELECT FROM outbox m WHERE m.state = 'waiting' AND m.body ->> 'person' = i.person_id::text)
$$;

-- Which of these are kept apart, and which of them are erased; nothing of what is known of them.
-- owned by: people
CREATE FUNCTION informants_known(p_persons uuid[]) RETURNS TABLE (person_id uuid, erased_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.person_id, i.erased_at FROM informants i WHERE i.person_id = ANY (p_persons)
$$;

-- All locked records behind an id, for a new key.
-- owned by: people
CREATE FUNCTION informants_locked(p_after uuid, p_limit integer) RETURNS SETOF informants LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.* FROM informants i
     WHERE i.person_id > p_after AND i.wrapped_key IS NOT NULL ORDER BY i.person_id LIMIT p_limit
$$;

-- Puts newly wrapped keys and newly hashed numbers in the place of the old ones: [{id, was, key, numbers: [{whole, last_four}]}].
-- Whoever changed a record meanwhile is right. Returns how many were replaced.
-- owned by: people
CREATE FUNCTION persons_rewrap(p_rows jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_done uuid[];
BEGIN
    WITH replaced AS (
        UPDATE persons p SET wrapped_key = decode(r.key, 'base64')
          FROM jsonb_to_recordset(p_rows) AS r(id uuid, was text, key text)
         WHERE p.person_id = r.id AND p.wrapped_key = decode(r.was, 'base64')
        RETURNING p.person_id)
    SELECT coalesce(array_agg(person_id), '{}') INTO v_done FROM replaced;
    DELETE FROM person_numbers n WHERE n.person_id = ANY (v_done);
    INSERT INTO person_numbers (whole, last_four, person_id)
    SELECT decode(n.whole, 'hex'), decode(n.last_four, 'hex'), r.id
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, numbers jsonb),
           jsonb_to_recordset(r.numbers) AS n(whole text, last_four text)
     WHERE r.id = ANY (v_done)
        ON CONFLICT DO NOTHING;
    RETURN cardinality(v_done);
END $$;

-- owned by: people
CREATE FUNCTION informants_rewrap(p_rows jsonb) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    v_done uuid[];
BEGIN
    WITH replaced AS (
        UPDATE informants i SET wrapped_key = decode(r.key, 'base64')
          FROM jsonb_to_recordset(p_rows) AS r(id uuid, was text, key text)
         WHERE i.person_id = r.id AND i.wrapped_key = decode(r.was, 'base64')
        RETURNING i.person_id)
    SELECT coalesce(array_agg(person_id), '{}') INTO v_done FROM replaced;
    DELETE FROM informant_numbers n WHERE n.person_id = ANY (v_done);
    INSERT INTO informant_numbers (whole, person_id)
    SELECT decode(n.whole, 'hex'), r.id
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, numbers jsonb), jsonb_to_recordset(r.numbers) AS n(whole text)
     WHERE r.id = ANY (v_done)
        ON CONFLICT DO NOTHING;
    RETURN cardinality(v_done);
END $$;

-- owned by: people
DO $$
DECLARE
    v_function text;
BEGIN
    FOREACH v_function IN ARRAY ARRAY[
        'informants_write(jsonb)', 'informant_numbers_write(jsonb)', 'persons_write(jsonb)',
        'informant_behind(text, bigint)', 'orders_of_informant(text, bytea[])', 'informants_to_tell(uuid[])',
        'informants_known(uuid[])', 'informants_locked(uuid, integer)', 'informants_rewrap(jsonb)']
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO lianxin_app', v_function);
    END LOOP;
END $$;
