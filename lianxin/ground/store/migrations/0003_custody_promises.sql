-- Who holds what until when, and what is owed. Both know subjects by id only.

-- owned by: custody
CREATE TABLE custody (
    subject_id bigint NOT NULL,
    part       integer NOT NULL DEFAULT 0 CHECK (part >= 0),
    n          integer NOT NULL CHECK (n >= 1),
    holder     text NOT NULL CHECK (holder ~ '^(tray|staff|unit|outside):.+'),
    since      timestamptz NOT NULL,
    until      timestamptz,
    PRIMARY KEY (subject_id, part, n),
    CONSTRAINT custody_order_of_time CHECK (until IS NULL OR until >= since),
    -- Two holders at one instant are impossible. Each interval is a box: x is the subject, y the milliseconds within
    -- the part's own 4e12 (until 2096). Boxes that touch overlap, so each end is drawn in by a quarter of one; an
    -- interval without length overlaps nothing. Ranges say the same in three columns and cost four times as much.
    CONSTRAINT custody_no_overlap EXCLUDE USING gist (
        box(point(subject_id::float8,
                  part * 4e12::float8 + extract(epoch FROM since AT TIME ZONE 'UTC')::float8 * 1000 + 0.25),
            point(subject_id::float8,
                  CASE WHEN until IS NULL THEN (part + 1) * 4e12::float8 - 1
                       ELSE part * 4e12::float8 + extract(epoch FROM until AT TIME ZONE 'UTC')::float8 * 1000 - 0.25
                       END)) WITH &&)
        WHERE (until IS NULL OR until > since) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE custody IS 'part 0 is the order itself; n counts the intervals of a subject from 1 without gap.';
CREATE UNIQUE INDEX custody_open_idx ON custody (subject_id, part) WHERE until IS NULL;
CREATE INDEX custody_holder_idx ON custody (holder, subject_id) WHERE until IS NULL;
CREATE INDEX custody_latest_idx ON custody (since DESC, subject_id) WHERE part = 0 AND n > 1 AND until IS NULL;

-- p_rows: [{"subject", "part", "n", "holder" (null: closed), "at"}] in the order in which they happen.
-- Ends the open interval at `at` and begins the n-th at the same instant.
-- owned by: custody
CREATE FUNCTION custody_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM jsonb_to_recordset(p_rows)
             AS x(subject bigint, part integer, n integer, holder text, at bigint)
    LOOP
        UPDATE custody SET until = to_timestamp(r.at / 1000.0)
         WHERE subject_id = r.subject AND part = r.part AND until IS NULL;
        IF r.holder IS NOT NULL THEN
            INSERT INTO custody VALUES (r.subject, r.part, r.n, r.holder, to_timestamp(r.at / 1000.0), NULL);
        END IF;
    END LOOP;
END $$;

-- owned by: promises
CREATE TABLE promises (
    subject_id bigint  NOT NULL,
    promise_id integer NOT NULL CHECK (promise_id >= 1),
    kind       text    NOT NULL,
    owed_to    bigint  NOT NULL,
    made_at    timestamptz NOT NULL,
    due_at     timestamptz,
    next_at    timestamptz NOT NULL,
    state      text    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'broken', 'moved')),
    settled_at timestamptz,
    PRIMARY KEY (subject_id, promise_id),
    CONSTRAINT promises_settled CHECK ((state = 'open') = (settled_at IS NULL))
);
COMMENT ON TABLE promises IS 'owed_to is the contact whose citizen is owed; due_at null: the calendar of that year is missing, next_at then says when it is looked at again.';
CREATE INDEX promises_open_idx ON promises (due_at, subject_id) WHERE state = 'open';
CREATE INDEX promises_unresolved_idx ON promises (subject_id) WHERE state = 'open' AND due_at IS NULL;
CREATE INDEX promises_settled_idx ON promises (settled_at, state) WHERE state <> 'open';
CREATE INDEX promises_owed_idx ON promises (owed_to);

-- p_rows: [{"subject", "id", "kind", "to", "made", "due", "next", "state", "settled"}]; the last word wins.
-- owned by: promises
CREATE FUNCTION promises_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO promises
    SELECT r.subject, r.id, r.kind, r."to", to_timestamp(r.made / 1000.0), to_timestamp(r.due / 1000.0),
           to_timestamp(r.next / 1000.0), r.state, to_timestamp(r.settled / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(subject bigint, id integer, kind text, "to" bigint, made bigint,
                                           due bigint, next bigint, state text, settled bigint)
        ON CONFLICT (subject_id, promise_id) DO UPDATE
       SET due_at = excluded.due_at, next_at = excluded.next_at, state = excluded.state,
           settled_at = excluded.settled_at;
END $$;

GRANT SELECT, INSERT ON custody, promises TO lianxin_app;
-- An interval ends, and a promise is settled; who held since when, and what was promised to whom, stays.
GRANT UPDATE (until) ON custody TO lianxin_app;
GRANT UPDATE (due_at, next_at, state, settled_at) ON promises TO lianxin_app;
