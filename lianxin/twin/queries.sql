-- What a played day came to. Reads only; the figures follow the formulas of the statistics (docs/day.md).

-- name: rates()^
-- solved_first, satisfied_first: first answers at the follow-up; whoever was not reached or did not say is in
-- neither number, nor is a demand found unreasonable. A share without a denominator is null.
WITH played AS (
    SELECT convert_from(c.snapshot, 'UTF8')::jsonb AS o
      FROM chains c JOIN orders ON order_id = chain_id
)
SELECT avg(CASE WHEN o->>'solved_first' = 'solved' THEN 1
                WHEN o->>'solved_first' IN ('partly', 'not_solved') THEN 0 END)::float8 AS solved_first,
       avg(CASE WHEN o->>'satisfied_first' IN ('very', 'yes', 'basic') THEN 1
                WHEN o->>'satisfied_first' IN ('no', 'very_no') THEN 0 END)::float8 AS satisfied_first
  FROM played
 WHERE o->>'result' IS DISTINCT FROM 'unreasonable';

-- name: clock_entries()
-- The entries that say something about a unit's clock, each order's in their order; for the database of one day.
SELECT e.body
  FROM entries e JOIN orders ON order_id = e.chain_id
 WHERE position('clock"'::bytea IN e.body) > 0
 ORDER BY e.chain_id, e.seq;

-- name: not_archived()$
-- How many orders have not reached the archive.
SELECT count(*) FROM orders WHERE archived_at IS NULL;

-- name: unfinished_orders()
-- Every order that is not archived, as its chain makes it. Index: orders_open_due_idx, chains_pkey.
SELECT c.snapshot
  FROM orders o JOIN chains c ON c.chain_id = o.order_id
 WHERE o.archived_at IS NULL
 ORDER BY o.order_id;

-- name: unfinished_contacts()
-- Every contact that has not ended or is still owed a ring-back. Index: contacts_pending_idx, timers_pkey.
SELECT c.snapshot
  FROM contacts k JOIN chains c ON c.chain_id = k.contact_id
 WHERE k.disposition = 'pending'
    OR (k.disposition = 'ring_back' AND EXISTS (SELECT FROM timers t WHERE t.subject_id = k.contact_id))
 ORDER BY k.contact_id;

-- name: last_of_day(from_chain, to_chain)$
-- The highest chain id of a day's orders or contacts; null: none yet. Index: chains_pkey.
SELECT max(chain_id) FROM chains WHERE chain_id BETWEEN :from_chain AND :to_chain;

-- name: moved_on(chain_ids, seqs)
-- Those of the given orders that stand further than the given numbers say. Index: chains_pkey.
SELECT c.snapshot
  FROM unnest(:chain_ids::bigint[], :seqs::integer[]) AS known(chain_id, seq)
  JOIN chains c ON c.chain_id = known.chain_id AND c.seq <> known.seq;

-- name: opened_by_others(since, chain_ids)
-- Orders that somebody else has opened since then: a visitor at the portal, an agent at a desk, a letter.
-- Index: orders_opened_idx, chains_pkey.
SELECT c.snapshot
  FROM orders o JOIN chains c ON c.chain_id = o.order_id
 WHERE o.opened_at >= :since AND o.archived_at IS NULL AND o.order_id <> ALL (:chain_ids::bigint[])
 ORDER BY o.order_id;
