-- What the book of responsibility reads. Nothing is owned or written here. All of it runs in one snapshot.

-- name: balance_before(at)^
-- Openings and closings of all days before an instant. Index: order_events_at_idx.
SELECT count(*) FILTER (WHERE what = 'opened') AS opened, count(*) FILTER (WHERE what = 'closed') AS closed
  FROM order_events WHERE at < :at;

-- name: balance_of_day(at, until)^
-- Openings and closings from an instant up to another. Index: order_events_at_idx.
SELECT count(*) FILTER (WHERE what = 'opened') AS opened, count(*) FILTER (WHERE what = 'closed') AS closed
  FROM order_events WHERE at >= :at AND at < :until;

-- name: holders(now)
-- Every holder: open orders, and those past their date. Index: orders_open_holder_idx.
SELECT holder, count(*) AS orders, count(*) FILTER (WHERE due_at <= :now::timestamptz) AS overdue
  FROM orders WHERE closed_at IS NULL GROUP BY holder;

-- name: opened_by_holder(at)
-- Open orders that were opened, or opened again, since an instant, by their holder. Index: order_events_at_idx.
SELECT o.holder, count(*) AS orders
  FROM (SELECT DISTINCT order_id FROM order_events WHERE at >= :at AND what = 'opened') e
  JOIN orders o USING (order_id)
 WHERE o.closed_at IS NULL
 GROUP BY o.holder;

-- name: promises_settled(at, until)
-- Promises kept and broken within a day. Index: promises_settled_idx.
SELECT state, count(*) AS promises
  FROM promises
 WHERE settled_at >= :at AND settled_at < :until AND state IN ('kept', 'broken')
 GROUP BY state;

-- name: promises_due(at, until)$
-- Promises still open that fall due within a day. Index: promises_open_idx.
SELECT count(*) FROM promises WHERE state = 'open' AND due_at > :at AND due_at <= :until;

-- name: contacts_of_day(at, until)
-- Contacts of a day by local hour and disposition. Index: contacts_arrived_idx.
SELECT extract(hour FROM arrived_at AT TIME ZONE interval '8 hours')::integer AS hour, disposition, count(*) AS contacts
  FROM contacts WHERE arrived_at >= :at AND arrived_at < :until
 GROUP BY 1, 2;

-- name: latest_held(reader, limit_count)
-- The open orders that passed from one holder to another last, as far as the reader may see them.
-- Indexes: custody_latest_idx, orders_pkey, custody_pkey.
SELECT c.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, c.since AS held_since, c.holder,
       c.offered_to, b.holder AS before
  FROM (SELECT h.subject_id, h.n, h.since, h.holder, o.number, o.offered_to
          FROM custody h JOIN seen_orders(:reader) o ON o.order_id = h.subject_id
         WHERE h.part = 0 AND h.n > 1 AND h.until IS NULL
         ORDER BY h.since DESC, h.subject_id LIMIT :limit_count) c
  JOIN custody b ON b.subject_id = c.subject_id AND b.part = 0 AND b.n = c.n - 1
  LEFT JOIN texts t ON t.order_id = c.subject_id AND t.n = 1
 ORDER BY c.since DESC, c.subject_id;

-- name: last_seal()^
-- The latest checkpoint. No row: none yet. Index: checkpoints_pkey.
SELECT checkpoint_id, at FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1;

-- name: open_alarms()
-- What the duty manager must see to: kind and subject of each open alarm. Index: alarms_open_idx.
SELECT kind, subject FROM alarms WHERE closed_at IS NULL ORDER BY kind, subject;
