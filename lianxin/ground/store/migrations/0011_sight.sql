-- Who sees which order: one rule, asked by every list, page, search, export, push and call of the API.

-- owned by: people
ALTER TABLE staff
    ADD COLUMN unit   text,
    ADD COLUMN units  text[] NOT NULL DEFAULT '{}',
    ADD COLUMN zone   text   NOT NULL DEFAULT '',
    ADD COLUMN region text   NOT NULL DEFAULT '',
    ADD COLUMN skills text[] NOT NULL DEFAULT '{}',
    ADD COLUMN deputy text;
COMMENT ON COLUMN staff.units IS 'The units whose orders this person sees: their own; of a county or township office, every unit of its region.';
COMMENT ON COLUMN staff.deputy IS 'Who stands in for this person now, with all their roles and sight.';
CREATE INDEX staff_deputy_idx ON staff (deputy) WHERE deputy IS NOT NULL;

-- owned by: people
CREATE TABLE staff_names (
    work_number text PRIMARY KEY,
    name        text NOT NULL
);
COMMENT ON TABLE staff_names IS 'How people who act are called; entries carry their numbers only.';

-- owned by: people
CREATE OR REPLACE FUNCTION staff_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO staff (work_number, chain_id, roles, active, successor, unit, units, zone, region, skills, deputy)
    SELECT r.work_number, r.chain, r.roles, r.active, r.successor, r.unit, r.units, r.zone, r.region, r.skills, r.deputy
      FROM jsonb_to_recordset(p_rows) AS r(work_number text, chain bigint, roles text[], active boolean, successor text,
           unit text, units text[], zone text, region text, skills text[], deputy text)
        ON CONFLICT (work_number) DO UPDATE
       SET roles = excluded.roles, active = excluded.active, successor = excluded.successor, unit = excluded.unit,
           units = excluded.units, zone = excluded.zone, region = excluded.region, skills = excluded.skills,
           deputy = excluded.deputy;
    -- Every process that keeps rights in memory reads them again.
    PERFORM pg_notify('rights', '');
END $$;

-- owned by: people
CREATE FUNCTION staff_names_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO staff_names (work_number, name)
    SELECT r.work_number, r.name FROM jsonb_to_recordset(p_rows) AS r(work_number text, name text)
        ON CONFLICT (work_number) DO UPDATE SET name = excluded.name;
    PERFORM pg_notify('rights', '');
END $$;

-- owned by: orders
ALTER TABLE orders
    ADD COLUMN units   text[] NOT NULL DEFAULT '{}',
    ADD COLUMN targets text[] NOT NULL DEFAULT '{}',
    ADD COLUMN actors  text[] NOT NULL DEFAULT '{}',
    ADD COLUMN proposal text;
COMMENT ON COLUMN orders.units IS 'The units that have the order or a part of it.';
COMMENT ON COLUMN orders.targets IS 'The units the citizen reports about; none of their people ever sees it.';
COMMENT ON COLUMN orders.actors IS 'Everybody who holds it, was offered it, follows it or acted on it.';
COMMENT ON COLUMN orders.proposal IS 'What waits for somebody''s decision: extension, suspend, long_run, unreasonable …; null: nothing does.';

UPDATE orders o
   SET proposal = regexp_replace(s.value ->> 'proposal', ':[0-9]+$', ''),
       units = ARRAY(
           SELECT DISTINCT substr(k.holder, 6)
             FROM (SELECT 'unit:' || (s.value ->> 'unit')
                   UNION SELECT p.value ->> 'to' FROM jsonb_each(coalesce(s.value -> 'parts', '{}')) p) k(holder)
            WHERE k.holder LIKE 'unit:%' ORDER BY 1),
       actors = ARRAY(
           SELECT DISTINCT k.key
             FROM (SELECT jsonb_array_elements_text(coalesce(s.value -> a.name, '[]'))
                     FROM unnest(ARRAY['agents', 'reviewers', 'dispatchers', 'callers', 'first_callers']) a(name)
                   UNION SELECT unnest(ARRAY[o.holder, o.offered_to, o.tracker])) k(key)
            WHERE k.key LIKE 'staff:%' OR k.key LIKE 'unit:%:%' ORDER BY 1)
  FROM (SELECT c.chain_id, convert_from(c.snapshot, 'UTF8')::jsonb AS value
          FROM chains c WHERE c.chain_id BETWEEN 1000000000000000 AND 1999999999999999) s
 WHERE s.chain_id = o.order_id;

