-- What the audit reads (it writes nothing), and the figures of each day. Owned here: daily. Every statement runs in one snapshot, and those with `low` and `high`
-- read what the tables hold about the chains in [low, high), in ascending order.

-- name: latest_entry()$
-- The time of the latest entry; null: there is none. `infinity` was put there by hand. Reads all of `entries`.
SELECT max(at) FROM entries WHERE isfinite(at);

-- name: speed()$
-- How fast a demo's time runs, no more than a demo's can; null or no row: as everywhere. Index: site_pkey.
SELECT CASE WHEN jsonb_typeof(value->'speed') = 'number' THEN least((value->>'speed')::numeric, 1000)::float8 END
  FROM site WHERE name = 'clock';

-- name: entry_estimate()$
-- About how many entries there are; -1: never analysed.
SELECT reltuples::bigint FROM pg_class WHERE oid = 'entries'::regclass;

-- name: all_staff()
-- Who may hold in person. Index: staff_pkey.
SELECT work_number, active FROM staff;

-- name: chain_after(low, entries)$
-- The chain in which the so-manieth entry from `low` on lies; no row: there are fewer. Index: entries_pkey.
SELECT chain_id FROM entries WHERE chain_id >= :low ORDER BY chain_id, seq OFFSET :entries LIMIT 1;

-- name: entries_between(low, high)
-- Index: entries_pkey.
SELECT chain_id, seq, at, kind, actor, command_id, hash, body
  FROM entries WHERE chain_id >= :low AND chain_id < :high ORDER BY chain_id, seq;

-- name: entries_since(low, high, checkpoint_id)
-- Only of chains that changed after a checkpoint. Indexes: chains_pkey, checkpoint_leaves_chain_idx, entries_pkey.
SELECT e.chain_id, e.seq, e.at, e.kind, e.actor, e.command_id, e.hash, e.body
  FROM chains c JOIN entries e USING (chain_id)
 WHERE c.chain_id >= :low AND c.chain_id < :high
   AND (c.sealed_seq < c.seq OR EXISTS (
       SELECT FROM checkpoint_leaves l WHERE l.chain_id = c.chain_id AND l.checkpoint_id > :checkpoint_id::integer))
 ORDER BY e.chain_id, e.seq;

-- name: chains_between(low, high)
-- Index: chains_pkey.
SELECT chain_id, seq, head, sealed_seq, snapshot FROM chains WHERE chain_id >= :low AND chain_id < :high;

-- name: leaves_between(low, high)
-- Per chain: how far it is sealed, the first sealed place with another hash, the first without an entry.
-- Indexes: checkpoint_leaves_chain_idx, entries_pkey.
SELECT l.chain_id, max(l.seq), min(l.seq) FILTER (WHERE e.hash <> l.head), min(l.seq) FILTER (WHERE e.hash IS NULL)
  FROM checkpoint_leaves l
  LEFT JOIN (SELECT chain_id, seq, hash FROM entries WHERE chain_id >= :low AND chain_id < :high) e
    ON e.chain_id = l.chain_id AND e.seq = l.seq
 WHERE l.chain_id >= :low AND l.chain_id < :high
 GROUP BY l.chain_id;

-- name: orders_between(low, high)
-- Index: orders_pkey.
SELECT order_id, number, state, holder, held_since, offered_to, tracker, unit, kind, category, region, urgency, flags,
       contact_id, parent_id, pack, opened_at, due_at, next_at, closed_at, archived_at, person_id::text,
       units, targets, actors, proposal
  FROM orders WHERE order_id >= :low AND order_id < :high;

-- name: contacts_between(low, high)
-- Index: contacts_pkey.
SELECT contact_id, channel, line, arrived_at, stage, disposition, holder, limit_at, agent, person_id::text, lying
  FROM contacts WHERE contact_id >= :low AND contact_id < :high;

-- name: custody_between(low, high)
-- Index: custody_pkey.
SELECT subject_id, part, n, holder, since, until
  FROM custody WHERE subject_id >= :low AND subject_id < :high ORDER BY subject_id, part, n;

