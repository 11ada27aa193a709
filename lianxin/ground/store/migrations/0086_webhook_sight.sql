-- A unit's system is told of what happened while the order was its unit's: the queue may be read long after an entry was
-- written, when the order has come to somebody else.

-- owned by: channels
ALTER TABLE webhook_queue
    ADD COLUMN units   text[] NOT NULL DEFAULT '{}',
    ADD COLUMN targets text[] NOT NULL DEFAULT '{}',
    ADD COLUMN actors  text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN webhook_queue.units IS 'Units, targets and actors of the order as the entry''s own transaction left it.';

-- What still waits is told to those who have the order now, as before.
UPDATE webhook_queue q
   SET units = o.units, targets = o.targets, actors = o.actors
  FROM orders o WHERE o.order_id = q.chain_id;

DROP TRIGGER entries_told ON entries;
DROP FUNCTION webhook_note();

-- owned by: channels
CREATE FUNCTION webhook_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webhooks WHERE active AND ended_at IS NULL) THEN
        -- Not what an import brings: it happened long ago, in another system.
        INSERT INTO webhook_queue (chain_id, seq, at, kind, units, targets, actors)
        SELECT NEW.chain_id, NEW.seq, NEW.at, NEW.kind, o.units, o.targets, o.actors
          FROM orders o
         WHERE o.order_id = NEW.chain_id
           AND NOT EXISTS (SELECT FROM entries i WHERE i.chain_id = NEW.chain_id AND i.kind = 'imported'
                                                   AND i.command_id = NEW.command_id);
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction, when the order's row says what the entry made of it.
CREATE CONSTRAINT TRIGGER entries_told AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.chain_id BETWEEN 1000000000000000 AND 1999999999999999)
    EXECUTE FUNCTION webhook_note();
