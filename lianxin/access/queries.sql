-- Who may come in, who is in, and who tried. Owned here: accounts, sessions, login_attempts, recovery_codes, passkeys,
-- spent, tokens, access_acts.

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
-- Somebody who works here and how they prove who they are; no row: they do not work here. Indexes: staff_pkey, accounts_pkey.
SELECT f.work_number, n.name, a.password, coalesce(a.must_change, false) AS must_change, a.totp IS NOT NULL AS has_totp,
       a.disabled_at, (SELECT count(*) FROM passkeys p WHERE p.work_number = f.work_number) AS passkeys,
       ARRAY(SELECT DISTINCT r FROM staff d, unnest(d.roles) r
              WHERE d.active AND (d.work_number = f.work_number OR d.deputy = f.work_number)) AS roles
  FROM staff f
  LEFT JOIN staff_names n ON n.work_number = f.work_number
  LEFT JOIN accounts a ON a.work_number = f.work_number
 WHERE f.work_number = :number AND f.active;

-- name: ensure_account(number, now, by)$
-- Makes an account without a password; no row: there is one. Index: accounts_pkey.
INSERT INTO accounts (work_number, made_at, made_by) VALUES (:number, :now, :by) ON CONFLICT DO NOTHING
RETURNING work_number;

-- name: keep_password(number, password, must_change, now)!
-- Keeps the hash of a password. Index: accounts_pkey.
UPDATE accounts SET password = :password, must_change = :must_change, password_at = :now WHERE work_number = :number;

-- name: disable_account(number, disabled_at)!
-- Closes an account; null opens it again. Index: accounts_pkey.
UPDATE accounts SET disabled_at = :disabled_at WHERE work_number = :number;

-- name: one_at_a_time(key)$
-- Waits until nobody else counts tries under this key; until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended(:key, 20));

-- name: failures_of_number(subject, kind, device, since)^
-- How often a number was tried wrongly since then, and when last, from one browser that knows it (device) or from all
-- that do not (null). What was before it came in, or was cleared, does not count. Index: login_attempts_subject_idx.
WITH tries AS (
    SELECT attempt_id, at, outcome FROM login_attempts
     WHERE subject = :subject AND kind IN (:kind, 'password') AND at > :since
       AND (outcome = 'cleared' OR kind = :kind AND device IS NOT DISTINCT FROM :device::bytea))
SELECT count(*) AS failures, max(at) AS last_at
  FROM tries
 WHERE outcome IN ('begun', 'wrong', 'unknown', 'disabled')
   AND attempt_id > coalesce((SELECT max(attempt_id) FROM tries WHERE outcome IN ('right', 'in', 'cleared')), 0);

-- name: failures_of_address(address, since)^
-- How often anything was tried wrongly from an address since then, browsers that know the number left out.
-- Index: login_attempts_address_idx.
SELECT count(*) AS failures, max(at) AS last_at
  FROM login_attempts
 WHERE address = :address AND at > :since AND device IS NULL AND outcome IN ('begun', 'wrong', 'unknown', 'disabled');

-- name: begin_attempt(now, kind, subject, number, device, address, outcome)$
-- Writes down a try.
INSERT INTO login_attempts (at, kind, subject, work_number, device, address, outcome)
VALUES (:now, :kind, :subject, :number, :device, :address, :outcome)
RETURNING attempt_id;

-- name: end_attempt(attempt_id, outcome)!
-- Writes down how a try ended. Index: login_attempts_pkey.
UPDATE login_attempts SET outcome = :outcome WHERE attempt_id = :attempt_id AND outcome = 'begun';

-- name: clear_attempts(now, subject, number, by)!
-- Lets somebody try again at once.
INSERT INTO login_attempts (at, kind, subject, work_number, address, outcome, by)
VALUES (:now, 'password', :subject, :number, '', 'cleared', :by);

-- name: totp(number)$
-- Somebody's secret for codes, encrypted; null: none. Index: accounts_pkey.
SELECT totp FROM accounts WHERE work_number = :number;

-- name: keep_totp(number, totp, step)!
-- Keeps a new secret for codes, and the step whose code was shown. Index: accounts_pkey.
UPDATE accounts SET totp = :totp, totp_step = :step WHERE work_number = :number;

-- name: take_step(number, step)$
-- Takes the code of a step; no row: that of this step or a later one was taken before. Index: accounts_pkey.
UPDATE accounts SET totp_step = :step WHERE work_number = :number AND totp IS NOT NULL AND totp_step < :step
RETURNING totp_step;

-- name: remove_totp(number)!
-- Takes the secret away; the step stays, so that no old code comes back with an old secret. Index: accounts_pkey.
UPDATE accounts SET totp = NULL WHERE work_number = :number;

-- name: forget_recovery(number)!
-- Somebody's recovery codes go. Index: recovery_codes_pkey.
DELETE FROM recovery_codes WHERE work_number = :number;

-- name: keep_recovery(number, hashes)!
-- Keeps new recovery codes.
INSERT INTO recovery_codes (work_number, code_hash) SELECT :number, unnest(:hashes::bytea[]);

