-- What the pages of orders read. Owned here: orders, order_events, texts; they are written by the functions
-- `orders_write`, `order_events_write` and `texts_write` of the migrations, within the one statement of a command.

-- name: held_dated(holder, due_at, order_id, limit_count)
-- Open orders of a holder behind a place in the list, most urgent first. Index: orders_open_holder_idx.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.holder, o.held_since, o.offered_to, o.category, o.region, o.urgency,
       o.flags, o.opened_at, o.due_at, o.closed_at
  FROM orders o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.holder = :holder AND o.closed_at IS NULL
   AND (o.due_at, o.order_id) > (:due_at::timestamptz, :order_id::bigint)
 ORDER BY o.due_at, o.order_id
 LIMIT :limit_count;

-- name: held_undated(holder, order_id, limit_count)
-- Open orders of a holder whose date is not known (its year has no calendar yet). Index: orders_open_holder_idx.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.holder, o.held_since, o.offered_to, o.category, o.region, o.urgency,
       o.flags, o.opened_at, o.due_at, o.closed_at
  FROM orders o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.holder = :holder AND o.closed_at IS NULL AND o.due_at IS NULL AND o.order_id > :order_id
 ORDER BY o.order_id
 LIMIT :limit_count;

-- name: open_dated(due_at, order_id, limit_count)
-- Open orders of all holders behind a place in the list, most urgent first. Index: orders_open_due_idx.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.holder, o.held_since, o.offered_to, o.category, o.region, o.urgency,
       o.flags, o.opened_at, o.due_at, o.closed_at
  FROM orders o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.closed_at IS NULL AND (o.due_at, o.order_id) > (:due_at::timestamptz, :order_id::bigint)
 ORDER BY o.due_at, o.order_id
 LIMIT :limit_count;

-- name: open_undated(order_id, limit_count)
-- Open orders of all holders whose date is not known. Index: orders_open_due_idx.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.holder, o.held_since, o.offered_to, o.category, o.region, o.urgency,
       o.flags, o.opened_at, o.due_at, o.closed_at
  FROM orders o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.closed_at IS NULL AND o.due_at IS NULL AND o.order_id > :order_id
 ORDER BY o.order_id
 LIMIT :limit_count;

-- name: hits(grams, order_id, limit_count)$
-- The orders below `order_id` with a text that has all these grams, in no order, no more of them than the limit:
-- fewer of them mean that these are all. Index: texts_grams_idx, or a look through the table for grams of everyday words.
SELECT array_agg(order_id)
  FROM (SELECT order_id FROM texts
         WHERE grams @> :grams::integer[] AND order_id < :order_id
         LIMIT :limit_count) few;

-- name: newest_hits(grams, order_id, limit_count)
-- The same for grams that many texts have, newest first. Index: texts_pkey backwards.
SELECT order_id FROM texts
 WHERE grams @> :grams::integer[] AND order_id < :order_id
 ORDER BY order_id DESC, n DESC
 LIMIT :limit_count;

-- name: with_texts(order_ids)
-- These orders with everything written about them, so that the caller can look for the very words: two pairs of
-- characters may share a gram. Indexes: orders_pkey, texts_pkey.
SELECT o.order_id, o.number, coalesce(nullif(f.title, ''), left(f.text, 30)) AS title, o.state, o.holder, o.held_since,
       o.offered_to, o.category, o.region, o.urgency, o.flags, o.opened_at, o.due_at, o.closed_at, a.written
  FROM orders o
  LEFT JOIN texts f ON f.order_id = o.order_id AND f.n = 1
 CROSS JOIN LATERAL (SELECT array_agg(t.title) || array_agg(t.text) AS written
                       FROM texts t WHERE t.order_id = o.order_id) a
 WHERE o.order_id = ANY(:order_ids::bigint[])
 ORDER BY o.order_id DESC;

-- name: held_count(holder)$
-- How many open orders a holder has. Index: orders_open_holder_idx.
SELECT count(*) FROM orders WHERE holder = :holder AND closed_at IS NULL;

-- name: holders(now)
-- Every holder with open orders: how many, and how many are past their date. Index: orders_open_holder_idx.
SELECT holder, count(*) AS orders, count(*) FILTER (WHERE due_at <= :now::timestamptz) AS overdue
  FROM orders
 WHERE closed_at IS NULL
 GROUP BY holder
 ORDER BY count(*) DESC, holder;

-- name: about(number)^
-- One order by its number, with the channel on which it came. No row: there is no such order. Index: orders_number_key.
SELECT o.order_id, o.number, o.pack, o.parent_id, c.channel
  FROM orders o LEFT JOIN contacts c ON c.contact_id = o.contact_id
 WHERE o.number = :number;

-- name: entries_of(chain_id)
-- The whole chain of an order, from its first entry. Index: entries_pkey.
SELECT seq, hash, body FROM entries WHERE chain_id = :chain_id ORDER BY seq;

-- name: texts_of(order_id)
-- The citizen's words and what was added. Index: texts_pkey.
SELECT n, at, title, text FROM texts WHERE order_id = :order_id ORDER BY n;

-- name: promises_of(subject_id)
-- What is and was owed, latest first. Index: promises_pkey.
SELECT promise_id, kind, owed_to, made_at, due_at, state, settled_at
  FROM promises WHERE subject_id = :subject_id ORDER BY promise_id DESC;

-- name: same_matter(order_id, parent_id)
-- The orders joined to this one, and the one it was joined to. Indexes: orders_parent_idx, orders_pkey.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title
  FROM orders o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.parent_id = :order_id OR o.order_id = :parent_id
 ORDER BY o.order_id;

-- name: seal_of(chain_id)^
-- The last checkpoint that covers entries of the chain. No row: none does yet. Index: checkpoint_leaves_chain_idx.
SELECT l.seq, l.checkpoint_id, c.at
  FROM checkpoint_leaves l JOIN checkpoints c USING (checkpoint_id)
 WHERE l.chain_id = :chain_id
 ORDER BY l.seq DESC
 LIMIT 1;
