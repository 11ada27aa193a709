-- What callers answered to the question how a direct answer was (一次一评).

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
