-- What leaves the house. Owned here: outbox.

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
