-- What the clock makes happen, and what leaves the house: both written with the command that causes them.

-- owned by: store
CREATE TABLE timers (
    subject_id bigint PRIMARY KEY,
    due_at     timestamptz NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    last_error text
);
COMMENT ON TABLE timers IS 'One row per order or contact that has a next date: the earliest of all its dates.';
CREATE INDEX timers_due_idx ON timers (due_at, subject_id);

-- owned by: store
CREATE FUNCTION timers_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM timers t USING jsonb_to_recordset(p_rows) AS r(subject bigint, due bigint)
     WHERE t.subject_id = r.subject AND r.due IS NULL;
    INSERT INTO timers (subject_id, due_at)
    SELECT r.subject, to_timestamp(r.due / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(subject bigint, due bigint) WHERE r.due IS NOT NULL
        ON CONFLICT (subject_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0, last_error = NULL;
END $$;

-- Only the date that was looked at: who gave the subject another one meanwhile is right.
-- owned by: store
CREATE FUNCTION timers_postpone(p_subject bigint, p_was timestamptz, p_until timestamptz, p_error text) RETURNS void
LANGUAGE sql AS $$
    UPDATE timers SET due_at = p_until, attempts = attempts + 1, last_error = p_error
     WHERE subject_id = p_subject AND due_at = p_was;
$$;

-- owned by: channels
CREATE TABLE outbox (
    message_id uuid PRIMARY KEY,
    subject_id bigint NOT NULL,
    channel    text NOT NULL CHECK (channel IN ('sms', 'mail', 'webhook')),
    body       jsonb NOT NULL,
    made_at    timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead', 'dropped')),
    ended_at   timestamptz,
    last_error text
);
COMMENT ON TABLE outbox IS 'Messages to the world; message_id is the idempotency key that the receiver sees. dropped: there is nobody to send it to (no number known, or the person was erased).';
CREATE INDEX outbox_waiting_idx ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_dead_idx ON outbox (due_at) WHERE state = 'dead';
CREATE INDEX outbox_subject_idx ON outbox (subject_id);

-- owned by: channels
CREATE FUNCTION outbox_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (message_id, subject_id, channel, body, made_at, due_at)
    SELECT r.id, r.subject, r.channel, r.body, to_timestamp(r.due / 1000.0), to_timestamp(r.due / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, subject bigint, channel text, body jsonb, due bigint)
        ON CONFLICT (message_id) DO NOTHING;
END $$;

-- owned by: site
CREATE TABLE site (
    name  text PRIMARY KEY,
    value jsonb NOT NULL
);
COMMENT ON TABLE site IS 'Facts about this installation: demo or not, the virtual clock of a demo.';

GRANT SELECT, INSERT, UPDATE, DELETE ON timers, outbox, site TO lianxin_app;
