-- What waits for an agent, and what they have in hand. Owned here: nothing.

-- name: waiting(reader, limit_count)
-- Contacts nobody has taken yet, those whose time is up first. Index: contacts_pending_idx.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.limit_at
  FROM seen_contacts(:reader) c
 WHERE c.disposition = 'pending' AND c.stage = 'waiting'
 ORDER BY c.limit_at NULLS LAST, c.contact_id
 LIMIT :limit_count;

-- name: in_hand(reader, agent)
-- Contacts that this agent has taken and not ended. Index: contacts_pending_idx.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.limit_at
  FROM seen_contacts(:reader) c
 WHERE c.disposition = 'pending' AND c.agent = :agent
 ORDER BY c.arrived_at;

-- name: contact(reader, contact_id)^
-- A contact that this person may see. No row: there is none, or it is not theirs to see. Index: contacts_pkey.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.limit_at, c.stage, c.disposition, c.agent, c.person_id
  FROM seen_contacts(:reader) c WHERE c.contact_id = :contact_id;

-- name: orders_of_person(reader, person_ids, limit_count)
-- The orders of a caller, newest first. Index: orders_person_idx.
SELECT o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, o.state, o.opened_at, o.closed_at
  FROM seen_orders(:reader) o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
 WHERE o.person_id = ANY (:person_ids::uuid[])
 ORDER BY o.order_id DESC
 LIMIT :limit_count;

-- name: numbers_of(reader, order_ids)
-- The numbers of orders that this person may see. Index: orders_pkey.
SELECT o.order_id, o.number FROM seen_orders(:reader) o WHERE o.order_id = ANY (:order_ids::bigint[]);
