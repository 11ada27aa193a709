-- Receipts: which code opens an order's follow page, and which head its citizen was given.

-- owned by: receipts
CREATE TABLE receipts (
    order_id  bigint  NOT NULL,
    n         integer NOT NULL CHECK (n >= 1),
    at        timestamptz NOT NULL,
    code_hash text    NOT NULL,
    seq       integer,
    head      bytea   CHECK (octet_length(head) = 32),
    PRIMARY KEY (order_id, n),
    CONSTRAINT receipts_issued CHECK ((seq IS NULL) = (head IS NULL))
);
COMMENT ON TABLE receipts IS 'The n-th query code of an order, as an argon2 hash; only the last one is valid. seq and head: the receipt that was handed out with it.';

-- Codes are written with the entry that begins or replaces them.
-- owned by: receipts
CREATE FUNCTION receipts_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO receipts (order_id, n, at, code_hash)
    SELECT r."order", r.n, to_timestamp(r.at / 1000.0), r.code_hash
      FROM jsonb_to_recordset(p_rows) AS r("order" bigint, n integer, at bigint, code_hash text);
END $$;

GRANT SELECT, INSERT ON receipts TO lianxin_app;
-- The head is noted once, when the receipt is handed out; the code never changes.
GRANT UPDATE (seq, head) ON receipts TO lianxin_app;
