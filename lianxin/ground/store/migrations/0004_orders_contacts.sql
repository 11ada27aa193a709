-- Contacts, orders, their texts and the people behind them.

-- owned by: contacts
CREATE TABLE contacts (
    contact_id  bigint PRIMARY KEY,
    channel     text NOT NULL,
    line        text NOT NULL,
    arrived_at  timestamptz NOT NULL,
    stage       text NOT NULL,
    disposition text NOT NULL,
    holder      text,
    limit_at    timestamptz,
    agent       text,
    person_id   uuid
);
COMMENT ON TABLE contacts IS 'One arrival on any channel; disposition `pending` until it has ended, then holder and limit_at are null.';
CREATE INDEX contacts_pending_idx ON contacts (limit_at) WHERE disposition = 'pending';
CREATE INDEX contacts_arrived_idx ON contacts (arrived_at);
CREATE INDEX contacts_person_idx ON contacts (person_id) WHERE person_id IS NOT NULL;

-- owned by: contacts
CREATE FUNCTION contacts_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contacts
    SELECT r.id, r.channel, r.line, to_timestamp(r.arrived / 1000.0), r.stage, r.disposition, r.holder,
           to_timestamp(r."limit" / 1000.0), r.agent, r.person
      FROM jsonb_to_recordset(p_rows) AS r(id bigint, channel text, line text, arrived bigint, stage text,
           disposition text, holder text, "limit" bigint, agent text, person uuid)
        ON CONFLICT (contact_id) DO UPDATE
       SET stage = excluded.stage, disposition = excluded.disposition, holder = excluded.holder,
           limit_at = excluded.limit_at, agent = excluded.agent, person_id = excluded.person_id;
END $$;

