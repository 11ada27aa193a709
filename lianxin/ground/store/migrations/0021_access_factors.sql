-- How somebody proves who they are, and every try.

-- owned by: access
CREATE TABLE login_attempts (
    attempt_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('password', 'second', 'unlock', 'passkey', 'oidc', 'demo')),
    subject     bytea NOT NULL CHECK (octet_length(subject) = 32),
    work_number text,
    device      bytea CHECK (octet_length(device) = 32),
    address     text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('begun', 'wrong', 'unknown', 'disabled', 'waiting', 'right', 'in', 'cleared')),
    by          text
);
COMMENT ON TABLE login_attempts IS 'Every try to come in. subject: keyed hash of what was typed as number, for somebody may type a password there; work_number: only of an account that exists. device: keyed hash of a browser in which they were logged in before. No password is ever here.';
CREATE INDEX login_attempts_subject_idx ON login_attempts (subject, kind, at);
CREATE INDEX login_attempts_address_idx ON login_attempts (address, at);
CREATE INDEX login_attempts_number_idx ON login_attempts (work_number, attempt_id) WHERE work_number IS NOT NULL;

-- owned by: access
CREATE TABLE recovery_codes (
    work_number text NOT NULL REFERENCES accounts,
    code_hash   bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    PRIMARY KEY (work_number, code_hash)
);
COMMENT ON TABLE recovery_codes IS 'Keyed hashes of the codes that stand in for a lost second factor; each opens once and is gone.';

-- owned by: access
CREATE TABLE passkeys (
    credential_id bytea PRIMARY KEY,
    work_number   text NOT NULL REFERENCES accounts,
    public_key    bytea NOT NULL,
    sign_count    bigint NOT NULL,
    name          text NOT NULL,
    made_at       timestamptz NOT NULL,
    used_at       timestamptz
);
COMMENT ON TABLE passkeys IS 'Passkeys (WebAuthn). sign_count: where the authenticator counts, an older count is a copy of it.';
CREATE INDEX passkeys_number_idx ON passkeys (work_number);

-- owned by: access
CREATE TABLE spent (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    until  timestamptz NOT NULL
);
COMMENT ON TABLE spent IS 'Challenges and states that were answered; none is taken twice. After `until` they are too old anyway.';
CREATE INDEX spent_until_idx ON spent (until);

-- owned by: access
CREATE TABLE tokens (
    token_id     uuid PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    work_number  text NOT NULL,
    name         text NOT NULL,
    scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > made_at),
    revoked_at   timestamptz,
    revoked_by   text,
    used_at      timestamptz,
    used_from    text,
    CONSTRAINT tokens_revoked CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
COMMENT ON TABLE tokens IS 'Personal access tokens for other systems. token_hash: SHA-256 of the token, which is shown once.';
CREATE INDEX tokens_number_idx ON tokens (work_number);
CREATE TRIGGER tokens_told AFTER UPDATE OF revoked_at ON tokens FOR EACH STATEMENT EXECUTE FUNCTION access_tell();

GRANT SELECT, INSERT ON login_attempts TO lianxin_app;
GRANT UPDATE (outcome) ON login_attempts TO lianxin_app;
GRANT SELECT, INSERT, DELETE ON recovery_codes, passkeys, spent TO lianxin_app;
GRANT UPDATE (sign_count, used_at) ON passkeys TO lianxin_app;
GRANT SELECT, INSERT ON tokens TO lianxin_app;
GRANT UPDATE (revoked_at, revoked_by, used_at, used_from) ON tokens TO lianxin_app;