-- name: take_recovery(number, code_hash)$
-- Takes a recovery code; no row: there is no such one. Index: recovery_codes_pkey.
DELETE FROM recovery_codes WHERE work_number = :number AND code_hash = :code_hash RETURNING true;

-- name: recovery_left(number)$
-- How many recovery codes somebody has. Index: recovery_codes_pkey.
SELECT count(*) FROM recovery_codes WHERE work_number = :number;

-- name: passkeys_of(number)
-- Somebody's passkeys. Index: passkeys_number_idx.
SELECT credential_id, name, made_at, used_at FROM passkeys WHERE work_number = :number ORDER BY made_at, credential_id;

-- name: passkey(credential_id)^
-- A passkey; no row: nobody's. Index: passkeys_pkey.
SELECT credential_id, work_number, public_key, sign_count FROM passkeys WHERE credential_id = :credential_id;

-- name: keep_passkey(credential_id, number, public_key, sign_count, name, now, most)$
-- Keeps a new passkey; no row: it is known already, or its owner has `most` of them. Index: passkeys_pkey.
INSERT INTO passkeys (credential_id, work_number, public_key, sign_count, name, made_at)
SELECT :credential_id, :number, :public_key, :sign_count, :name, :now
 WHERE (SELECT count(*) FROM passkeys WHERE work_number = :number) < :most::bigint
    ON CONFLICT DO NOTHING
RETURNING true;

-- name: use_passkey(credential_id, sign_count, now)$
-- Notes that a passkey was used, and where its counter stands; no row: it was used meanwhile at that count or a later
-- one. Authenticators that do not count stay at 0. Index: passkeys_pkey.
UPDATE passkeys SET sign_count = :sign_count, used_at = :now
 WHERE credential_id = :credential_id AND (sign_count < :sign_count OR sign_count = 0 AND :sign_count = 0)
RETURNING true;

-- name: remove_passkey(number, credential_id)$
-- Takes a passkey away; no row: its owner has no such one. Index: passkeys_pkey.
DELETE FROM passkeys WHERE work_number = :number AND credential_id = :credential_id RETURNING true;

-- name: remove_passkeys(number)!
-- Takes all of somebody's passkeys away. Index: passkeys_number_idx.
DELETE FROM passkeys WHERE work_number = :number;

-- name: spend(digest, until)$
-- Notes that something was used; no row: it was before. Index: spent_pkey.
INSERT INTO spent (digest, until) VALUES (:digest, :until) ON CONFLICT DO NOTHING RETURNING true;

-- name: forget_spent(now)!
-- What is too old to be used anyway goes. Index: spent_until_idx.
DELETE FROM spent WHERE digest IN (SELECT digest FROM spent WHERE until < :now LIMIT 100);

-- name: make_token(token_id, token_hash, number, name, scopes, now, expires, most)$
-- Makes a token; no row: its owner has `most` that live. Index: tokens_number_idx.
INSERT INTO tokens (token_id, token_hash, work_number, name, scopes, made_at, expires_at)
SELECT :token_id, :token_hash, :number, :name, :scopes::text[], :now, :expires
 WHERE (SELECT count(*) FROM tokens
         WHERE work_number = :number AND revoked_at IS NULL AND expires_at > :now) < :most::bigint
RETURNING token_id;

-- name: token(token_hash)^
-- A token that lives, and what the roll says of its owner; no row: unknown, revoked, expired while nobody looked, or its
-- owner left or is disabled. Index: tokens_token_hash_key.
SELECT t.token_id, t.work_number, t.scopes, t.expires_at, f.unit, f.zone, f.region, n.name,
       ARRAY(SELECT DISTINCT r FROM staff d, unnest(d.roles) r
              WHERE d.active AND (d.work_number = t.work_number OR d.deputy = t.work_number)) AS roles
  FROM tokens t
  JOIN staff f ON f.work_number = t.work_number AND f.active
  LEFT JOIN staff_names n ON n.work_number = t.work_number
  LEFT JOIN accounts a ON a.work_number = t.work_number
 WHERE t.token_hash = :token_hash AND t.revoked_at IS NULL AND a.disabled_at IS NULL;

-- name: note_token(token_id, now, address)!
-- Notes that a token was used, and from where. Index: tokens_pkey.
UPDATE tokens SET used_at = :now, used_from = :address WHERE token_id = :token_id;

-- name: tokens_of(number)
-- Somebody's tokens, the newest first. Index: tokens_number_idx.
SELECT token_id, work_number, name, scopes, made_at, expires_at, revoked_at, used_at, used_from
  FROM tokens WHERE work_number = :number ORDER BY made_at DESC, token_id;

-- name: live_tokens(now)
-- All tokens that open something, the newest first. Read whole: there are few.
SELECT token_id, work_number, name, scopes, made_at, expires_at, revoked_at, used_at, used_from
  FROM tokens WHERE revoked_at IS NULL AND expires_at > :now ORDER BY made_at DESC, token_id;

