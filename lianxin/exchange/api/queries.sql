-- What the interface for other systems reads, always through `seen_orders`, which `order_lines` asks. Nothing is owned or
-- written here.
-- Of lists, the filter that an index carries has a statement of its own, so that its plan is made once; a further
-- filter that is null filters nothing. Parameters are numbered as they stand in the text.

-- name: open_of_holder(reader, holder, below, unit, state, due_before, order_ids, limit_count)
-- Open orders of a holder below a place, newest first. Index: orders_open_holder_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.holder = :holder AND o.order_id < :below::bigint
   AND (:unit::text IS NULL OR o.unit = :unit)
   AND (:state::text IS NULL OR o.state = :state)
   AND (:due_before::timestamptz IS NULL OR o.due_at < :due_before)
   AND (:order_ids::bigint[] IS NULL OR o.order_id = ANY (:order_ids))
 ORDER BY o.order_id DESC
 LIMIT :limit_count;

-- name: open_of_unit(reader, unit, below, state, due_before, order_ids, limit_count)
-- Open orders that a unit is to handle, below a place, newest first. Index: orders_open_unit_idx.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.unit = :unit AND o.order_id < :below::bigint
   AND (:state::text IS NULL OR o.state = :state)
   AND (:due_before::timestamptz IS NULL OR o.due_at < :due_before)
   AND (:order_ids::bigint[] IS NULL OR o.order_id = ANY (:order_ids))
 ORDER BY o.order_id DESC
 LIMIT :limit_count;

-- name: open_orders(reader, below, state, due_before, order_ids, limit_count)
-- Open orders below a place, newest first. Indexes: orders_open_state_idx, orders_open_due_idx, orders_pkey.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.closed_at IS NULL AND o.order_id < :below::bigint
   AND (:state::text IS NULL OR o.state = :state)
   AND (:due_before::timestamptz IS NULL OR o.due_at < :due_before)
   AND (:order_ids::bigint[] IS NULL OR o.order_id = ANY (:order_ids))
 ORDER BY o.order_id DESC
 LIMIT :limit_count;

-- name: all_orders(reader, below, holder, unit, state, due_before, order_ids, limit_count)
-- Orders below a place, closed ones too, newest first. Index: orders_pkey.
SELECT o.* FROM order_lines(:reader) o
 WHERE o.order_id < :below::bigint
   AND (:holder::text IS NULL OR o.holder = :holder)
   AND (:unit::text IS NULL OR o.unit = :unit)
   AND (:state::text IS NULL OR o.state = :state)
   AND (:due_before::timestamptz IS NULL OR o.due_at < :due_before)
   AND (:order_ids::bigint[] IS NULL OR o.order_id = ANY (:order_ids))
 ORDER BY o.order_id DESC
 LIMIT :limit_count;

-- name: changed_orders(since, below, reader, open_only, holder, unit, state, due_before, order_ids, limit_count)
-- Orders below a place to which something was written at or after an instant, newest first. Index: entries_at_idx.
SELECT o.*
  FROM (SELECT DISTINCT e.chain_id FROM entries e WHERE e.at >= :since AND e.chain_id < :below::bigint) changed
  JOIN order_lines(:reader) o ON o.order_id = changed.chain_id
 WHERE (NOT :open_only::boolean OR o.closed_at IS NULL)
   AND (:holder::text IS NULL OR o.holder = :holder)
   AND (:unit::text IS NULL OR o.unit = :unit)
   AND (:state::text IS NULL OR o.state = :state)
   AND (:due_before::timestamptz IS NULL OR o.due_at < :due_before)
   AND (:order_ids::bigint[] IS NULL OR o.order_id = ANY (:order_ids))
 ORDER BY o.order_id DESC
 LIMIT :limit_count;

-- name: head(reader, number)^
-- An order's id, how far its chain goes and its last hash. No row: nothing that this reader sees.
-- Indexes: orders_number_key, chains_pkey.
SELECT o.order_id, c.seq, c.head
  FROM seen_orders(:reader) o JOIN chains c ON c.chain_id = o.order_id
 WHERE o.number = :number;

-- name: load_seen(chain_ids, order_id, reader, command_id)
-- As `load_chains` of the ledger, but the order's chain is not there for a reader who does not see the order.
-- Indexes: chains_pkey, orders_pkey, commands_pkey.
SELECT c.chain_id, c.seq, c.head, c.snapshot, NULL::text AS result
  FROM chains c
 WHERE c.chain_id = ANY (:chain_ids::bigint[])
   AND (c.chain_id <> :order_id::bigint OR EXISTS (SELECT FROM seen_orders(:reader) o WHERE o.order_id = :order_id))
UNION ALL
SELECT NULL, NULL, NULL, NULL, d.result::text
  FROM commands d WHERE d.command_id = :command_id;

-- name: entries_behind(reader, seq, number, limit_count)
-- Entries of an order behind a place; one row of nulls where there are no more; no row: nothing that this reader sees.
-- Indexes: orders_number_key, entries_pkey.
SELECT e.seq, e.at, e.kind, e.actor, e.command_id, e.hash, e.body
  FROM seen_orders(:reader) o LEFT JOIN entries e ON e.chain_id = o.order_id AND e.seq > :seq::integer
 WHERE o.number = :number
 ORDER BY e.seq
 LIMIT :limit_count;

