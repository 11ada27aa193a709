-- The figures of each day, counted once and kept as they were counted.

-- owned by: insight
CREATE TABLE daily (
    day       date  NOT NULL,
    grouping  text  NOT NULL CHECK (grouping IN ('city', 'unit', 'category', 'region', 'channel')),
    key       text  NOT NULL,
    figures   jsonb NOT NULL,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (day, grouping, key)
);
COMMENT ON TABLE daily IS 'What a day came to, counted after its end and never counted again: a report of last month says today what it said then.';

-- owned by: insight
CREATE TRIGGER daily_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON daily
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

GRANT SELECT, INSERT ON daily TO lianxin_app;
