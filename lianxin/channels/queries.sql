-- What leaves the house and what comes in. Owned here: outbox, messages_in, replies, sms_parts, rating_stops,
-- call_ratings, webhooks, webhook_queue, webhook_deliveries, webhook_attempts.

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
SELECT * FROM seen_messages(:reader) WHERE disposition = 'pending' ORDER BY limit_at, contact_id LIMIT :limit_count;

-- name: messages_silent(reader, limit_count)
-- Messages that nobody answers, the latest first. Index: messages_in_silent_idx.
SELECT * FROM seen_messages(:reader) WHERE silent IS NOT NULL ORDER BY received_at DESC, contact_id LIMIT :limit_count;

-- name: message_of(reader, contact_id)^
-- One message; no row: none became this contact, or it is not for the reader. Index: messages_in_pkey.
SELECT * FROM seen_messages(:reader) WHERE contact_id = :contact_id;

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

-- name: numbers_of(person_ids)
-- The keyed hashes of the numbers of these persons. Index: person_numbers_pkey.
SELECT whole FROM person_numbers WHERE person_id = ANY(:person_ids::uuid[]);

-- name: keep_part(gateway_id, sender, ref, n, parts, at, sealed)$
-- Keeps a part of a text message and wakes who joins them; no row: this id was kept before. Index: sms_parts_pkey.
WITH kept AS (
    INSERT INTO sms_parts (gateway_id, sender, ref, n, parts, arrived_at, sealed)
    VALUES (:gateway_id, :sender, :ref, :n, :parts, :at, :sealed)
        ON CONFLICT (gateway_id) DO NOTHING
    RETURNING gateway_id),
told AS (SELECT pg_notify('texts', '') FROM kept)
SELECT k.gateway_id FROM kept k, told;

-- name: waiting_parts(limit_count)
-- Parts that are in no contact yet, the oldest first. Index: sms_parts_waiting_idx.
SELECT gateway_id, sender, arrived_at, sealed
  FROM sms_parts
 WHERE contact_id IS NULL
 ORDER BY arrived_at, gateway_id
 LIMIT :limit_count;

-- name: sealed_parts(after_id, limit_count)
-- Parts behind one that still hold a text, for a new house key. Index: sms_parts_pkey.
SELECT gateway_id, sealed FROM sms_parts
 WHERE gateway_id > :after_id AND sealed IS NOT NULL ORDER BY gateway_id LIMIT :limit_count;

-- name: reseal_part(sealed, gateway_id, was)!
-- Puts a text locked anew in the place of the old one; a part that became a contact meanwhile holds none any more.
UPDATE sms_parts SET sealed = :sealed WHERE gateway_id = :gateway_id AND sealed = :was;

-- name: renumber_stops(was, now)!
-- Whoever wants no more ratings is known by the new hash of their number too. Index: rating_stops_pkey.
INSERT INTO rating_stops (number, since)
SELECT p.now, s.since FROM unnest(:was::bytea[], :now::bytea[]) AS p(was, now) JOIN rating_stops s ON s.number = p.was
    ON CONFLICT (number) DO NOTHING;

-- name: forget_parts(before)!
-- Forgets the ids of parts that became contacts long ago. Index: sms_parts_old_idx.
DELETE FROM sms_parts WHERE contact_id IS NOT NULL AND arrived_at < :before;

-- name: call_asked(person_ids, since)$
-- The latest directly answered call of these persons whose rating was asked for and not given; no row: none.
-- Index: contacts_person_idx, outbox_subject_idx.
SELECT o.subject_id
  FROM contacts c JOIN outbox o ON o.subject_id = c.contact_id
 WHERE c.person_id = ANY(:person_ids::uuid[]) AND o.body ->> 'template' = 'rate_call' AND o.state = 'sent'
   AND o.ended_at >= :since
   AND NOT EXISTS (SELECT FROM call_ratings r WHERE r.contact_id = c.contact_id)
 ORDER BY o.ended_at DESC
 LIMIT 1;