CREATE INDEX orders_open_units_idx ON orders USING gin (units) WHERE closed_at IS NULL;
CREATE INDEX orders_open_unit_idx ON orders (unit, due_at, order_id) WHERE closed_at IS NULL;
CREATE INDEX orders_open_tracker_idx ON orders (tracker, next_at, order_id) WHERE closed_at IS NULL;
CREATE INDEX orders_open_offered_idx ON orders (offered_to, due_at, order_id) WHERE closed_at IS NULL AND offered_to IS NOT NULL;
CREATE INDEX orders_open_proposal_idx ON orders (proposal, due_at, order_id) WHERE closed_at IS NULL AND proposal IS NOT NULL;
CREATE INDEX orders_open_state_idx ON orders (state, due_at, order_id) WHERE closed_at IS NULL;

-- owned by: orders
CREATE OR REPLACE FUNCTION orders_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orders (order_id, number, state, holder, held_since, offered_to, tracker, unit, kind, category, region,
                        urgency, flags, contact_id, parent_id, pack, opened_at, due_at, next_at, closed_at, archived_at,
                        person_id, units, targets, actors, proposal)
    SELECT r.id, r.number, r.state, r.holder, to_timestamp(r.held / 1000.0), r.offered, r.tracker, r.unit, r.kind,
           r.category, r.region, r.urgency, r.flags, r.contact, r.parent, r.pack, to_timestamp(r.opened / 1000.0),
           to_timestamp(r.due / 1000.0), to_timestamp(r.next / 1000.0), to_timestamp(r.closed / 1000.0),
           to_timestamp(r.archived / 1000.0), r.person, coalesce(r.units, '{}'), coalesce(r.targets, '{}'),
           coalesce(r.actors, '{}'), r.proposal
      FROM jsonb_to_recordset(p_rows) AS r(id bigint, number text, state text, holder text, held bigint, offered text,
           tracker text, unit text, kind text, category text, region text, urgency text, flags text[], contact bigint,
           parent bigint, pack text, opened bigint, due bigint, next bigint, closed bigint, archived bigint,
           person uuid, units text[], targets text[], actors text[], proposal text)
        ON CONFLICT (order_id) DO UPDATE
       SET state = excluded.state, holder = excluded.holder, held_since = excluded.held_since,
           offered_to = excluded.offered_to, tracker = excluded.tracker, unit = excluded.unit, kind = excluded.kind,
           category = excluded.category, region = excluded.region, urgency = excluded.urgency, flags = excluded.flags,
           parent_id = excluded.parent_id, pack = excluded.pack, due_at = excluded.due_at, next_at = excluded.next_at,
           closed_at = excluded.closed_at, archived_at = excluded.archived_at, person_id = excluded.person_id,
           units = excluded.units, targets = excluded.targets, actors = excluded.actors, proposal = excluded.proposal;
END $$;

-- owned by: people
CREATE TABLE sights (
    role     text PRIMARY KEY,
    plain    boolean NOT NULL,
    calls    boolean NOT NULL,
    secret   text[]  NOT NULL,
    always   boolean NOT NULL,
    released boolean NOT NULL
);
COMMENT ON TABLE sights IS 'What a role lets one see, beyond what one has in hand oneself: plain: every order that is not confidential; calls: contacts; secret: confidential orders in these states; always: in every state; released: what was released to the media column.';

