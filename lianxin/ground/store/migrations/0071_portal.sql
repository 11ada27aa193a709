-- What the citizens' pages keep while somebody writes or looks, and how often somebody may ask.

-- owned by: portal
CREATE TABLE portal_boxes (
    box_id     bytea PRIMARY KEY CHECK (octet_length(box_id) = 32),
    version    integer NOT NULL CHECK (version >= 1),
    sealed     bytea NOT NULL CHECK (octet_length(sealed) <= 65536),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE portal_boxes IS 'What belongs to one browser for a while: a request being written, a look at one order. Encrypted under the secret in the browser''s cookie, of which box_id is a hash; nobody in the house can open a box.';
CREATE INDEX portal_boxes_expires_idx ON portal_boxes (expires_at);

-- Unlogged: whoever was counted before a crash begins anew, and no request waits for the disk.
-- owned by: portal
CREATE UNLOGGED TABLE portal_buckets (
    bucket bytea PRIMARY KEY CHECK (octet_length(bucket) = 32),
    level  double precision NOT NULL,
    at     timestamptz NOT NULL
);
COMMENT ON TABLE portal_buckets IS 'Leaky buckets: level is how much was taken, as it stood at `at`; it drains evenly. bucket: hash of what is limited and for whom.';
CREATE INDEX portal_buckets_at_idx ON portal_buckets (at);

-- Takes one from each bucket, or from none. Returns 0, or the seconds until all of them have room for one more.
-- p_sizes: how many may be taken at once; p_every_s: seconds in which one drains.
-- owned by: portal
CREATE FUNCTION portal_take(p_buckets bytea[], p_sizes double precision[], p_every_s double precision[],
                            p_now timestamptz) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    wait double precision;
BEGIN
    INSERT INTO portal_buckets (bucket, level, at)
    SELECT asked, 0, p_now FROM unnest(p_buckets) AS asked ORDER BY asked ON CONFLICT DO NOTHING;
    -- In one order, so that two who take the same never wait for each other in a circle.
    PERFORM FROM portal_buckets WHERE bucket = ANY (p_buckets) ORDER BY bucket FOR UPDATE;
    UPDATE portal_buckets b
       SET level = greatest(0, b.level - greatest(0, extract(epoch FROM p_now - b.at)) / l.every_s),
           at = greatest(b.at, p_now)
      FROM unnest(p_buckets, p_every_s) AS l(bucket, every_s) WHERE b.bucket = l.bucket;
    SELECT max((b.level + 1 - l.size) * l.every_s) INTO wait
      FROM unnest(p_buckets, p_sizes, p_every_s) AS l(bucket, size, every_s) JOIN portal_buckets b USING (bucket);
    IF wait > 0 THEN
        RETURN wait;
    END IF;
    UPDATE portal_buckets SET level = level + 1 WHERE bucket = ANY (p_buckets);
    RETURN 0;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON portal_boxes, portal_buckets TO lianxin_app;
