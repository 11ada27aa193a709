-- Orders that another system kept before: under which number did it know them?

-- owned by: exchange
CREATE TABLE imported_orders (
    source     text   NOT NULL,
    old_number text   NOT NULL,
    order_id   bigint NOT NULL,
    PRIMARY KEY (source, old_number)
);
COMMENT ON TABLE imported_orders IS 'An order is brought in once, however often its file is read; and a citizen may still name the old number.';

GRANT SELECT, INSERT ON imported_orders TO lianxin_app;
