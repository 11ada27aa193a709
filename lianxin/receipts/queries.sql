-- Query codes and receipts. Owned here: receipts (new codes come through `receipts_write`, with their entry).

-- name: chain_of_order(chain_id)
-- The whole chain, from its first entry. Index: entries_pkey.
SELECT seq, at, hash, body FROM entries WHERE chain_id = :chain_id ORDER BY seq;

-- name: entry_at(chain_id, seq)^
-- One entry. No row: the chain does not reach so far. Index: entries_pkey.
SELECT seq, at, hash FROM entries WHERE chain_id = :chain_id AND seq = :seq::integer;

-- name: last_entry(chain_id)^
-- The last entry of a chain. No row: there is no such chain. Index: entries_pkey.
SELECT seq, at, hash FROM entries WHERE chain_id = :chain_id ORDER BY seq DESC LIMIT 1;

-- name: last_code(order_id)^
-- The valid code of an order. No row: none was ever given. Index: receipts_pkey.
SELECT n, code_hash, seq, head FROM receipts WHERE order_id = :order_id ORDER BY n DESC LIMIT 1;

-- name: note_issued(order_id, n, seq, head)!
-- Notes with which head a receipt was handed out; the first one stands.
UPDATE receipts SET seq = :seq::integer, head = :head
 WHERE order_id = :order_id AND n = :n::integer AND seq IS NULL;

-- name: first_sealing(chain_id, seq)^
-- The first checkpoint that seals the chain at this entry or a later one, or no row. Index: checkpoint_leaves_chain_idx.
SELECT l.checkpoint_id, l.seq, l.head, c.line
  FROM checkpoint_leaves l JOIN checkpoints c USING (checkpoint_id)
 WHERE l.chain_id = :chain_id AND l.seq >= :seq::integer
 ORDER BY l.seq
 LIMIT 1;

-- name: leaves_of_checkpoint(checkpoint_id)
-- All leaves of one checkpoint, in the order of its tree. Index: checkpoint_leaves_pkey.
SELECT chain_id, seq, head FROM checkpoint_leaves WHERE checkpoint_id = :checkpoint_id ORDER BY chain_id;
