-- What a person has in hand. Owned here: nothing.

-- name: in_hand(key)
-- Open orders that a person holds, is offered or follows. Index: orders_open_due_idx (what is open).
SELECT order_id FROM orders
 WHERE closed_at IS NULL AND (holder = :key OR offered_to = :key OR tracker = :key)
 ORDER BY order_id;

-- name: contacts_in_hand(key)
-- Contacts a person has not yet ended. Index: contacts_pending_idx.
SELECT contact_id FROM contacts WHERE disposition = 'pending' AND holder = :key ORDER BY contact_id;

-- name: left_behind()
-- People who left and still hold, are offered or follow an open order: a command of theirs was on its way
-- while they left. Index: orders_open_due_idx.
SELECT DISTINCT s.work_number
  FROM staff s
  JOIN orders o ON o.closed_at IS NULL
               AND 'staff:' || s.work_number IN (o.holder, o.offered_to, o.tracker)
 WHERE NOT s.active AND s.successor IS NOT NULL;
