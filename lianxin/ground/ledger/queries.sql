-- The ledger's own statements. Owned here: chains, entries, commands, checkpoints, checkpoint_leaves.

-- name: load_chains(chain_ids, command_id)
-- The first result of a command (on every row) and where chains stand; a chain not begun has no row,
-- but one row with a null chain_id always comes so that the result is never lost. Index: chains_pkey.
SELECT c.chain_id, c.seq, c.head, c.snapshot, NULL::text AS result
  FROM chains c WHERE c.chain_id = ANY(:chain_ids::bigint[])
UNION ALL
SELECT NULL, NULL, NULL, NULL, d.result::text
  FROM commands d WHERE d.command_id = :command_id;

-- name: due_timers(now, limit_count)
-- Subjects whose next date has come, earliest first. What another worker is given, or a command writes, at this very
-- moment is passed over: it is in good hands. Index: timers_due_idx.
SELECT timers.subject_id, timers.due_at, timers.attempts, coalesce(chains.seq, 0)
  FROM timers
  LEFT JOIN chains ON chains.chain_id = timers.subject_id
 WHERE timers.due_at <= :now
 ORDER BY timers.due_at, timers.subject_id
 LIMIT :limit_count
   FOR UPDATE OF timers SKIP LOCKED;

-- name: next_timer()^
-- When the earliest timer is due; no row: there is none. Index: timers_due_idx.
SELECT due_at FROM timers ORDER BY due_at LIMIT 1;

-- name: unsealed_heads(limit_count)
-- Heads that changed since they were last sealed, in ascending order of their chains. Index: chains_unsealed_idx.
SELECT chain_id, seq, head, sealed_seq
  FROM chains
 WHERE sealed_seq < seq
 ORDER BY chain_id
 LIMIT :limit_count;

-- name: last_checkpoint()$
-- The line of the last checkpoint; no row: nothing was sealed yet. Index: checkpoints_pkey.
SELECT line FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1;

-- name: last_checkpoint_id()$
-- The number of the last checkpoint; null: there is none. Index: checkpoints_pkey.
SELECT max(checkpoint_id) FROM checkpoints;

-- name: checkpoints_after(checkpoint_id)
-- The lines after a checkpoint, in order. Index: checkpoints_pkey.
SELECT checkpoint_id, line FROM checkpoints WHERE checkpoint_id > :checkpoint_id::integer ORDER BY checkpoint_id;

-- name: add_checkpoint(checkpoint_id, at, line)!
-- Keeps a checkpoint's line; its leaves follow in the same transaction.
INSERT INTO checkpoints (checkpoint_id, at, line) VALUES (:checkpoint_id, :at, :line);

-- name: mark_sealed(checkpoint_id)!
-- Notes on the chains how far the checkpoint sealed them. Locks in ascending order like every command does;
-- a chain that has moved on meanwhile keeps its newer head. Index: chains_pkey.
WITH sealed AS (
    SELECT c.chain_id, l.seq
      FROM checkpoint_leaves l JOIN chains c USING (chain_id)
     WHERE l.checkpoint_id = :checkpoint_id
     ORDER BY c.chain_id
       FOR NO KEY UPDATE OF c)
UPDATE chains c SET sealed_seq = s.seq FROM sealed s WHERE c.chain_id = s.chain_id;

-- name: looks_after(look_id, limit_count)
-- Looks of the access log behind one, as they are sealed, docs/ledger.md. They are numbered in the order in which they
-- become visible, so none is passed over. Index: looks_pkey.
SELECT look_id,
       int8send(look_id) || timestamptz_send(at) || int8send(coalesce(subject_id, 0)) || uuid_send(once) || session
       || address || convert_to(who, 'UTF8') || '\x00' || convert_to(what, 'UTF8') || '\x00' || convert_to(about, 'UTF8')
       AS data
  FROM looks
 WHERE look_id > :look_id::bigint
 ORDER BY look_id
 LIMIT :limit_count;

-- name: tell()$
-- Wakes everyone who watches the ledger: pages and workers.
SELECT pg_notify('ledger', '');