-- name: promises_of_order(reader, number)
-- What was promised on an order, latest first; as above where there is nothing. Indexes: orders_number_key, promises_pkey.
SELECT o.number, p.subject_id, p.promise_id, p.kind, p.owed_to, p.made_at, p.due_at, p.state, p.settled_at
  FROM seen_orders(:reader) o LEFT JOIN promises p ON p.subject_id = o.order_id
 WHERE o.number = :number
 ORDER BY p.promise_id DESC;

-- name: open_promises(reader, due_at, subject_id, promise_id, due_before, unit, limit_count)
-- Open promises on orders behind a place, earliest date first. Index: promises_open_idx.
SELECT o.number, p.subject_id, p.promise_id, p.kind, p.owed_to, p.made_at, p.due_at, p.state, p.settled_at
  FROM promises p JOIN seen_orders(:reader) o ON o.order_id = p.subject_id
 WHERE p.state = 'open'
   AND (p.due_at, p.subject_id, p.promise_id) > (:due_at::timestamptz, :subject_id::bigint, :promise_id::integer)
   AND (:due_before::timestamptz IS NULL OR p.due_at < :due_before)
   AND (:unit::text IS NULL OR o.unit = :unit)
 ORDER BY p.due_at, p.subject_id, p.promise_id
 LIMIT :limit_count;

-- name: undated_promises(reader, subject_id, promise_id, unit, limit_count)
-- Open promises whose date is not known yet, behind a place, by order. Index: promises_unresolved_idx.
SELECT o.number, p.subject_id, p.promise_id, p.kind, p.owed_to, p.made_at, p.due_at, p.state, p.settled_at
  FROM promises p JOIN seen_orders(:reader) o ON o.order_id = p.subject_id
 WHERE p.state = 'open' AND p.due_at IS NULL
   AND (p.subject_id, p.promise_id) > (:subject_id::bigint, :promise_id::integer)
   AND (:unit::text IS NULL OR o.unit = :unit)
 ORDER BY p.subject_id, p.promise_id
 LIMIT :limit_count;

-- name: books()^
-- How the books stand, without reading an order: the last checkpoint, and what is open.
-- Indexes: checkpoints_pkey, chains_unsealed_idx, orders_open_due_idx, promises_open_idx.
SELECT c.checkpoint_id, c.at,
       (SELECT count(*) FROM chains WHERE sealed_seq < seq) AS unsealed,
       (SELECT count(*) FROM orders WHERE closed_at IS NULL) AS open_orders,
       (SELECT count(*) FROM promises WHERE state = 'open') AS open_promises
  FROM (SELECT) always LEFT JOIN (SELECT checkpoint_id, at FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1) c ON true;

-- name: alarms_by_kind()
-- Open alarms. Index: alarms_open_idx.
SELECT kind, count(*) AS alarms FROM alarms WHERE closed_at IS NULL GROUP BY kind ORDER BY kind;

-- name: contact(reader, contact_id)^
-- A contact with the value its chain makes, and the order it was put to. No row: nothing that this reader sees.
-- Indexes: contacts_pkey, chains_pkey, messages_in_pkey.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.stage, c.disposition, c.holder, c.limit_at, c.agent, s.snapshot
  FROM seen_contacts(:reader) c JOIN chains s ON s.chain_id = c.contact_id
 WHERE c.contact_id = :contact_id;

-- name: pending_contacts(reader, arrived_at, contact_id, channel, arrived_after, arrived_before, limit_count)
-- Contacts that go on, behind a place, latest first; they are few at any time. Index: contacts_pending_idx.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.stage, c.disposition, c.holder, c.limit_at, c.agent
  FROM seen_contacts(:reader) c
 WHERE c.disposition = 'pending'
   AND (c.arrived_at, c.contact_id) < (:arrived_at::timestamptz, :contact_id::bigint)
   AND (:channel::text IS NULL OR c.channel = :channel)
   AND (:arrived_after::timestamptz IS NULL OR c.arrived_at >= :arrived_after)
   AND (:arrived_before::timestamptz IS NULL OR c.arrived_at < :arrived_before)
 ORDER BY c.arrived_at DESC, c.contact_id DESC
 LIMIT :limit_count;

-- name: all_contacts(reader, arrived_at, contact_id, channel, arrived_after, arrived_before, disposition, limit_count)
-- Contacts behind a place, ended ones too, latest first. Index: contacts_arrived_idx, backwards.
SELECT c.contact_id, c.channel, c.line, c.arrived_at, c.stage, c.disposition, c.holder, c.limit_at, c.agent
  FROM seen_contacts(:reader) c
 WHERE (c.arrived_at, c.contact_id) < (:arrived_at::timestamptz, :contact_id::bigint)
   AND (:channel::text IS NULL OR c.channel = :channel)
   AND (:arrived_after::timestamptz IS NULL OR c.arrived_at >= :arrived_after)
   AND (:arrived_before::timestamptz IS NULL OR c.arrived_at < :arrived_before)
   AND (:disposition::text IS NULL OR c.disposition = :disposition)
 ORDER BY c.arrived_at DESC, c.contact_id DESC
 LIMIT :limit_count;

-- name: seen_among(reader, order_ids)
-- Those of these orders that this reader sees. Index: orders_pkey.
SELECT o.order_id FROM seen_orders(:reader) o WHERE o.order_id = ANY (:order_ids::bigint[]);

-- name: brought(contact_id)^
-- When a message that was handed in came, and the order it was put to. Index: messages_in_pkey.
SELECT received_at, order_id FROM messages_in WHERE contact_id = :contact_id;
