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

-- New grams wait in a list that every search reads through; an import leaves a long one. Only the owner may clear it.
-- owned by: orders
CREATE FUNCTION texts_settle() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT gin_clean_pending_list('public.texts_grams_idx'::regclass);
$$;
REVOKE ALL ON FUNCTION texts_settle() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION texts_settle() TO lianxin_app;