INSERT INTO sights (role, plain, calls, secret, always, released) VALUES
    ('agent',              true,  true,  '{received}',                                        false, false),
    ('seat_enterprise',    true,  true,  '{received}',                                        false, false),
    ('seat_dialect',       true,  true,  '{received}',                                        false, false),
    ('expert',             true,  true,  '{}',                                                false, false),
    ('shift_lead',         true,  true,  '{received,submitted}',                              false, false),
    ('reviewer',           true,  true,  '{submitted,sent_back,replied,followup_due,completed,withdrawn}', false, false),
    ('dispatcher',         true,  true,  '{approved,transferred}',                            false, false),
    ('objection_reviewer', true,  true,  '{send_back_review,objection_review,joint_meeting}', false, false),
    ('followup_caller',    true,  true,  '{followup_due,followup_failed}',                    false, false),
    ('qa',                 true,  true,  '{}',                                                false, false),
    ('qa_appeal',          true,  true,  '{}',                                                false, false),
    ('supervisor',         true,  true,  '{}',                                                true,  false),
    ('duty_manager',       true,  true,  '{}',                                                true,  false),
    ('analyst',            true,  false, '{}',                                                false, false),
    ('leader',             true,  false, '{}',                                                false, false),
    ('media_editor',       false, false, '{}',                                                false, true);

-- Who asks, with everybody they stand in for. One row always; somebody unknown or gone has nothing.
-- own: the units they belong to; units: those whose orders they see.
CREATE FUNCTION reader_of(p_reader text)
RETURNS TABLE (keys text[], own text[], units text[], plain boolean, calls boolean, secret text[], always boolean,
               released boolean)
LANGUAGE sql STABLE AS $$
    WITH acting AS MATERIALIZED (
        SELECT * FROM staff s WHERE s.active AND (s.work_number = p_reader OR s.deputy = p_reader)
                                AND EXISTS (SELECT FROM staff me WHERE me.work_number = p_reader AND me.active)
    ), seeing AS MATERIALIZED (
        SELECT g.* FROM sights g WHERE g.role IN (SELECT unnest(a.roles) FROM acting a)
    )
    SELECT ARRAY(SELECT CASE WHEN a.unit IS NULL THEN 'staff:' ELSE 'unit:' END || a.work_number FROM acting a),
           ARRAY(SELECT a.unit FROM acting a WHERE a.unit IS NOT NULL),
           ARRAY(SELECT DISTINCT unnest(a.units) FROM acting a),
           coalesce((SELECT bool_or(s.plain) FROM seeing s), false),
           coalesce((SELECT bool_or(s.calls) FROM seeing s), false),
           ARRAY(SELECT DISTINCT unnest(s.secret) FROM seeing s),
           coalesce((SELECT bool_or(s.always) FROM seeing s), false),
           coalesce((SELECT bool_or(s.released) FROM seeing s), false)
$$;
COMMENT ON FUNCTION reader_of(text) IS 'Read from the roll at every question: who lost a role sees nothing by it from that moment on.';

-- The orders that this person may see. A unit that is reported about never does, whatever else it has to do with it.
CREATE FUNCTION seen_orders(p_reader text) RETURNS SETOF orders LANGUAGE sql STABLE AS $$
    SELECT o.*
      FROM orders o, reader_of(p_reader) r
     WHERE NOT o.targets && r.own
       AND (CASE WHEN 'confidential' = ANY (o.flags) THEN r.always OR o.state = ANY (r.secret)
                 ELSE r.plain OR (r.released AND 'media' = ANY (o.flags)) END -- first: it costs half of the other two
            OR o.actors && r.keys
            OR o.units && r.units)
$$;

-- The contacts that this person may see: their own; for those who work with calls all but the ones of an order
-- that is kept from them.
CREATE FUNCTION seen_contacts(p_reader text) RETURNS SETOF contacts LANGUAGE sql STABLE AS $$
    SELECT c.*
      FROM contacts c, reader_of(p_reader) r
     WHERE c.agent = ANY (r.keys)
        OR c.holder = ANY (r.keys)
        OR (r.calls AND NOT EXISTS (
                SELECT FROM orders o
                 WHERE o.contact_id = c.contact_id AND 'confidential' = ANY (o.flags)
                   AND NOT (r.always OR o.state = ANY (r.secret) OR o.actors && r.keys)))
$$;

GRANT SELECT, INSERT, UPDATE ON staff_names TO lianxin_app;
GRANT SELECT ON sights TO lianxin_app;
