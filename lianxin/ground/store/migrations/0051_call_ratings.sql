-- What callers answered to the question how a direct answer was (一次一评); and what was written, as its reader sees it.

-- owned by: channels
CREATE TABLE call_ratings (
    contact_id bigint PRIMARY KEY,
    by_contact bigint      NOT NULL UNIQUE,
    at         timestamptz NOT NULL,
    score      integer     NOT NULL CHECK (score BETWEEN 1 AND 5)
);
COMMENT ON TABLE call_ratings IS 'contact_id: the call that was answered directly; by_contact: the text message that rates it, whose chain holds the score; score: 1 very satisfied to 5 very dissatisfied. The first answer counts.';

-- owned by: channels
CREATE FUNCTION call_ratings_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO call_ratings (contact_id, by_contact, at, score)
    SELECT r.contact, r.by_contact, to_timestamp(r.at / 1000.0), r.score
      FROM jsonb_to_recordset(p_rows) AS r(contact bigint, by_contact bigint, at bigint, score integer)
        ON CONFLICT DO NOTHING;
END $$;

GRANT SELECT, INSERT ON call_ratings TO lianxin_app;

-- The messages whose contacts this person may see, with what opens them. The person's columns are null where the writer
-- is kept apart from the others.
CREATE FUNCTION seen_messages(p_reader text)
RETURNS TABLE (contact_id bigint, channel text, received_at timestamptz, sealed bytea, left_out bytea, silent text,
               order_id bigint, bound_by text, suggested bigint[], stage text, disposition text, holder text, agent text,
               limit_at timestamptz, person_id uuid, wrapped_key bytea, fields bytea, salts bytea,
               erased_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT m.contact_id, m.channel, m.received_at, m.sealed, m.left_out, m.silent, m.order_id, m.bound_by, m.suggested,
           c.stage, c.disposition, c.holder, c.agent, c.limit_at,
           m.person_id, p.wrapped_key, p.fields, p.salts, p.erased_at
      FROM seen_contacts(p_reader) c
      JOIN messages_in m USING (contact_id)
      LEFT JOIN persons p ON p.person_id = m.person_id
$$;
