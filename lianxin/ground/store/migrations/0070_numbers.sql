-- Which number does the next order or contact of a day get, whoever opens it?

-- owned by: orders
CREATE TABLE numbers (
    kind integer NOT NULL CHECK (kind BETWEEN 1 AND 9),
    day  date    NOT NULL,
    last integer NOT NULL CHECK (last BETWEEN 1 AND 999999),
    PRIMARY KEY (kind, day)
);
COMMENT ON TABLE numbers IS 'The last running number given out per kind of chain (1 order, 2 contact) and local day. A number drawn and never used is a gap, nothing more.';

-- Returns the next running number of a day that no chain has. To be called alone: who waits for this row waits
-- for the whole transaction. It is not flushed by itself: a number lost in a crash was never used, since whatever
-- was acknowledged with it stands behind it in the same log.
-- p_after: numbers up to this one are left to others (a demo's own city).
-- owned by: orders
CREATE FUNCTION draw_number(p_kind integer, p_day date, p_after integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    of_day bigint := to_char(p_day, 'YYYYMMDD')::bigint;
    kind_at bigint := p_kind * 1000000000000000;
    drawn integer;
    low bigint;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    LOOP
        INSERT INTO numbers AS n (kind, day, last)
        VALUES (p_kind, p_day, greatest(p_after, coalesce((
            SELECT (max(c.chain_id) % 1000000 / 10)::integer FROM chains c
             WHERE c.chain_id BETWEEN kind_at + of_day * 1000000 AND kind_at + of_day * 1000000 + 999999), 0)) + 1)
            ON CONFLICT (kind, day) DO UPDATE SET last = n.last + 1
        RETURNING last INTO drawn;
        -- Five digits and the check digit behind the date, six on a day with more than 99,999.
        low := kind_at + of_day * CASE WHEN drawn > 99999 THEN 10000000 ELSE 1000000 END + drawn * 10;
        EXIT WHEN NOT EXISTS (SELECT FROM chains WHERE chain_id BETWEEN low AND low + 9);
    END LOOP;
    RETURN drawn;
END $$;

GRANT SELECT, INSERT, UPDATE ON numbers TO lianxin_app;
