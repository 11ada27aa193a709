-- The lists of the pages of orders, and what somebody has begun to write.

-- The orders that this person may see, in the columns of a list.
-- owned by: orders
CREATE FUNCTION listed(p_reader text)
RETURNS TABLE (order_id bigint, number text, title text, state text, holder text, held_since timestamptz,
               offered_to text, kind text, category text, region text, urgency text, flags text[],
               opened_at timestamptz, due_at timestamptz, closed_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)), o.state, o.holder, o.held_since,
           o.offered_to, o.kind, o.category, o.region, o.urgency, o.flags, o.opened_at, o.due_at, o.closed_at
      FROM seen_orders(p_reader) o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
$$;
COMMENT ON FUNCTION listed(text) IS 'The planner puts its body in the place of the call: what is asked for outside is looked up by its own index.';

-- owned by: orders
CREATE TABLE drafts (
    who        text NOT NULL,
    subject    text NOT NULL,
    form       text NOT NULL,
    sealed     bytea NOT NULL CHECK (octet_length(sealed) <= 70000),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (who, subject, form)
);
COMMENT ON TABLE drafts IS 'What somebody has begun to write and not sent: nonce || AES-256-GCM under a key that comes out of the house key, bound to its row. Kept for seven days.';
CREATE INDEX drafts_updated_idx ON drafts (updated_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO lianxin_app;