-- name: orders_to_rate(person_ids, command_id)
-- Orders of these persons that wait for what their citizen says, or the one that this very command has rated.
-- Index: orders_person_idx, contacts_person_idx, promises_owed_idx, entries_pkey.
WITH wrote AS (
    SELECT contact_id FROM contacts WHERE person_id = ANY(:person_ids::uuid[])),
mine AS (
    SELECT o.order_id, o.contact_id FROM orders o WHERE o.person_id = ANY(:person_ids::uuid[])
     UNION
    SELECT p.subject_id, p.owed_to FROM promises p JOIN wrote w ON w.contact_id = p.owed_to)
SELECT DISTINCT ON (o.order_id) o.order_id, m.contact_id
  FROM mine m JOIN orders o USING (order_id)
 WHERE o.state IN ('followup_due', 'followup_failed')
    OR EXISTS (SELECT FROM entries e WHERE e.chain_id = o.order_id AND e.command_id = :command_id)
 ORDER BY o.order_id, m.contact_id;

-- name: take_turn()$
-- Whether this worker spreads the queue now; another one does until its transaction ends.
SELECT pg_try_advisory_xact_lock(5407060);

-- name: hook_queue(limit_count)
-- Entries that nobody was told of yet, the first first. Index: webhook_queue_pkey.
SELECT n, kind FROM webhook_queue ORDER BY n LIMIT :limit_count;

-- name: spread(now, kinds, topics, ns)!
-- Writes a delivery for each webhook that wants an entry, whose reader may see its order, and whose reader or unit had
-- it in hand when the entry was written. An entry that was spread before changes nothing.
-- Index: webhook_queue_pkey, orders_pkey.
INSERT INTO webhook_deliveries (delivery_id, webhook_id, chain_id, seq, kind, at, made_at, due_at)
SELECT gen_random_uuid(), w.webhook_id, q.chain_id, q.seq, q.kind, q.at, t.now, t.now
  FROM (SELECT :now::timestamptz AS now) t
 CROSS JOIN webhook_queue q
  JOIN webhooks w ON w.active AND w.ended_at IS NULL
   AND EXISTS (SELECT FROM unnest(:kinds::text[], :topics::text[]) AS k(kind, topic)
                WHERE k.kind = q.kind AND k.topic = ANY (w.topics))
 WHERE q.n = ANY(:ns::bigint[])
   AND EXISTS (SELECT FROM reader_of(w.reader) r
                WHERE NOT q.targets && r.own AND (q.actors && r.keys OR q.units && r.units))
   AND EXISTS (SELECT FROM seen_orders(w.reader) o WHERE o.order_id = q.chain_id)
    ON CONFLICT (webhook_id, chain_id, seq) DO NOTHING;

-- name: unqueue(ns)!
-- Takes spread entries out of the queue. Index: webhook_queue_pkey.
DELETE FROM webhook_queue WHERE n = ANY(:ns::bigint[]);

-- name: claim_deliveries(now, limit_count)
-- Deliveries whose time has come, locked until the transaction ends; of an order only the first that waits.
-- number is null for a test. Index: webhook_deliveries_waiting_idx, webhook_deliveries_order_idx.
SELECT d.delivery_id, d.webhook_id, d.seq, d.kind, d.at, d.attempts, w.url, w.secret, o.number,
       d.chain_id = 0 OR EXISTS (SELECT FROM seen_orders(w.reader) s WHERE s.order_id = d.chain_id) AS visible
  FROM webhook_deliveries d JOIN webhooks w USING (webhook_id) LEFT JOIN orders o ON o.order_id = d.chain_id
 WHERE d.state = 'waiting' AND d.due_at <= :now AND w.active AND w.ended_at IS NULL
   AND NOT EXISTS (SELECT FROM webhook_deliveries b
                    WHERE b.webhook_id = d.webhook_id AND b.chain_id = d.chain_id AND b.seq < d.seq
                      AND b.state = 'waiting')
 ORDER BY d.due_at, d.chain_id, d.seq
 LIMIT :limit_count
   FOR UPDATE OF d SKIP LOCKED;

