-- Who may come in, who is in, and who tried.

-- owned by: access
CREATE FUNCTION access_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Every process that keeps sessions in memory reads them again.
    PERFORM pg_notify('access', '');
    RETURN NULL;
END $$;

-- owned by: access
CREATE TABLE accounts (
    work_number  text PRIMARY KEY,
    password     text,
    password_at  timestamptz,
    must_change  boolean NOT NULL DEFAULT false,
    disabled_at  timestamptz,
    totp         bytea,
    totp_step    bigint NOT NULL DEFAULT 0,
    made_at      timestamptz NOT NULL,
    made_by      text NOT NULL
);
COMMENT ON TABLE accounts IS 'How somebody of the roll proves who they are. password: argon2id, null where none is set. totp: the secret, encrypted; totp_step: the last step whose code was taken, none is taken twice.';
CREATE TRIGGER accounts_told AFTER UPDATE OF disabled_at ON accounts FOR EACH STATEMENT EXECUTE FUNCTION access_tell();

-- owned by: access
CREATE TABLE sessions (
    session_id  uuid PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    csrf        bytea NOT NULL CHECK (octet_length(csrf) = 32),
    work_number text NOT NULL,
    method      text NOT NULL CHECK (method IN ('password', 'passkey', 'oidc', 'demo')),
    waits       text NOT NULL CHECK (waits IN ('', 'second', 'password', 'enrol')),
    begun_at    timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    proved_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    locked_at   timestamptz,
    ended_at    timestamptz,
    ended_by    text,
    address     text NOT NULL,
    browser     text NOT NULL,
    CONSTRAINT sessions_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
COMMENT ON TABLE sessions IS 'Who is logged in. token_hash: SHA-256 of the cookie; csrf: secret of its forms. All instants are the machine''s own, also in a demo.';
CREATE INDEX sessions_open_idx ON sessions (work_number) WHERE ended_at IS NULL;
CREATE INDEX sessions_old_idx ON sessions (expires_at);
CREATE TRIGGER sessions_told AFTER INSERT OR UPDATE OF token_hash, waits, locked_at, ended_at ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION access_tell();

GRANT SELECT, INSERT, UPDATE ON accounts TO lianxin_app;
GRANT SELECT, INSERT, DELETE ON sessions TO lianxin_app;
GRANT UPDATE (token_hash, waits, seen_at, proved_at, locked_at, ended_at, ended_by) ON sessions TO lianxin_app;
