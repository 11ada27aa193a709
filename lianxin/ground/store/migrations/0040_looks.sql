-- Who saw which order: the access log. It is written in one way only, and checkpoints seal it.

-- owned by: privacy
CREATE TABLE looks (
    look_id    bigint PRIMARY KEY,
    at         timestamptz NOT NULL,
    who        text NOT NULL,
    subject_id bigint,
    what       text NOT NULL CHECK (what IN ('page', 'list', 'search', 'reveal', 'export', 'attachment', 'api', 'backup')),
    about      text NOT NULL,
    session    bytea NOT NULL CHECK (octet_length(session) = 16),
    address    bytea NOT NULL CHECK (octet_length(address) = 16),
    once       uuid NOT NULL UNIQUE
);
COMMENT ON TABLE looks IS 'Who (work number) was shown what of which order or contact. look_id counts without a gap, in the order in which looks became visible. session, address: keyed hashes, zeros where there was none. once: the same look told twice is one.';
CREATE INDEX looks_subject_idx ON looks (subject_id, look_id) WHERE subject_id IS NOT NULL;
CREATE INDEX looks_who_idx ON looks (who, look_id);
CREATE INDEX looks_at_idx ON looks (at, look_id);

-- owned by: privacy
CREATE TABLE looks_counted (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    last bigint NOT NULL CHECK (last >= 0)
);
COMMENT ON TABLE looks_counted IS 'The last number given to a look; whoever writes looks holds this row until the end of the transaction.';
INSERT INTO looks_counted (last) VALUES (0);

-- Writes looks and returns how many of them were new. The application may write them in no other way, so that numbers
-- stay without a gap: one writer at a time, and each sees what the one before wrote.
-- owned by: privacy
CREATE FUNCTION looks_write(p_rows jsonb) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    v_last bigint;
    v_new  integer;
BEGIN
    UPDATE looks_counted SET last = last RETURNING last INTO v_last;
    INSERT INTO looks (look_id, at, who, subject_id, what, about, session, address, once)
    SELECT v_last + row_number() OVER (ORDER BY r.n), to_timestamp(r.at / 1000.0), r.who, r.subject, r.what, r.about,
           decode(r.session, 'hex'), decode(r.address, 'hex'), r.once
      FROM (SELECT DISTINCT ON (o.once) o.*
              FROM ROWS FROM (jsonb_to_recordset(p_rows) AS (at bigint, who text, subject bigint, what text, about text,
                              session text, address text, once uuid)) WITH ORDINALITY
                   AS o(at, who, subject, what, about, session, address, once, n)
             ORDER BY o.once, o.n) r
     WHERE NOT EXISTS (SELECT FROM looks l WHERE l.once = r.once);
    GET DIAGNOSTICS v_new = ROW_COUNT;
    UPDATE looks_counted SET last = v_last + v_new;
    RETURN v_new;
END $$;

-- owned by: privacy
CREATE FUNCTION looks_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log is append-only: % on % is not possible', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LX003';
END $$;
CREATE TRIGGER looks_append_only BEFORE UPDATE OR TRUNCATE ON looks
    FOR EACH STATEMENT EXECUTE FUNCTION looks_refuse_change();

-- What is younger than the law asks for (网络安全法 article 21: six months) cannot be deleted by anybody's rule.
-- owned by: privacy
CREATE FUNCTION looks_refuse_early_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at > now() - interval '6 months' THEN
        RAISE EXCEPTION 'the access log is kept for six months at least' USING ERRCODE = 'LX003';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER looks_kept_long_enough BEFORE DELETE ON looks
    FOR EACH ROW EXECUTE FUNCTION looks_refuse_early_end();

REVOKE ALL ON FUNCTION looks_write(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looks_write(jsonb) TO lianxin_app;
GRANT SELECT ON looks TO lianxin_app;
