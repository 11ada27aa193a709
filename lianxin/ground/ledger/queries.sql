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
-- Subjects whose next date has come, earliest first. Index: timers_due_idx.
SELECT subject_id, due_at, attempts
  FROM timers
 WHERE due_at <= :now
 ORDER BY due_at, subject_id
 LIMIT :limit_count;

-- name: next_timer()^
-- When the earliest timer is due; no row: there is none. Index: timers_due_idx.
SELECT due_at FROM timers ORDER BY due_at LIMIT 1;
