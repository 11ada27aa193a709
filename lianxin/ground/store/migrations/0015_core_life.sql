-- What leaders wrote on orders, what is told to those who follow them, and the tray in which a citizen asks again.

-- owned by: orders
CREATE TABLE instructions (
    order_id    bigint  NOT NULL,
    n           integer NOT NULL CHECK (n >= 1),
    by          text    NOT NULL,
    at          timestamptz NOT NULL,
    due_at      timestamptz,
    text_n      integer NOT NULL CHECK (text_n >= 1),
    answered_at timestamptz,
    answered_by text,
    answer_n    integer,
    PRIMARY KEY (order_id, n),
    CONSTRAINT instructions_answered CHECK ((answered_at IS NULL) = (answered_by IS NULL)
                                            AND (answered_at IS NULL) = (answer_n IS NULL))
);
COMMENT ON TABLE instructions IS 'Leaders'' instructions (批示); text_n and answer_n are texts of the order. due_at null: the calendar of that year is missing.';
CREATE INDEX instructions_unanswered_idx ON instructions (due_at, order_id) WHERE answered_at IS NULL;
CREATE INDEX instructions_by_idx ON instructions (by, at DESC);

-- p_rows: [{"order", "n", "by", "at", "due", "text_n", "answered", "answered_by", "answer_n"}]; the last word wins.
-- owned by: orders
CREATE FUNCTION instructions_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO instructions
    SELECT r."order", r.n, r.by, to_timestamp(r.at / 1000.0), to_timestamp(r.due / 1000.0), r.text_n,
           to_timestamp(r.answered / 1000.0), r.answered_by, r.answer_n
      FROM jsonb_to_recordset(p_rows) AS r("order" bigint, n integer, by text, at bigint, due bigint, text_n integer,
           answered bigint, answered_by text, answer_n integer)
        ON CONFLICT (order_id, n) DO UPDATE
       SET due_at = excluded.due_at, answered_at = excluded.answered_at, answered_by = excluded.answered_by,
           answer_n = excluded.answer_n;
END $$;

-- owned by: orders
CREATE TABLE news (
    reader   text    NOT NULL,
    order_id bigint  NOT NULL,
    seq      integer NOT NULL,
    kind     text    NOT NULL,
    at       timestamptz NOT NULL,
    seen_at  timestamptz,
    PRIMARY KEY (reader, order_id, seq)
);
COMMENT ON TABLE news IS 'What those who follow an order are told of its entries; reader: the key of a person, `staff:1023`.';
CREATE INDEX news_unseen_idx ON news (reader, at DESC) WHERE seen_at IS NULL;

-- owned by: orders
CREATE FUNCTION news_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO news (reader, order_id, seq, kind, at)
    SELECT r."to", r."order", r.seq, r.kind, to_timestamp(r.at / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r("to" text, "order" bigint, seq integer, kind text, at bigint)
        ON CONFLICT DO NOTHING;
END $$;

GRANT SELECT, INSERT, UPDATE ON instructions TO lianxin_app;
GRANT SELECT, INSERT ON news TO lianxin_app;
GRANT UPDATE (seen_at) ON news TO lianxin_app;

-- A reviewer decides whether a closed order is opened again, also of one that is kept secret.
-- owned by: people
UPDATE sights SET secret = secret || '{reopen_asked}' WHERE role = 'reviewer';

-- A person of the house who has only a part of an order acts on it too.
UPDATE orders o
   SET actors = ARRAY(
           SELECT DISTINCT k.key
             FROM (SELECT unnest(o.actors)
                   UNION SELECT unnest(ARRAY[p.value ->> 'to', p.value ->> 'holder'])
                     FROM jsonb_each(coalesce(s.value -> 'parts', '{}')) p) k(key)
            WHERE k.key LIKE 'staff:%' OR k.key LIKE 'unit:%:%' ORDER BY 1)
  FROM (SELECT c.chain_id, convert_from(c.snapshot, 'UTF8')::jsonb AS value
          FROM chains c WHERE c.chain_id BETWEEN 1000000000000000 AND 1999999999999999) s
 WHERE s.chain_id = o.order_id AND s.value ? 'parts' AND s.value -> 'parts' <> '{}';
