-- What comes in by e-mail and text message, what is written back, and what came back undelivered.

-- owned by: channels
CREATE TABLE messages_in (
    contact_id  bigint PRIMARY KEY,
    channel     text        NOT NULL CHECK (channel IN ('mail', 'sms')),
    key         bytea       NOT NULL UNIQUE CHECK (octet_length(key) = 32),
    received_at timestamptz NOT NULL,
    person_id   uuid        NOT NULL,
    sealed      bytea       NOT NULL,
    left_out    bytea,
    silent      text,
    order_id    bigint,
    bound_by    text CHECK (bound_by IN ('reply', 'sender', 'code')),
    suggested   bigint[]    NOT NULL DEFAULT '{}',
    CONSTRAINT messages_in_bound CHECK ((order_id IS NULL) = (bound_by IS NULL))
);
COMMENT ON TABLE messages_in IS 'The words of a contact that was written. key: the same for two copies of one message. sealed: sender, subject, text and the headers an answer needs, encrypted under the data key of person_id. left_out: files that were not kept and why, likewise. silent: why nobody answers it. order_id: the order it was put to, since bound_by shows that its sender is known for it; suggested: orders an agent may think of.';
CREATE INDEX messages_in_person_idx ON messages_in (person_id);
CREATE INDEX messages_in_silent_idx ON messages_in (received_at) WHERE silent IS NOT NULL;

-- owned by: channels
CREATE FUNCTION messages_in_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO messages_in (contact_id, channel, key, received_at, person_id, sealed, silent, order_id, bound_by, suggested)
    SELECT r.contact, r.channel, decode(r.key, 'hex'), to_timestamp(r.received / 1000.0), r.person,
           decode(r.sealed, 'base64'), r.silent, r."order", r.bound_by, r.suggested
      FROM jsonb_to_recordset(p_rows) AS r(contact bigint, channel text, key text, received bigint, person uuid,
           sealed text, silent text, "order" bigint, bound_by text, suggested bigint[]);
END $$;

-- owned by: channels
CREATE TABLE replies (
    message_id uuid PRIMARY KEY,
    contact_id bigint      NOT NULL,
    at         timestamptz NOT NULL,
    by         text        NOT NULL,
    person_id  uuid        NOT NULL,
    sealed     bytea       NOT NULL
);
COMMENT ON TABLE replies IS 'What an agent wrote back to a contact; message_id is the outbox''s. sealed: the text, encrypted under the data key of person_id.';
CREATE INDEX replies_contact_idx ON replies (contact_id);

-- owned by: channels
CREATE FUNCTION replies_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO replies (message_id, contact_id, at, by, person_id, sealed)
    SELECT r.id, r.contact, to_timestamp(r.at / 1000.0), r.by, r.person, decode(r.sealed, 'base64')
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, contact bigint, at bigint, by text, person uuid, sealed text)
        ON CONFLICT (message_id) DO NOTHING;
END $$;

-- owned by: channels
CREATE TABLE sms_parts (
    gateway_id text PRIMARY KEY,
    sender     bytea       NOT NULL,
    ref        text        NOT NULL,
    n          integer     NOT NULL CHECK (n >= 1),
    parts      integer     NOT NULL CHECK (parts >= n AND parts <= 20),
    arrived_at timestamptz NOT NULL,
    sealed     bytea,
    contact_id bigint,
    CONSTRAINT sms_parts_taken CHECK ((sealed IS NULL) = (contact_id IS NOT NULL))
);
COMMENT ON TABLE sms_parts IS 'Text messages as the gateway brought them; a long one comes in parts under one ref. gateway_id is kept after the part became (a piece of) a contact, so that a repeat is known. sender: keyed hash of the number; sealed: number and text, encrypted under the house''s key for channels.';
CREATE INDEX sms_parts_waiting_idx ON sms_parts (arrived_at) WHERE contact_id IS NULL;
CREATE INDEX sms_parts_old_idx ON sms_parts (arrived_at) WHERE contact_id IS NOT NULL;

-- Parts that became a contact, in the batch that begins it. Raises nothing for one that did so before: the contact's
-- command is done only once.
-- owned by: channels
CREATE FUNCTION sms_parts_taken(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sms_parts p SET sealed = NULL, contact_id = r.contact
      FROM jsonb_to_recordset(p_rows) AS r(id text, contact bigint)
     WHERE p.gateway_id = r.id AND p.contact_id IS NULL;
END $$;

-- owned by: channels
CREATE TABLE rating_stops (
    number bytea PRIMARY KEY,
    since  timestamptz NOT NULL
);
COMMENT ON TABLE rating_stops IS 'Who wants to be asked for no more ratings, by the keyed hash of the number; everything else is still sent.';

-- owned by: channels
CREATE FUNCTION rating_stops_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rating_stops (number, since)
    SELECT decode(r.number, 'hex'), to_timestamp(r.since / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(number text, since bigint)
        ON CONFLICT (number) DO NOTHING;
END $$;

-- owned by: channels
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
    CHECK (state IN ('waiting', 'sent', 'dead', 'dropped', 'returned'));
COMMENT ON TABLE outbox IS 'Messages to the world; message_id is the idempotency key that the receiver sees. dropped: there is nobody to send it to (no number known, or the person was erased). returned: it was sent, and came back as undeliverable.';

-- A bounce is written with the contact that it is.
-- owned by: channels
CREATE FUNCTION outbox_returned(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outbox o SET state = 'returned', last_error = r.error, ended_at = to_timestamp(r.at / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, error text, at bigint)
     WHERE o.message_id = r.id AND o.state = 'sent';
END $$;

GRANT SELECT, INSERT ON messages_in, replies, rating_stops TO lianxin_app;
GRANT UPDATE (left_out) ON messages_in TO lianxin_app;
GRANT SELECT, INSERT, DELETE ON sms_parts TO lianxin_app;
GRANT UPDATE (sealed, contact_id) ON sms_parts TO lianxin_app;
