-- What the citizens' pages keep and read. Owned here: portal_boxes, portal_buckets.

-- name: put_box(box_id, sealed, expires_at)!
-- A new box.
INSERT INTO portal_boxes (box_id, version, sealed, expires_at) VALUES (:box_id, 1, :sealed, :expires_at);

-- name: box(box_id, now)^
-- What is in a box; no row: there is none, or its time is over. Index: portal_boxes_pkey.
SELECT version, sealed FROM portal_boxes WHERE box_id = :box_id AND expires_at > :now;

-- name: change_box(box_id, version, sealed, expires_at)$
-- Puts something else into a box; no row: it was changed or dropped since `version`. Index: portal_boxes_pkey.
UPDATE portal_boxes SET version = version + 1, sealed = :sealed, expires_at = :expires_at
 WHERE box_id = :box_id AND version = :version::integer
RETURNING version;

-- name: drop_box(box_id)!
-- A box is done with. Index: portal_boxes_pkey.
DELETE FROM portal_boxes WHERE box_id = :box_id;

-- name: forget_boxes(now)!
-- Boxes whose time is over go, some at a time. Index: portal_boxes_expires_idx.
DELETE FROM portal_boxes WHERE box_id IN (SELECT box_id FROM portal_boxes WHERE expires_at < :now LIMIT 100);

-- name: take(buckets, sizes, every_s, now)$
-- Takes one from each bucket or from none: 0, or the seconds until there is room in all of them.
SELECT portal_take(:buckets, :sizes, :every_s, :now);

-- name: give_back(buckets)!
-- What was taken for something that turned out to be right is given back. Index: portal_buckets_pkey.
UPDATE portal_buckets SET level = greatest(0, level - 1) WHERE bucket = ANY (:buckets::bytea[]);

-- name: forget_buckets(before)!
-- Buckets that nobody has asked since then are empty again and go, some at a time. Index: portal_buckets_at_idx.
DELETE FROM portal_buckets WHERE bucket IN (SELECT bucket FROM portal_buckets WHERE at < :before LIMIT 100);

-- name: entries_of(order_id)
-- The chain of the order whose number and query code were shown. Index: entries_pkey.
SELECT seq, hash, body FROM entries WHERE chain_id = :order_id ORDER BY seq;

-- name: texts_of(order_id)
-- Its texts; what of them the citizen may read is decided by the entries that brought them. Index: texts_pkey.
SELECT n, title, text FROM texts WHERE order_id = :order_id ORDER BY n;