-- name: promises_between(low, high)
-- Index: promises_pkey.
SELECT subject_id, promise_id, kind, owed_to, made_at, due_at, next_at, state, settled_at
  FROM promises WHERE subject_id >= :low AND subject_id < :high ORDER BY subject_id, promise_id;

-- name: events_between(low, high)
-- Index: order_events_pkey.
SELECT order_id, seq, at, what FROM order_events WHERE order_id >= :low AND order_id < :high ORDER BY order_id, seq;

-- name: instructions_between(low, high)
-- Index: instructions_pkey.
SELECT order_id, n, by, at, due_at, text_n, answered_at, answered_by, answer_n
  FROM instructions WHERE order_id >= :low AND order_id < :high ORDER BY order_id, n;

-- name: timers_between(low, high)
-- Index: timers_pkey.
SELECT subject_id, due_at, attempts FROM timers WHERE subject_id >= :low AND subject_id < :high;

-- name: texts_between(low, high)
-- Index: texts_pkey.
SELECT order_id, n, title, text, salt FROM texts WHERE order_id >= :low AND order_id < :high ORDER BY order_id, n;

-- name: files_between(low, high)
-- Index: attachments_subject_id_n_key.
SELECT subject_id, n, hash, file, media, size, purpose, shown, erased_at
  FROM attachments WHERE subject_id >= :low AND subject_id < :high ORDER BY subject_id, n;

-- name: items_between(low, high)
-- Index: knowledge_items_pkey.
SELECT chain_id, number, state, unit, owner, version, pending, pending_state, writers, confirmed, title, answer,
       category, region, form, public, valid_from::text, valid_to::text, urgent, changed_at, head_grams, grams
  FROM knowledge_items WHERE chain_id >= :low AND chain_id < :high;

-- name: tasks_between(low, high)
-- Index: knowledge_tasks_pkey.
SELECT chain_id, task_id, kind, version, made_at, due_at, urgent, words, by, settled_at
  FROM knowledge_tasks WHERE chain_id >= :low AND chain_id < :high ORDER BY chain_id, task_id;

-- name: staff_between(low, high)
-- Index: staff_chain_id_key.
SELECT work_number, chain_id, roles, active, successor, unit, units, zone, region, skills, deputy
  FROM staff WHERE chain_id >= :low AND chain_id < :high;

-- name: packs_between(low, high)
-- A site has a handful of packs.
SELECT chain_id, ref, body FROM packs WHERE chain_id >= :low AND chain_id < :high ORDER BY chain_id, ref;

-- name: contradicted_receipts(low, high)
-- Receipts that were handed out with a head which the chain does not have there. Indexes: receipts_pkey, entries_pkey.
SELECT r.order_id, r.n, r.seq
  FROM receipts r
  LEFT JOIN (SELECT chain_id, seq, hash FROM entries WHERE chain_id >= :low AND chain_id < :high) e
    ON e.chain_id = r.order_id AND e.seq = r.seq
 WHERE r.order_id >= :low AND r.order_id < :high AND r.seq IS NOT NULL AND e.hash IS DISTINCT FROM r.head;

-- name: known_chains(chain_ids)
-- Which of these chains have begun. Index: chains_pkey.
SELECT chain_id FROM chains WHERE chain_id = ANY(:chain_ids::bigint[]);

-- name: merged_into(chain_ids)
-- Orders that others were merged into, as their chains make them. Index: chains_pkey.
SELECT chain_id, snapshot FROM chains WHERE chain_id = ANY(:chain_ids::bigint[]);

-- name: owed_by(subject_ids)
-- To whom these orders owe or owed an answer, and what became of it. Index: promises_pkey.
SELECT DISTINCT subject_id, owed_to, state FROM promises WHERE subject_id = ANY(:subject_ids::bigint[]);

-- name: checkpoints_from(checkpoint_id, limit_count)
-- Lines of checkpoints behind one, in order. Index: checkpoints_pkey.
SELECT checkpoint_id, at, line
  FROM checkpoints WHERE checkpoint_id > :checkpoint_id::integer ORDER BY checkpoint_id LIMIT :limit_count;

