-- Files of orders and contacts: what stands beside the chain. The files themselves lie, encrypted, in the home.

-- owned by: attachments
CREATE TABLE attachments (
    attachment_id uuid PRIMARY KEY,
    subject_id    bigint  NOT NULL,
    n             integer NOT NULL CHECK (n >= 1),
    command_id    uuid    NOT NULL UNIQUE,
    at            timestamptz NOT NULL,
    by            text    NOT NULL,
    purpose       text    NOT NULL,
    shown         boolean NOT NULL,
    media         text    NOT NULL,
    size          bigint  NOT NULL CHECK (size > 0),
    hash          text    NOT NULL,
    file          text    NOT NULL CHECK (file ~ '^[0-9a-f]{64}$'),
    width         integer NOT NULL DEFAULT 0,
    height        integer NOT NULL DEFAULT 0,
    salt          bytea,
    wrapped_key   bytea,
    name          bytea,
    small         bytea,
    erased_at     timestamptz,
    UNIQUE (subject_id, n),
    CONSTRAINT attachments_erased CHECK ((erased_at IS NULL) = (wrapped_key IS NOT NULL))
);
COMMENT ON TABLE attachments IS 'subject_id is the chain of an order or a contact, whose entry holds n, hash, file, media, size, purpose, shown. hash = SHA-256(salt || content); file = SHA-256 of the encrypted file, under which it lies in the home; name and small (the picture for lists) are encrypted under the data key. Erasure destroys salt, key, name and small, and removes the file.';

-- A file that is there once is never another one: only its erasure changes a row, and a new house key its wrapping.
-- owned by: attachments
CREATE FUNCTION attachments_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO attachments (attachment_id, subject_id, n, command_id, at, by, purpose, shown, media, size, hash, file,
                             width, height, salt, wrapped_key, name, small, erased_at)
    SELECT r.id, r.subject, r.n, r.command, to_timestamp(r.at / 1000.0), r.by, r.purpose, r.shown, r.media, r.size,
           r.hash, r.file, r.width, r.height, decode(r.salt, 'base64'), decode(r.key, 'base64'),
           decode(r.name, 'base64'), decode(r.small, 'base64'), to_timestamp(r.erased / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(id uuid, subject bigint, n integer, command uuid, at bigint, by text,
           purpose text, shown boolean, media text, size bigint, hash text, file text, width integer, height integer,
           salt text, key text, name text, small text, erased bigint)
        ON CONFLICT (attachment_id) DO UPDATE
       SET salt = excluded.salt, wrapped_key = excluded.wrapped_key, name = excluded.name, small = excluded.small,
           erased_at = excluded.erased_at;
END $$;

GRANT SELECT, INSERT ON attachments TO lianxin_app;
GRANT UPDATE (salt, wrapped_key, name, small, erased_at) ON attachments TO lianxin_app;