-- name: revoke_token(token_id, by, now, number)$
-- Ends a token, of anybody or (number) of this owner only; no row: there is none that lives. Index: tokens_pkey.
UPDATE tokens SET revoked_at = :now, revoked_by = :by
 WHERE token_id = :token_id AND revoked_at IS NULL AND (:number::text IS NULL OR work_number = :number)
RETURNING token_id;

-- name: sessions_of(number, now)
-- Somebody's sessions that are not over, the latest first. Index: sessions_open_idx.
SELECT s.session_id, s.work_number, n.name, s.method, s.waits, s.begun_at, s.seen_at, s.expires_at, s.locked_at,
       s.address, s.browser
  FROM sessions s LEFT JOIN staff_names n ON n.work_number = s.work_number
 WHERE s.work_number = :number AND s.ended_at IS NULL AND s.expires_at > :now
 ORDER BY s.seen_at DESC, s.session_id;

-- name: open_sessions(now, limit_count)
-- All sessions that are not over, the latest first. Index: sessions_old_idx.
SELECT s.session_id, s.work_number, n.name, s.method, s.waits, s.begun_at, s.seen_at, s.expires_at, s.locked_at,
       s.address, s.browser
  FROM sessions s LEFT JOIN staff_names n ON n.work_number = s.work_number
 WHERE s.ended_at IS NULL AND s.expires_at > :now
 ORDER BY s.seen_at DESC, s.session_id LIMIT :limit_count;

-- name: end_sessions_of(number, but, by, now)
-- Ends all of somebody's sessions but one (null: all). Index: sessions_open_idx.
UPDATE sessions SET ended_at = :now, ended_by = :by
 WHERE work_number = :number AND ended_at IS NULL AND session_id IS DISTINCT FROM :but::uuid
RETURNING session_id;

-- name: attempts(before, number, outcome, limit_count)
-- Tries to come in, the latest first, before one of them (null: from the latest), of one number and with one outcome
-- (null: any). Indexes: login_attempts_pkey, login_attempts_number_idx.
SELECT a.attempt_id, a.at, a.kind, a.work_number, n.name, a.device IS NOT NULL AS known_browser, a.address, a.outcome, a.by
  FROM login_attempts a LEFT JOIN staff_names n ON n.work_number = a.work_number
 WHERE (:before::bigint IS NULL OR a.attempt_id < :before)
   AND (:number::text IS NULL OR a.work_number = :number)
   AND (:outcome::text IS NULL OR a.outcome = :outcome)
 ORDER BY a.attempt_id DESC LIMIT :limit_count;

-- name: works_here(number)$
-- Whether the roll has them. Index: staff_pkey.
SELECT true FROM staff WHERE work_number = :number AND active;

-- name: note_act(now, act, number, by)!
-- Writes down what was changed about a login.
INSERT INTO access_acts (at, act, work_number, by) VALUES (:now, :act, :number, :by);

-- name: acts(before, number, limit_count)
-- What was changed about logins, the latest first, before one of them (null: from the latest), of one number (null: of
-- all). Indexes: access_acts_pkey, access_acts_number_idx.
SELECT a.act_id, a.at, a.act, a.work_number, n.name, a.by
  FROM access_acts a LEFT JOIN staff_names n ON n.work_number = a.work_number
 WHERE (:before::bigint IS NULL OR a.act_id < :before) AND (:number::text IS NULL OR a.work_number = :number)
 ORDER BY a.act_id DESC LIMIT :limit_count;

-- name: roll(words, after, limit_count)
-- People who work here whose number begins with, or whose name contains these words (null: all), in the order of their
-- numbers, after one of them. Index: staff_pkey.
SELECT f.work_number, n.name, f.roles, f.unit, f.zone, f.region, f.deputy, a.password IS NOT NULL AS has_password,
       coalesce(a.must_change, false) AS must_change, a.totp IS NOT NULL AS has_totp, a.disabled_at,
       (SELECT count(*) FROM passkeys p WHERE p.work_number = f.work_number) AS passkeys
  FROM staff f
  LEFT JOIN staff_names n ON n.work_number = f.work_number
  LEFT JOIN accounts a ON a.work_number = f.work_number
 WHERE f.active AND f.work_number > :after
   AND (:words::text IS NULL OR starts_with(f.work_number, :words) OR strpos(n.name, :words) > 0)
 ORDER BY f.work_number LIMIT :limit_count;

-- name: expire_login_attempts(before, limit_count)$
-- Lets attempts before then go, by rule; how many. Nothing younger than six months goes.
SELECT login_attempts_expire(:before, :limit_count);

-- name: expire_access_acts(before, limit_count)$
-- Lets what was changed before then go, by rule; how many. Nothing younger than six months goes.
SELECT access_acts_expire(:before, :limit_count);

-- name: expire_sessions(before, limit_count)$
-- Lets sessions that were over before then go, by rule; how many. Index: sessions_old_idx.
WITH gone AS (
    DELETE FROM sessions WHERE session_id IN (
        SELECT session_id FROM sessions WHERE expires_at < :before ORDER BY expires_at LIMIT :limit_count)
    RETURNING 1)
SELECT count(*) FROM gone;