-- name: leaves_of(first_id, last_id)
-- The leaves of checkpoints as they are hashed, docs/ledger.md. Index: checkpoint_leaves_pkey.
SELECT checkpoint_id, int8send(chain_id) || int4send(seq) || head
  FROM checkpoint_leaves
 WHERE checkpoint_id BETWEEN :first_id AND :last_id
 ORDER BY checkpoint_id, chain_id;

-- name: leaf_of_nothing()$
-- A checkpoint beyond the last that leaves claim to belong to; no row: there is none. Index: checkpoint_leaves_pkey.
SELECT checkpoint_id FROM checkpoint_leaves
 WHERE checkpoint_id > (SELECT coalesce(max(checkpoint_id), 0) FROM checkpoints) OR checkpoint_id < 1
 LIMIT 1;

-- name: looks_between(first_id, last_id)
-- Looks of the access log as they are sealed, docs/ledger.md. Index: looks_pkey.
SELECT look_id,
       int8send(look_id) || timestamptz_send(at) || int8send(coalesce(subject_id, 0)) || uuid_send(once) || session
       || address || convert_to(who, 'UTF8') || '\x00' || convert_to(what, 'UTF8') || '\x00' || convert_to(about, 'UTF8')
  FROM looks WHERE look_id BETWEEN :first_id::bigint AND :last_id::bigint ORDER BY look_id;

-- name: looks_beyond(sealed)
-- What the access log has beyond what is sealed: how many, the last; and how many stand before its beginning.
-- Index: looks_pkey.
SELECT count(*), max(look_id), (SELECT count(*) FROM looks WHERE look_id < 1)
  FROM looks WHERE look_id > :sealed::bigint;

-- name: looks_counted()$
-- The last number given to a look. One row.
SELECT last FROM looks_counted;

-- name: sweeps()
-- The signed lines of what was erased by rule, in order. Index: sweeps_pkey.
SELECT line FROM sweeps ORDER BY sweep_id;

-- name: held_books()
-- Open intervals by holder: what the lists say who holds. Index: custody_holder_idx.
SELECT holder, count(*) FILTER (WHERE part = 0), count(*) FILTER (WHERE part > 0)
  FROM custody WHERE until IS NULL GROUP BY holder;

-- name: event_books()
-- Openings and closings by local day, counted from 1970-01-01: the books of the days. Index: order_events_at_idx.
SELECT (floor(extract(epoch FROM at))::bigint + 28800) / 86400,
       count(*) FILTER (WHERE what = 'opened'), count(*) FILTER (WHERE what = 'closed')
  FROM order_events WHERE isfinite(at) GROUP BY 1 ORDER BY 1;

-- name: listed_open()$
-- Orders that the lists call open. Index: orders_open_due_idx.
SELECT count(*) FROM orders WHERE closed_at IS NULL;

-- Figures of a day, counted once after its end. Written here: daily.

-- name: last_counted_day()$
-- Null: none was counted yet. Index: daily_pkey.
SELECT max(day) FROM daily;

-- name: first_contact_at()$
-- When the first contact of this house arrived; null: none did. Index: contacts_arrived_idx.
SELECT min(arrived_at) FROM contacts;

-- name: counted_days()^
-- The first and the last day counted. Index: daily_pkey.
SELECT min(day), max(day) FROM daily;

-- name: daily_between(grouping, first, last)
-- Index: daily_pkey.
SELECT day, key, figures::text AS figures FROM daily
 WHERE grouping = :grouping AND day BETWEEN :first AND :last
 ORDER BY day, key;

-- name: keep_day(day, grouping, key, figures, counted_at)!
-- Counted before: what was counted first stays. Index: daily_pkey.
INSERT INTO daily (day, grouping, key, figures, counted_at)
VALUES (:day, :grouping, :key, :figures::jsonb, :counted_at)
ON CONFLICT DO NOTHING;

