-- What lies in the trays of the desks: only orders that the reader may see, `order_lines` asks. Owned here: nothing.
-- Each way is read page by page behind a place; an order without a known date comes last.

-- name: by_holder(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders of some holders. Index: orders_open_holder_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.holder = ANY (:keys::text[])
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_holder(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_holder_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.holder = ANY (:keys::text[])
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_offered(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders that wait for somebody's signature. Index: orders_open_offered_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.offered_to = ANY (:keys::text[])
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_offered(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_offered_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.offered_to = ANY (:keys::text[])
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_tracker(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders that somebody follows, by their next date. Index: orders_open_tracker_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.tracker = ANY (:keys::text[])
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.next_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.next_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_tracker(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_tracker_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.tracker = ANY (:keys::text[])
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_unit(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders in which some units lead. Index: orders_open_unit_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.unit = ANY (:keys::text[])
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_unit(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_unit_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.unit = ANY (:keys::text[])
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_helping(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders in which some units have a part and others lead. Index: orders_open_units_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.units && :keys::text[] AND (o.unit IS NULL OR NOT o.unit = ANY (:keys::text[]))
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_helping(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_units_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.units && :keys::text[] AND (o.unit IS NULL OR NOT o.unit = ANY (:keys::text[]))
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_state(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders in some states. Index: orders_open_state_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.state = ANY (:keys::text[])
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_state(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_state_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.state = ANY (:keys::text[])
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_flag(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders with some marks. Index: orders_open_due_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.flags && :keys::text[]
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_flag(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_due_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.flags && :keys::text[]
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_proposal(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders in which something waits for a decision. Index: orders_open_proposal_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.proposal = ANY (:keys::text[])
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_proposal(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_proposal_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.proposal = ANY (:keys::text[])
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: by_region(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders that a unit of the reader's region has or has a part of. Index: orders_open_units_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.units && (SELECT r.units FROM reader_of(:reader) r) AND cardinality(:keys::text[]) > 0
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_region(reader, keys, states, before, most)$
-- How many, but no more than `most`. Index: orders_open_units_idx.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.units && (SELECT r.units FROM reader_of(:reader) r) AND cardinality(:keys::text[]) > 0
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;

-- name: shown(reader, numbers)
-- The orders with these numbers, open or closed, that the reader may see. Index: orders_number_key.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.number = ANY (:numbers::text[]);

-- name: by_undelivered(reader, keys, states, before, after_at, after_id, limit_count)
-- Open orders of which a message came back or was given up, and whose citizen nobody has spoken with since. Indexes:
-- outbox_lost_idx, orders_pkey, entries_pkey.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.order_id IN (SELECT u FROM unheard_orders(:reader, :keys::text[]) u)
   AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
   AND (:before::timestamptz IS NULL OR o.due_at <= :before)
   AND (coalesce(o.due_at, 'infinity'), o.order_id) > (:after_at::timestamptz, :after_id::bigint)
 ORDER BY coalesce(o.due_at, 'infinity'), o.order_id
 LIMIT :limit_count;

-- name: count_undelivered(reader, keys, states, before, most)$
-- How many, but no more than `most`. Indexes: outbox_lost_idx, orders_pkey, entries_pkey.
SELECT count(*) FROM (
    SELECT 1 FROM seen_orders(:reader) o
     WHERE o.closed_at IS NULL AND o.order_id IN (SELECT u FROM unheard_orders(:reader, :keys::text[]) u)
       AND (cardinality(:states::text[]) = 0 OR o.state = ANY (:states::text[]))
       AND (:before::timestamptz IS NULL OR o.due_at <= :before)
     LIMIT :most) AS counted;
