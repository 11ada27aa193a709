-- Systems of units that are told what happens to their orders.

-- owned by: channels
CREATE TABLE webhooks (
    webhook_id uuid PRIMARY KEY,
    reader     text        NOT NULL,
    name       text        NOT NULL CHECK (name <> ''),
    url        text        NOT NULL CHECK (url ~ '^https?://'),
    secret     bytea       NOT NULL,
    topics     text[]      NOT NULL CHECK (cardinality(topics) > 0),
    active     boolean     NOT NULL DEFAULT true,
    made_at    timestamptz NOT NULL,
    made_by    text        NOT NULL,
    ended_at   timestamptz
);
COMMENT ON TABLE webhooks IS 'reader: the person of a unit as whom the system is told; it hears of no order that they may not see. secret: encrypted under the house''s key for channels. topics: groups of entries, see `channels.hook_topics`. active false: paused, what happens meanwhile is not told later. ended_at: taken away; its log stays.';
CREATE INDEX webhooks_reader_idx ON webhooks (reader) WHERE ended_at IS NULL;

-- owned by: channels
CREATE TABLE webhook_queue (
    n     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id bigint      NOT NULL,
    seq      integer     NOT NULL,
    at       timestamptz NOT NULL,
    kind     text        NOT NULL
);
COMMENT ON TABLE webhook_queue IS 'Entries of orders that somebody may have to be told of; written in the transaction of the entry, so none is ever missed. A row goes when its deliveries are written.';

-- owned by: channels
CREATE TABLE webhook_deliveries (
    delivery_id uuid PRIMARY KEY,
    webhook_id  uuid        NOT NULL REFERENCES webhooks,
    chain_id    bigint      NOT NULL,
    seq         integer     NOT NULL,
    kind        text        NOT NULL,
    at          timestamptz NOT NULL,
    made_at     timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    attempts    integer     NOT NULL DEFAULT 0,
    state       text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dead', 'dropped')),
    ended_at    timestamptz,
    last_error  text,
    UNIQUE (webhook_id, chain_id, seq)
);
COMMENT ON TABLE webhook_deliveries IS 'delivery_id is the webhook-id that the receiver sees at every attempt. at: of the entry. chain_id 0: a test. dropped: the reader may not see the order any more, or the webhook was taken away. Of one order the entries go in their order.';
CREATE INDEX webhook_deliveries_waiting_idx ON webhook_deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (webhook_id, chain_id, seq) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_log_idx ON webhook_deliveries (webhook_id, made_at DESC);

-- owned by: channels
CREATE TABLE webhook_attempts (
    delivery_id uuid        NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
    n           integer     NOT NULL CHECK (n >= 1),
    at          timestamptz NOT NULL,
    status      integer,
    duration_ms integer     NOT NULL,
    excerpt     text        NOT NULL,
    PRIMARY KEY (delivery_id, n)
);
COMMENT ON TABLE webhook_attempts IS 'status null: there was no answer; excerpt then says why, else it is the beginning of the answer with numbers and addresses blotted out.';

-- owned by: channels
CREATE FUNCTION webhook_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webhooks WHERE active AND ended_at IS NULL) THEN
        -- Not what an import brings: it happened long ago, in another system.
        INSERT INTO webhook_queue (chain_id, seq, at, kind)
        SELECT e.chain_id, e.seq, e.at, e.kind
          FROM noted e
         WHERE e.chain_id BETWEEN 1000000000000000 AND 1999999999999999
           AND NOT EXISTS (SELECT FROM noted i WHERE i.chain_id = e.chain_id AND i.kind = 'imported')
         ORDER BY e.chain_id, e.seq;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_told AFTER INSERT ON entries REFERENCING NEW TABLE AS noted
    FOR EACH STATEMENT EXECUTE FUNCTION webhook_note();

GRANT SELECT, INSERT ON webhooks, webhook_deliveries, webhook_attempts TO lianxin_app;
GRANT UPDATE (secret, active, ended_at) ON webhooks TO lianxin_app;
GRANT UPDATE (due_at, attempts, state, ended_at, last_error) ON webhook_deliveries TO lianxin_app;
GRANT DELETE ON webhook_deliveries, webhook_attempts TO lianxin_app;
GRANT SELECT, INSERT, DELETE ON webhook_queue TO lianxin_app;
