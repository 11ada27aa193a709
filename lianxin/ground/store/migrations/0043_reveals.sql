-- Who was shown a citizen's name and numbers, for what, and until when.

-- owned by: privacy
CREATE TABLE reveals (
    reveal_id uuid PRIMARY KEY,
    order_id  bigint NOT NULL,
    who       text NOT NULL,
    purpose   text NOT NULL,
    words     text NOT NULL,
    at        timestamptz NOT NULL,
    until     timestamptz NOT NULL
);
COMMENT ON TABLE reveals IS 'purpose: from the short list; words: what was added to it. at: the time of the site; until: of the machine, for a demo''s time may run fast. The access log has a look for each, sealed by checkpoints.';
CREATE INDEX reveals_open_idx ON reveals (who, order_id, until);
CREATE INDEX reveals_order_idx ON reveals (order_id, at);
CREATE TRIGGER reveals_append_only BEFORE UPDATE OR TRUNCATE ON reveals
    FOR EACH STATEMENT EXECUTE FUNCTION looks_refuse_change();
CREATE TRIGGER reveals_kept_long_enough BEFORE DELETE ON reveals
    FOR EACH ROW EXECUTE FUNCTION looks_refuse_early_end();
GRANT SELECT, INSERT ON reveals TO lianxin_app;
