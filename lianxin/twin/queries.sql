-- What a played day came to. Reads only; the figures follow the formulas of the statistics (docs/day.md).

-- name: rates()^
-- on_time: orders whose accepted reply came before the unit's due instant, among all that got one or are overdue.
-- solved_first, satisfied_first: first answers at the follow-up; whoever was not reached or did not say is in
-- neither number. A share without a denominator is null.
WITH played AS (
    SELECT convert_from(c.snapshot, 'UTF8')::jsonb AS o
      FROM chains c JOIN orders ON order_id = chain_id
)
SELECT avg((o->>'on_time')::boolean::integer)::float8 AS on_time,
       avg(CASE WHEN o->>'solved_first' = 'solved' THEN 1
                WHEN o->>'solved_first' IN ('partly', 'not_solved') THEN 0 END)::float8 AS solved_first,
       avg(CASE WHEN o->>'satisfied_first' IN ('very', 'yes', 'basic') THEN 1
                WHEN o->>'satisfied_first' IN ('no', 'very_no') THEN 0 END)::float8 AS satisfied_first
  FROM played;

-- name: not_archived()$
-- How many orders have not reached the archive.
SELECT count(*) FROM orders WHERE archived_at IS NULL;