-- name: mark_delivery(state, due, now, error, delivery_id)!
-- Writes down what became of a delivery. Index: webhook_deliveries_pkey.
UPDATE webhook_deliveries
   SET state = :state::text, due_at = :due, attempts = attempts + 1,
       ended_at = CASE WHEN :state::text = 'waiting' THEN NULL ELSE :now::timestamptz END, last_error = :error
 WHERE delivery_id = :delivery_id;

-- name: note_attempt(delivery_id, n, at, status, duration_ms, excerpt)!
-- Keeps one request in the log.
INSERT INTO webhook_attempts (delivery_id, n, at, status, duration_ms, excerpt)
VALUES (:delivery_id, :n, :at, :status, :duration_ms, :excerpt);

-- name: next_delivery()$
-- When the next delivery is to be tried; null: none waits. What waits for an earlier entry of its order does not count.
-- Index: webhook_deliveries_waiting_idx, webhook_deliveries_order_idx.
SELECT min(d.due_at)
  FROM webhook_deliveries d JOIN webhooks w USING (webhook_id)
 WHERE d.state = 'waiting' AND w.active AND w.ended_at IS NULL
   AND NOT EXISTS (SELECT FROM webhook_deliveries b
                    WHERE b.webhook_id = d.webhook_id AND b.chain_id = d.chain_id AND b.seq < d.seq
                      AND b.state = 'waiting');

-- name: hooks_of(everybody, unit, webhook_id)
-- The webhooks of a unit, or of everybody; of all of them or one. Index: webhooks_pkey, webhook_deliveries_log_idx.
SELECT w.webhook_id, w.reader, s.unit, w.name, w.url, w.topics, w.active, w.made_at, w.made_by,
       count(d.*) FILTER (WHERE d.state = 'sent') AS sent, count(d.*) FILTER (WHERE d.state = 'waiting') AS waiting,
       count(d.*) FILTER (WHERE d.state = 'dead') AS dead, max(d.ended_at) FILTER (WHERE d.state = 'sent') AS last_at
  FROM webhooks w LEFT JOIN staff s ON s.work_number = w.reader LEFT JOIN webhook_deliveries d USING (webhook_id)
 WHERE w.ended_at IS NULL AND (:everybody::boolean OR s.unit = :unit::text)
   AND (:webhook_id::uuid IS NULL OR w.webhook_id = :webhook_id)
 GROUP BY w.webhook_id, s.unit
 ORDER BY s.unit, w.made_at;

-- name: hook_reader(reader)^
-- Whether a system may be told as this person, and how many webhooks their unit has; no row: it may not.
SELECT s.work_number, (SELECT count(*) FROM webhooks w JOIN staff o ON o.work_number = w.reader
                        WHERE o.unit = s.unit AND w.ended_at IS NULL) AS hooks
  FROM staff s
 WHERE s.work_number = :reader AND s.active AND s.unit IS NOT NULL;

-- name: hook_readers()
-- The contacts of the units, as whom systems are told.
SELECT work_number FROM staff WHERE active AND unit IS NOT NULL AND 'unit_contact' = ANY (roles) ORDER BY work_number;

-- name: make_hook(webhook_id, reader, name, url, secret, topics, at, by)$
-- Keeps a webhook; no row: this form was sent before. Index: webhooks_pkey.
INSERT INTO webhooks (webhook_id, reader, name, url, secret, topics, made_at, made_by)
VALUES (:webhook_id, :reader, :name, :url, :secret, :topics, :at, :by)
    ON CONFLICT (webhook_id) DO NOTHING
RETURNING webhook_id;

-- name: set_active(active, webhook_id)$
-- Pauses a webhook or lets it go on. Index: webhooks_pkey.
UPDATE webhooks SET active = :active WHERE webhook_id = :webhook_id AND ended_at IS NULL RETURNING webhook_id;

-- name: end_hook(at, webhook_id)$
-- Takes a webhook away, and with it what waits. Index: webhooks_pkey, webhook_deliveries_order_idx.
WITH gone AS (
    UPDATE webhooks SET ended_at = :at, active = false
     WHERE webhook_id = :webhook_id AND ended_at IS NULL
    RETURNING webhook_id, ended_at),
