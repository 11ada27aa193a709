-- What the pages of orders read. Owned here: orders, order_events, texts, numbers; they are written by the functions
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

-- name: newest_texts_with(order_id, n, window_count, grams)
-- Among the newest texts behind a place, so many of them, those that have all these grams, newest first. The window
-- is read whole whatever the planner thinks of the grams: 0.8 us a text. Index: texts_pkey, backwards.
SELECT order_id, n, title, text
  FROM (SELECT order_id, n, title, text, grams
          FROM texts
         WHERE (order_id, n) < (:order_id::bigint, :n::integer)
         ORDER BY order_id DESC, n DESC
         LIMIT :window_count) newest
 WHERE grams @> :grams::integer[];

-- name: end_of_window(order_id, n, window_count)^
-- The last text of that window. No row: there are no more texts than that. Index: texts_pkey, backwards.
SELECT order_id, n
  FROM texts
 WHERE (order_id, n) < (:order_id::bigint, :n::integer)
 ORDER BY order_id DESC, n DESC
OFFSET :window_count - 1
 LIMIT 1;

-- name: all_with(grams, order_id, n)
-- The places of all texts behind a place that have all these grams, newest first: for grams that are rare. No limit,
-- lest the planner, which takes the grams of one word for independent, walk backwards. Index: texts_grams_idx.
SELECT order_id, n
  FROM texts
 WHERE grams @> :grams::integer[] AND (order_id, n) < (:order_id::bigint, :n::integer)
 ORDER BY order_id DESC, n DESC;

-- name: texts_at(order_ids, ns)
-- The texts at these places, newest first. Index: texts_pkey.
SELECT t.order_id, t.n, t.title, t.text
  FROM unnest(:order_ids::bigint[], :ns::integer[]) AS p(order_id, n) JOIN texts t USING (order_id, n)
 ORDER BY t.order_id DESC, t.n DESC;

-- name: rows_of(order_ids)
-- Orders by their ids, as lists show them, newest first. Index: orders_pkey.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.holder, o.held_since,
       o.offered_to, o.category, o.region, o.urgency, o.flags, o.opened_at, o.due_at, o.closed_at
  FROM orders o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
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

-- name: draw(kind, day, after)$
-- The next running number of a day for a kind of chain, never given out before. To be asked alone, in no transaction.
SELECT draw_number(:kind, :day, :after);
