-- What the inspectors see beside the sheet. Owned here: nothing.

-- name: agents()
-- Who takes calls, and when and by whom they were let in. Indexes: staff_pkey, entries_pkey.
SELECT s.work_number, e.at, e.actor
  FROM staff s JOIN entries e ON e.chain_id = s.chain_id AND e.seq = 1
 WHERE s.active AND s.roles && ARRAY['agent', 'seat_enterprise', 'seat_dialect'];

-- name: call(reader, contact_id)^
-- A call that this person may see. No row: there is none, or they may not. Index: contacts_pkey.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.disposition, c.agent
  FROM seen_contacts(:reader) c WHERE c.contact_id = :contact_id;

-- name: orders_of_call(reader, contact_id)
-- The orders that a call opened. Index: orders_contact_idx.
SELECT o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, t.text, o.state, o.category, o.region, o.urgency
  FROM seen_orders(:reader) o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.contact_id = :contact_id ORDER BY o.order_id;

-- name: order_of(reader, order_id)^
-- An order that this person may see. Index: orders_pkey.
SELECT o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, t.text, o.state, o.category, o.region, o.urgency
  FROM seen_orders(:reader) o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.order_id = :order_id;

-- name: workers_on(reader, number)^
-- An order by its number, with everybody who acted on it. Index: orders_number_key.
SELECT o.order_id, o.actors, o.unit FROM seen_orders(:reader) o WHERE o.number = :number;
