-- What the clock has before it. Owned here: nothing.

-- name: failing(limit_count)
-- Timers whose command failed, the most stubborn first.
SELECT subject_id, due_at, attempts, last_error FROM timers WHERE attempts > 0 ORDER BY attempts DESC, due_at LIMIT :limit_count;

-- name: waiting(now)^
-- How many timers there are, how many are late, and when the earliest is due. Index: timers_due_idx.
SELECT count(*) AS timers, count(*) FILTER (WHERE due_at <= :now) AS late, min(due_at) AS earliest FROM timers;
