-- What leaves the house and what comes in. Owned here: outbox, messages_in, replies, sms_parts, rating_stops.

-- name: claim(now, limit_count)
-- Messages whose time has come, locked until the transaction ends; what another worker has in hand is passed over.
-- A worker that dies lets go of them at once. Index: outbox_waiting_idx.
SELECT message_id, subject_id, channel, body::text, made_at, attempts
  FROM outbox
 WHERE state = 'waiting' AND due_at <= :now
 ORDER BY due_at
 LIMIT :limit_count
   FOR UPDATE SKIP LOCKED;

-- name: mark(now, ids, states, dues, errors)!
-- Writes down what became of claimed messages: sent, dead, dropped, or waiting for another attempt. A secret that has
-- gone out, or never will, is not kept.
UPDATE outbox o
   SET state = m.state, due_at = m.due_at,
       body = CASE WHEN m.state IN ('sent', 'dropped') THEN o.body - 'sealed' ELSE o.body END,
       last_error = m.error, attempts = o.attempts + 1,
       ended_at = CASE WHEN m.state = 'waiting' THEN NULL ELSE :now::timestamptz END
  FROM unnest(:ids::uuid[], :states::text[], :dues::timestamptz[], :errors::text[])
       AS m(message_id, state, due_at, error)
 WHERE o.message_id = m.message_id;

-- name: next_due()^
-- When the next message is to be tried; null: none waits. Index: outbox_waiting_idx.
SELECT min(due_at) AS due_at FROM outbox WHERE state = 'waiting';

-- name: counts()
-- How many messages there are in each state.
SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state;

-- name: letters(state, limit_count)
-- Messages in a state, the oldest first. Index: outbox_dead_idx, outbox_waiting_idx.
SELECT message_id, subject_id, channel, body ->> 'template' AS template, body ->> 'order' AS number,
       made_at, due_at, attempts, last_error
  FROM outbox
 WHERE state = :state
 ORDER BY due_at
 LIMIT :limit_count;

-- name: retry(now, message_id)
-- Tries a dead letter (null: every one) again from the beginning. Index: outbox_pkey, outbox_dead_idx.
WITH again AS (
    UPDATE outbox SET state = 'waiting', attempts = 0, due_at = :now, ended_at = NULL
     WHERE state = 'dead' AND (:message_id::uuid IS NULL OR message_id = :message_id)
    RETURNING 1),
told AS (SELECT pg_notify('ledger', '') FROM again LIMIT 1)
SELECT (SELECT count(*) FROM again) + 0 * (SELECT count(*) FROM told) AS retried;

-- name: message_by_key(key)^
-- The contact that a message became; no row: it did not come in before. Index: messages_in_key_key.
SELECT contact_id, order_id, person_id FROM messages_in WHERE key = :key;

-- name: orders_there(order_ids)
-- Which of these orders there are, in the order in which they are named. Index: orders_pkey.
SELECT o.order_id FROM unnest(:order_ids::bigint[]) WITH ORDINALITY AS n(order_id, at) JOIN orders o USING (order_id)
 ORDER BY n.at;

-- name: outbox_subjects(message_ids)
-- The orders and contacts that these messages of ours were about. Index: outbox_pkey.
SELECT subject_id FROM outbox WHERE message_id = ANY(:message_ids::uuid[]) ORDER BY made_at DESC;

-- name: orders_of_persons(person_ids)
-- Orders whose answer is owed to one of these persons, with the contact by which it is, the latest first.
-- Index: orders_person_idx, contacts_person_idx, orders_contact_idx, promises_owed_idx.
WITH wrote AS (
    SELECT contact_id FROM contacts WHERE person_id = ANY(:person_ids::uuid[])),
mine AS (
    SELECT o.order_id, o.contact_id FROM orders o WHERE o.person_id = ANY(:person_ids::uuid[])
     UNION
    SELECT o.order_id, o.contact_id FROM orders o JOIN wrote w USING (contact_id)
     UNION
    SELECT p.subject_id, p.owed_to FROM promises p JOIN wrote w ON w.contact_id = p.owed_to)
SELECT DISTINCT ON (o.order_id) o.order_id, m.contact_id, o.closed_at IS NULL AS open
  FROM mine m JOIN orders o USING (order_id)
 ORDER BY o.order_id DESC, m.contact_id
 LIMIT 50;