-- owned by: orders
CREATE TABLE orders (
    order_id    bigint PRIMARY KEY,
    number      text NOT NULL UNIQUE,
    state       text NOT NULL,
    holder      text,
    held_since  timestamptz,
    offered_to  text,
    tracker     text,
    unit        text,
    kind        text NOT NULL,
    category    text NOT NULL,
    region      text NOT NULL,
    urgency     text NOT NULL,
    flags       text[] NOT NULL DEFAULT '{}',
    contact_id  bigint NOT NULL,
    parent_id   bigint,
    pack        text NOT NULL,
    opened_at   timestamptz NOT NULL,
    due_at      timestamptz,
    next_at     timestamptz,
    closed_at   timestamptz,
    archived_at timestamptz,
    person_id   uuid
);
COMMENT ON TABLE orders IS 'The order as its entries make it, in columns for lists; the whole value is the snapshot of its chain.';
CREATE INDEX orders_open_holder_idx ON orders (holder, due_at, order_id) WHERE closed_at IS NULL;
CREATE INDEX orders_open_due_idx ON orders (due_at, order_id) WHERE closed_at IS NULL;
CREATE INDEX orders_opened_idx ON orders (opened_at, order_id);
CREATE INDEX orders_closed_idx ON orders (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX orders_contact_idx ON orders (contact_id);
CREATE INDEX orders_person_idx ON orders (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX orders_parent_idx ON orders (parent_id) WHERE parent_id IS NOT NULL;

-- owned by: orders
CREATE FUNCTION orders_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orders
    SELECT r.id, r.number, r.state, r.holder, to_timestamp(r.held / 1000.0), r.offered, r.tracker, r.unit, r.kind,
           r.category, r.region, r.urgency, r.flags, r.contact, r.parent, r.pack, to_timestamp(r.opened / 1000.0),
           to_timestamp(r.due / 1000.0), to_timestamp(r.next / 1000.0), to_timestamp(r.closed / 1000.0),
           to_timestamp(r.archived / 1000.0), r.person
      FROM jsonb_to_recordset(p_rows) AS r(id bigint, number text, state text, holder text, held bigint, offered text,
           tracker text, unit text, kind text, category text, region text, urgency text, flags text[], contact bigint,
           parent bigint, pack text, opened bigint, due bigint, next bigint, closed bigint, archived bigint,
           person uuid)
        ON CONFLICT (order_id) DO UPDATE
       SET state = excluded.state, holder = excluded.holder, held_since = excluded.held_since,
           offered_to = excluded.offered_to, tracker = excluded.tracker, unit = excluded.unit, kind = excluded.kind,
           category = excluded.category, region = excluded.region, urgency = excluded.urgency, flags = excluded.flags,
           parent_id = excluded.parent_id, pack = excluded.pack, due_at = excluded.due_at, next_at = excluded.next_at,
           closed_at = excluded.closed_at, archived_at = excluded.archived_at, person_id = excluded.person_id;
END $$;

-- owned by: orders
CREATE TABLE order_events (
    order_id bigint NOT NULL,
    seq      integer NOT NULL,
    at       timestamptz NOT NULL,
    what     text NOT NULL CHECK (what IN ('opened', 'closed')),
    PRIMARY KEY (order_id, seq)
);
COMMENT ON TABLE order_events IS 'The books of a day count events: a reopened order opens again. The audit counts the entries themselves.';
CREATE INDEX order_events_at_idx ON order_events (at, what);

-- owned by: orders
CREATE FUNCTION order_events_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO order_events
    SELECT r."order", r.seq, to_timestamp(r.at / 1000.0), r.what
      FROM jsonb_to_recordset(p_rows) AS r("order" bigint, seq integer, at bigint, what text);
END $$;

-- owned by: orders
CREATE TABLE texts (
    order_id bigint NOT NULL,
    n        integer NOT NULL CHECK (n >= 1),
    at       timestamptz NOT NULL,
    title    text NOT NULL,
    text     text NOT NULL,
    salt     bytea,
    grams    integer[] NOT NULL,
    PRIMARY KEY (order_id, n)
);
COMMENT ON TABLE texts IS 'The citizen''s words and what was added. The entry holds SHA-256(salt || title || 0x0a || text); erasure blanks text, grams and salt.';
CREATE INDEX texts_grams_idx ON texts USING gin (grams);

-- owned by: orders
CREATE FUNCTION texts_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO texts
    SELECT r."order", r.n, to_timestamp(r.at / 1000.0), r.title, r.text, decode(r.salt, 'hex'), r.grams
      FROM jsonb_to_recordset(p_rows) AS r("order" bigint, n integer, at bigint, title text, text text, salt text, grams integer[])
        ON CONFLICT (order_id, n) DO UPDATE
       SET title = excluded.title, text = excluded.text, salt = excluded.salt, grams = excluded.grams;
END $$;

-- owned by: people
CREATE TABLE persons (
    person_id   uuid PRIMARY KEY,
    wrapped_key bytea,
    fields      bytea,
    salts       bytea,
    erased_at   timestamptz
);
COMMENT ON TABLE persons IS 'A citizen''s name, numbers, address, identity, encrypted under a data key of their own (wrapped by the house key); erasure destroys the key.';

-- owned by: people
CREATE TABLE person_numbers (
    whole     bytea NOT NULL,
    last_four bytea NOT NULL,
    person_id uuid NOT NULL REFERENCES persons,
    PRIMARY KEY (person_id, whole)
);
COMMENT ON TABLE person_numbers IS 'Keyed hashes of telephone numbers, for search by whole number and by the last four digits.';
CREATE INDEX person_numbers_whole_idx ON person_numbers (whole);
CREATE INDEX person_numbers_last_four_idx ON person_numbers (last_four);

-- owned by: people
CREATE FUNCTION persons_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO persons
    SELECT r.id, decode(r.key, 'base64'), decode(r.fields, 'base64'), decode(r.salts, 'base64'), to_timestamp(r.erased / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, key text, fields text, salts text, erased bigint)
        ON CONFLICT (person_id) DO UPDATE
       SET wrapped_key = excluded.wrapped_key, fields = excluded.fields, salts = excluded.salts, erased_at = excluded.erased_at;
    DELETE FROM person_numbers n USING jsonb_to_recordset(p_rows) AS r(id uuid, erased bigint)
     WHERE n.person_id = r.id AND r.erased IS NOT NULL;
END $$;

-- owned by: people
CREATE FUNCTION person_numbers_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO person_numbers
    SELECT decode(r.whole, 'hex'), decode(r.last_four, 'hex'), r.person
      FROM jsonb_to_recordset(p_rows) AS r(whole text, last_four text, person uuid)
        ON CONFLICT DO NOTHING;
END $$;

-- owned by: people
CREATE TABLE staff (
    work_number text PRIMARY KEY,
    chain_id    bigint NOT NULL UNIQUE,
    roles       text[] NOT NULL,
    active      boolean NOT NULL,
    successor   text
);
COMMENT ON TABLE staff IS 'Who may hold orders in person; each has a chain of their own.';

-- owned by: people
CREATE FUNCTION staff_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO staff
    SELECT r.work_number, r.chain, r.roles, r.active, r.successor
      FROM jsonb_to_recordset(p_rows) AS r(work_number text, chain bigint, roles text[], active boolean, successor text)
        ON CONFLICT (work_number) DO UPDATE
       SET roles = excluded.roles, active = excluded.active, successor = excluded.successor;
    -- Every process that keeps rights in memory reads them again.
    PERFORM pg_notify('rights', '');
END $$;

-- owned by: rules
CREATE TABLE packs (
    ref      text PRIMARY KEY,
    chain_id bigint NOT NULL,
    body     text NOT NULL
);
COMMENT ON TABLE packs IS 'Rule packs as adopted, word for word; an order names the one it was accepted under.';

-- owned by: rules
CREATE FUNCTION packs_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO packs SELECT r.ref, r.chain, r.body
      FROM jsonb_to_recordset(p_rows) AS r(ref text, chain bigint, body text)
        ON CONFLICT (ref) DO NOTHING;
    PERFORM pg_notify('rules', '');
END $$;

GRANT SELECT, INSERT, UPDATE ON contacts, orders, texts, persons, staff TO lianxin_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON person_numbers TO lianxin_app;
GRANT SELECT, INSERT ON packs, order_events TO lianxin_app;
