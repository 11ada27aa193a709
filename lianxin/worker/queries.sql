-- What the clock has before it. Owned here: nothing.

-- name: failing(limit_count)
-- Timers whose command failed, the most stubborn first.
SELECT subject_id, due_at, attempts, last_error FROM timers WHERE attempts > 0 ORDER BY attempts DESC, due_at LIMIT :limit_count;

-- name: waiting(now)^
-- How many timers there are, how many are late, and when the earliest is due. Index: timers_due_idx.
SELECT count(*) AS timers, count(*) FILTER (WHERE due_at <= :now) AS late, min(due_at) AS earliest FROM timers;

-- name: unresolved_orders()
-- Open orders with a promise whose date the missing calendar left open. Index: promises_unresolved_idx.
SELECT DISTINCT subject_id FROM promises WHERE state = 'open' AND due_at IS NULL ORDER BY subject_id;

-- name: open_alarm(kind, subject, at)$
-- Opens an alarm; null: it is open already. Index: alarms_open_idx.
INSERT INTO alarms (kind, subject, opened_at) VALUES (:kind, :subject, :at)
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING
RETURNING alarm_id;

-- name: open_subjects(kind)
-- What a kind of alarm is open about. Index: alarms_open_idx.
SELECT subject FROM alarms WHERE kind = :kind AND closed_at IS NULL ORDER BY subject;

-- name: close_alarm(at, kind, subject)!
-- Closes an alarm that was seen to.
UPDATE alarms SET closed_at = :at WHERE kind = :kind AND subject = :subject AND closed_at IS NULL;