dropped AS (
    UPDATE webhook_deliveries d SET state = 'dropped', ended_at = g.ended_at, last_error = 'the webhook was taken away'
      FROM gone g WHERE d.webhook_id = g.webhook_id AND d.state = 'waiting'
    RETURNING 1)
SELECT g.webhook_id FROM gone g, (SELECT count(*) FROM dropped) n;

-- name: add_test(delivery_id, kind, webhook_id, at)!
-- Puts a test into the log, to be sent; each has a number of its own. Index: webhook_deliveries_webhook_id_chain_id_seq_key.
WITH told AS (SELECT pg_notify('ledger', ''))
INSERT INTO webhook_deliveries (delivery_id, webhook_id, chain_id, seq, kind, at, made_at, due_at)
SELECT :delivery_id, w.id, 0,
       1 + coalesce((SELECT max(seq) FROM webhook_deliveries WHERE webhook_id = w.id AND chain_id = 0), 0),
       :kind, t.at, t.at, t.at
  FROM (SELECT :webhook_id::uuid AS id) w, (SELECT :at::timestamptz AS at) t, told
    ON CONFLICT DO NOTHING;

-- name: send_again(now, webhook_id, delivery_id)$
-- Lets a delivery be sent again; no row: there is none, or it waits already. Index: webhook_deliveries_pkey.
WITH again AS (
    UPDATE webhook_deliveries SET state = 'waiting', due_at = :now, ended_at = NULL
     WHERE webhook_id = :webhook_id AND delivery_id = :delivery_id AND state IN ('sent', 'dead')
    RETURNING delivery_id),
told AS (SELECT pg_notify('ledger', '') FROM again)
SELECT a.delivery_id FROM again a, told;

-- name: deliveries_of(reader, webhook_id, limit_count)
-- The latest deliveries of a webhook; of an order that whoever looks may not see without the number.
-- Index: webhook_deliveries_log_idx, orders_pkey.
SELECT d.delivery_id, d.kind, d.seq, d.made_at, d.due_at, d.state, d.last_error,
       (SELECT o.number FROM seen_orders(:reader) o WHERE o.order_id = d.chain_id) AS number
  FROM webhook_deliveries d
 WHERE d.webhook_id = :webhook_id
 ORDER BY d.made_at DESC, d.seq DESC
 LIMIT :limit_count;

-- name: attempts_of(delivery_ids)
-- The requests of these deliveries, the latest first. Index: webhook_attempts_pkey.
SELECT delivery_id, at, status, duration_ms, excerpt
  FROM webhook_attempts
 WHERE delivery_id = ANY(:delivery_ids::uuid[])
 ORDER BY delivery_id, n DESC;

-- name: expire_letters(before, limit_count)$
-- Lets the words of letters go that came before then and belong to no open order, by rule; how many.
SELECT letters_expire(:before, :limit_count);

-- name: expire_outbox(before, limit_count)$
-- Lets messages go that ended before then, by rule; how many. Reads the table.
WITH gone AS (
    DELETE FROM outbox WHERE message_id IN (
        SELECT message_id FROM outbox WHERE state <> 'waiting' AND ended_at < :before LIMIT :limit_count)
    RETURNING 1)
SELECT count(*) FROM gone;

-- name: expire_deliveries(before, limit_count)$
-- Lets what was told to units' systems before then go, by rule; how many. Reads the table.
WITH gone AS (
    DELETE FROM webhook_deliveries WHERE delivery_id IN (
        SELECT delivery_id FROM webhook_deliveries WHERE state <> 'waiting' AND ended_at < :before LIMIT :limit_count)
    RETURNING 1)
SELECT count(*) FROM gone;

-- name: sealed_hooks(after, limit_count)
-- Secrets of receivers behind this one. Index: webhooks_pkey.
SELECT webhook_id, secret FROM webhooks WHERE webhook_id > :after ORDER BY webhook_id LIMIT :limit_count;

-- name: reseal_hook(sealed, webhook_id, was)!
-- Locks a secret anew. Index: webhooks_pkey.
UPDATE webhooks SET secret = :sealed WHERE webhook_id = :webhook_id AND secret = :was;
