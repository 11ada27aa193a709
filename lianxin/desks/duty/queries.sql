-- What the duty manager reads beside the trays. Owned here: nothing.

-- name: open_alarms()
-- Alarms of the house that nobody has seen to yet, the oldest first. Index: alarms_open_idx.
SELECT kind, subject, opened_at FROM alarms WHERE closed_at IS NULL ORDER BY opened_at;
