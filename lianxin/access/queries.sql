-- Who may come in and who is in. Owned here: accounts, sessions.

-- name: session(token_hash)^
-- The session of a cookie and what the roll says of its owner, with the roles of those they stand in for; no row:
-- there is none, it was ended, its owner left or the account is disabled. Index: sessions_token_hash_key.
SELECT s.session_id, s.work_number, s.method, s.waits, s.csrf, s.begun_at, s.seen_at, s.proved_at, s.expires_at,
       s.locked_at, f.unit, f.zone, f.region, n.name,
       ARRAY(SELECT DISTINCT r FROM staff d, unnest(d.roles) r
              WHERE d.active AND (d.work_number = s.work_number OR d.deputy = s.work_number)) AS roles
  FROM sessions s
  JOIN staff f ON f.work_number = s.work_number AND f.active
  LEFT JOIN staff_names n ON n.work_number = s.work_number
  LEFT JOIN accounts a ON a.work_number = s.work_number
 WHERE s.token_hash = :token_hash AND s.ended_at IS NULL AND a.disabled_at IS NULL;

-- name: begin_session(session_id, token_hash, csrf, number, method, waits, now, expires, address, browser)!
-- Begins a session.
INSERT INTO sessions (session_id, token_hash, csrf, work_number, method, waits, begun_at, seen_at, proved_at,
                      expires_at, address, browser)
VALUES (:session_id, :token_hash, :csrf, :number, :method, :waits, :now, :now, :now, :expires, :address, :browser);

-- name: end_session(session_id, by, now)$
-- Ends a session; no row: it had ended before. Index: sessions_pkey.
UPDATE sessions SET ended_at = :now, ended_by = :by
 WHERE session_id = :session_id AND ended_at IS NULL
RETURNING work_number;

-- name: forget_old_sessions(before)!
-- Sessions that were over long ago go, some at a time. Index: sessions_old_idx.
DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions WHERE expires_at < :before LIMIT 100);

-- name: touch_session(session_id, now)!
-- Notes that somebody did something. Index: sessions_pkey.
UPDATE sessions SET seen_at = greatest(seen_at, :now) WHERE session_id = :session_id;

-- name: lock_session(session_id, now)!
-- Locks a session until its owner proves again who they are. Index: sessions_pkey.
UPDATE sessions SET locked_at = :now WHERE session_id = :session_id AND locked_at IS NULL;

-- name: unlock_session(session_id, token_hash, now)$
-- Opens a locked session under a new secret; no row: it was ended. Index: sessions_pkey.
UPDATE sessions SET token_hash = :token_hash, seen_at = :now, proved_at = :now, locked_at = NULL
 WHERE session_id = :session_id AND ended_at IS NULL
RETURNING session_id;

-- name: present_numbers(now, seen_after)
-- Work numbers of everybody who is in and not away. Index: sessions_open_idx.
SELECT DISTINCT work_number FROM sessions
 WHERE ended_at IS NULL AND locked_at IS NULL AND waits = '' AND expires_at > :now AND seen_at > :seen_after;

-- name: account(number)^
-- How somebody proves who they are; no row: no account, it is disabled, or they do not work here. Index: accounts_pkey.
SELECT a.work_number, a.password, a.must_change, a.totp IS NOT NULL AS has_totp
  FROM accounts a JOIN staff f ON f.work_number = a.work_number AND f.active
 WHERE a.work_number = :number AND a.disabled_at IS NULL;

-- name: works_here(number)$
-- Whether the roll has them. Index: staff_pkey.
SELECT true FROM staff WHERE work_number = :number AND active;