-- name: orders_of_day(begin, end)
-- The orders of a day: all together, by the unit that has or had them, by category of the first level, by county. No row
-- of a grouping: there was none. Indexes: order_events_at_idx, orders_pkey, chains_pkey.
WITH booked AS (
    SELECT e.order_id, e.what FROM order_events e WHERE e.at >= :begin::timestamptz AND e.at < :end::timestamptz
), ended AS (
    SELECT DISTINCT ON (b.order_id) b.order_id, convert_from(c.snapshot, 'UTF8')::jsonb AS v
      FROM booked b JOIN chains c ON c.chain_id = b.order_id
     WHERE b.what = 'closed'
), lines AS (
    SELECT coalesce(o.unit, '') AS unit, left(o.category, 2) AS category, left(o.region, 6) AS region, n.opened, n.v
      FROM (SELECT order_id, 1 AS opened, NULL::jsonb AS v FROM booked WHERE what = 'opened'
            UNION ALL
            SELECT order_id, 0, v FROM ended) n
      JOIN orders o USING (order_id))
SELECT CASE grouping(unit, category, region) WHEN 7 THEN 'city' WHEN 3 THEN 'unit' WHEN 5 THEN 'category' ELSE 'region' END
       AS grouping,
       coalesce(unit, category, region, '') AS key,
       sum(opened)::int AS opened,
       count(v)::int AS closed,
       count(*) FILTER (WHERE v -> 'on_time' IS NOT NULL AND v -> 'on_time' <> 'null')::int AS timed,
       count(*) FILTER (WHERE v -> 'on_time' = 'true')::int AS on_time,
       count(*) FILTER (WHERE v ->> 'solved_first' IN ('solved', 'partly', 'not_solved'))::int AS solved_first_of,
       count(*) FILTER (WHERE v ->> 'solved_first' = 'solved')::int AS solved_first,
       count(*) FILTER (WHERE v ->> 'solved_final' IN ('solved', 'partly', 'not_solved'))::int AS solved_final_of,
       count(*) FILTER (WHERE v ->> 'solved_final' = 'solved')::int AS solved_final,
       count(*) FILTER (WHERE v ->> 'satisfied_first' IN ('very', 'yes', 'basic', 'no', 'very_no'))::int AS satisfied_first_of,
       count(*) FILTER (WHERE v ->> 'satisfied_first' IN ('very', 'yes', 'basic'))::int AS satisfied_first,
       count(*) FILTER (WHERE v ->> 'satisfied_final' IN ('very', 'yes', 'basic', 'no', 'very_no'))::int AS satisfied_final_of,
       count(*) FILTER (WHERE v ->> 'satisfied_final' IN ('very', 'yes', 'basic'))::int AS satisfied_final,
       count(*) FILTER (WHERE v ->> 'result' = 'unknown')::int AS unreached,
       count(*) FILTER (WHERE (v ->> 'reworks')::int > 0)::int AS reworked,
       count(*) FILTER (WHERE jsonb_array_length(coalesce(v -> 'send_backs', '[]')) > 0)::int AS sent_back
  FROM lines
 GROUP BY GROUPING SETS ((), (unit), (category), (region))
HAVING count(*) > 0;

-- name: contacts_of_day(begin, end)
-- The contacts of a day: all together, and by channel. Indexes: contacts_arrived_idx, chains_pkey.
WITH came AS (
    SELECT c.channel, c.disposition, c.arrived_at, convert_from(h.snapshot, 'UTF8')::jsonb AS v
      FROM contacts c JOIN chains h ON h.chain_id = c.contact_id
     WHERE c.arrived_at >= :begin::timestamptz AND c.arrived_at < :end::timestamptz)
SELECT CASE grouping(channel) WHEN 1 THEN 'city' ELSE 'channel' END AS grouping, coalesce(channel, '') AS key,
       count(*)::int AS contacts,
       count(*) FILTER (WHERE channel IN ('phone', 'call'))::int AS calls,
       count(*) FILTER (WHERE channel IN ('phone', 'call') AND v ? 'answered_at')::int AS answered,
       count(*) FILTER (WHERE channel IN ('phone', 'call')
                          AND (v ->> 'answered_at')::bigint <= (v ->> 'arrived_at')::bigint + 15000)::int AS answered_15s,
       count(*) FILTER (WHERE disposition NOT IN ('pending', 'ring_back', 'test', 'silent', 'harassment'))::int AS matters,
       count(*) FILTER (WHERE disposition = 'answered')::int AS direct
  FROM came
 GROUP BY GROUPING SETS ((), (channel))
HAVING count(*) > 0;