-- name: order_for_code(order_id)^
-- Whose contact an order is, and whether it is open. Index: orders_pkey.
SELECT order_id, contact_id, closed_at IS NULL AS open FROM orders WHERE order_id = :order_id;

-- name: note_left_out(left_out, contact_id)!
-- Notes the files of a letter that were not kept. Index: messages_in_pkey.
UPDATE messages_in SET left_out = :left_out WHERE contact_id = :contact_id;

-- name: messages_waiting(reader, limit_count)
-- Messages that wait for an agent or are in one's hands, the most urgent first. Index: contacts_pending_idx.
SELECT m.contact_id, m.channel, m.received_at, m.sealed, m.left_out, m.silent, m.order_id, m.bound_by, m.suggested,
       c.stage, c.disposition, c.holder, c.agent, c.limit_at,
       p.person_id, p.wrapped_key, p.fields, p.salts, p.erased_at
  FROM seen_contacts(:reader) c JOIN messages_in m USING (contact_id) JOIN persons p ON p.person_id = m.person_id
 WHERE c.disposition = 'pending'
 ORDER BY c.limit_at, m.contact_id
 LIMIT :limit_count;

-- name: messages_silent(reader, limit_count)
-- Messages that nobody answers, the latest first. Index: messages_in_silent_idx.
SELECT m.contact_id, m.channel, m.received_at, m.sealed, m.left_out, m.silent, m.order_id, m.bound_by, m.suggested,
       c.stage, c.disposition, c.holder, c.agent, c.limit_at,
       p.person_id, p.wrapped_key, p.fields, p.salts, p.erased_at
  FROM seen_contacts(:reader) c JOIN messages_in m USING (contact_id) JOIN persons p ON p.person_id = m.person_id
 WHERE m.silent IS NOT NULL
 ORDER BY m.received_at DESC, m.contact_id
 LIMIT :limit_count;

-- name: message_of(reader, contact_id)^
-- One message; no row: none became this contact, or it is not for the reader. Index: messages_in_pkey.
SELECT m.contact_id, m.channel, m.received_at, m.sealed, m.left_out, m.silent, m.order_id, m.bound_by, m.suggested,
       c.stage, c.disposition, c.holder, c.agent, c.limit_at,
       p.person_id, p.wrapped_key, p.fields, p.salts, p.erased_at
  FROM seen_contacts(:reader) c JOIN messages_in m USING (contact_id) JOIN persons p ON p.person_id = m.person_id
 WHERE m.contact_id = :contact_id;

-- name: orders_shown(reader, order_ids)
-- Those of these orders that the reader may see. Index: orders_pkey.
SELECT order_id, number, state, closed_at IS NULL AS open
  FROM seen_orders(:reader) o
 WHERE order_id = ANY(:order_ids::bigint[]);

-- name: answers_of(contact_id)
-- What was written back to a contact, the first first, and what became of it. Index: replies_contact_idx.
SELECT r.message_id, r.at, r.by, r.sealed, o.state, o.last_error
  FROM replies r JOIN outbox o USING (message_id)
 WHERE r.contact_id = :contact_id
 ORDER BY r.at, r.message_id;

-- name: replies_of(message_ids)
-- What agents wrote, for messages that are about to leave. Index: replies_pkey.
SELECT message_id, sealed FROM replies WHERE message_id = ANY(:message_ids::uuid[]);

-- name: letters_of_persons(person_ids)
-- The letters by which these persons wrote to us, for an answer that names them. Index: messages_in_person_idx.
SELECT contact_id, person_id, sealed FROM messages_in WHERE channel = 'mail' AND person_id = ANY(:person_ids::uuid[]);

-- name: stopped(numbers)
-- Which of these numbers want to be asked for no more ratings. Index: rating_stops_pkey.
SELECT number FROM rating_stops WHERE number = ANY(:numbers::bytea[]);

-- name: undelivered(subject_ids)
-- Messages about these orders and contacts that did not reach anybody, the latest first. Index: outbox_subject_idx.
SELECT subject_id, channel, body ->> 'template' AS template, state, last_error, ended_at
  FROM outbox
 WHERE subject_id = ANY(:subject_ids::bigint[]) AND state IN ('dead', 'dropped', 'returned')
 ORDER BY ended_at DESC;

-- name: numbers_of(person_ids)
-- The keyed hashes of the numbers of these persons. Index: person_numbers_pkey.
SELECT whole FROM person_numbers WHERE person_id = ANY(:person_ids::uuid[]);
