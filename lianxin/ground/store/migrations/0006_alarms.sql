-- Alarms of the house: something that a person must see to, once, until it is seen to.

-- owned by: worker
CREATE TABLE alarms (
    alarm_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL,
    subject   text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);
COMMENT ON TABLE alarms IS 'CAL_MISSING with the year as subject: its holiday plan is missing, dates in it are unresolved.';
CREATE UNIQUE INDEX alarms_open_idx ON alarms (kind, subject) WHERE closed_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON alarms TO lianxin_app;
