-- The orders behind a figure. Owned here: nothing.

-- name: closed_behind(reader, begin, end, unit, category, region, below, limit_count)
-- Orders closed between two instants that this person may see, newest first; an empty word: whatever it is.
-- Index: orders_closed_idx.
SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.unit, o.category,
       o.region, o.opened_at, o.closed_at
  FROM seen_orders(:reader) o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.closed_at >= :begin::timestamptz AND o.closed_at < :end::timestamptz
   AND (:unit::text = '' OR o.unit = :unit) AND (:category::text = '' OR left(o.category, 2) = :category)
   AND (:region::text = '' OR left(o.region, 6) = :region) AND o.order_id < :below::bigint
 ORDER BY o.order_id DESC
 LIMIT :limit_count;
