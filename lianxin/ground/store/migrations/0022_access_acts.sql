-- What was changed about logins, and by whom.

-- owned by: access
CREATE TABLE access_acts (
    act_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    act         text NOT NULL CHECK (act ~ '^[a-z_]+$'),
    work_number text NOT NULL,
    by          text NOT NULL
);
COMMENT ON TABLE access_acts IS 'What somebody did to a login, their own or another''s: password, factors, sessions, tokens, opening and closing. Roles stand in the roll''s chains. Instants are the machine''s own.';
CREATE INDEX access_acts_number_idx ON access_acts (work_number, act_id);

GRANT SELECT, INSERT ON access_acts TO lianxin_app;
