-- The ledger: chains of entries that nobody may change.
-- Roles `lianxin_owner` (runs this) and `lianxin_app` (the application) exist before.

-- owned by: ledger
CREATE TABLE chains (
    chain_id   bigint PRIMARY KEY,
    seq        integer NOT NULL CHECK (seq >= 1),
    head       bytea   NOT NULL CHECK (octet_length(head) = 32),
    sealed_seq integer NOT NULL DEFAULT 0 CHECK (sealed_seq BETWEEN 0 AND seq),
    snapshot   bytea   NOT NULL
);
COMMENT ON TABLE chains IS 'The last entry of each chain and, as JSON, the value that its entries make. chain_id = kind digit * 10^15 + number: 1 order, 2 contact, 3 staff, 4 pack.';
CREATE INDEX chains_unsealed_idx ON chains (chain_id) WHERE sealed_seq < seq;

-- owned by: ledger
CREATE TABLE entries (
    chain_id   bigint      NOT NULL,
    seq        integer     NOT NULL CHECK (seq >= 1),
    at         timestamptz NOT NULL,
    kind       text        NOT NULL,
    actor      text        NOT NULL,
    command_id uuid        NOT NULL,
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    body       bytea       NOT NULL,
    PRIMARY KEY (chain_id, seq)
);
COMMENT ON TABLE entries IS 'hash = SHA-256(hash of the entry before, or 32 zero bytes || body); body is the canonical JSON, docs/ledger.md.';

-- owned by: ledger
CREATE TABLE commands (
    command_id uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    result     jsonb NOT NULL
);
COMMENT ON TABLE commands IS 'A command sent twice acts once: its first result is kept here.';

-- owned by: ledger
CREATE TABLE checkpoints (
    checkpoint_id integer PRIMARY KEY CHECK (checkpoint_id >= 1),
    at            timestamptz NOT NULL,
    line          text NOT NULL
);
COMMENT ON TABLE checkpoints IS 'Each signed checkpoint as it stands, word for word, in checkpoints.jsonl.';

-- owned by: ledger
CREATE TABLE checkpoint_leaves (
    checkpoint_id integer NOT NULL REFERENCES checkpoints,
    chain_id      bigint  NOT NULL,
    seq           integer NOT NULL,
    head          bytea   NOT NULL,
    PRIMARY KEY (checkpoint_id, chain_id)
);
COMMENT ON TABLE checkpoint_leaves IS 'The heads that a checkpoint sealed, in the order of its tree.';
CREATE INDEX checkpoint_leaves_chain_idx ON checkpoint_leaves (chain_id, seq);

-- owned by: ledger
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is not possible', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LX003';
END $$;
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER checkpoint_leaves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint_leaves
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Appends the entries of one command to their chains, all or nothing.
-- p_guards: [[chain_id, seq expected now (0: not begun)], …] in ascending chain_id, so that two
--   commands on the same chains never wait for each other in a circle.
-- Raises LX001 when a chain moved on meanwhile, LX002 when the command was done before.
-- owned by: ledger
CREATE FUNCTION ledger_append(
    p_command uuid, p_at timestamptz, p_result jsonb, p_guard_chains bigint[], p_guard_seqs integer[],
    p_chains bigint[], p_seqs integer[], p_ats timestamptz[], p_kinds text[], p_actors text[],
    p_hashes bytea[], p_bodies bytea[], p_head_chains bigint[], p_head_seqs integer[], p_heads bytea[],
    p_snapshots bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    i integer;
    found_seq integer;
BEGIN
    INSERT INTO commands VALUES (p_command, p_at, p_result) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'command % was done before', p_command USING ERRCODE = 'LX002';
    END IF;
    FOR i IN 1 .. coalesce(array_length(p_guard_chains, 1), 0) LOOP
        IF p_guard_seqs[i] > 0 THEN
            SELECT seq INTO found_seq FROM chains WHERE chain_id = p_guard_chains[i] FOR UPDATE;
            IF found_seq IS DISTINCT FROM p_guard_seqs[i] THEN
                RAISE EXCEPTION 'chain % stands at %, expected %', p_guard_chains[i], found_seq, p_guard_seqs[i]
                    USING ERRCODE = 'LX001';
            END IF;
        ELSIF EXISTS (SELECT FROM chains WHERE chain_id = p_guard_chains[i]) THEN
            RAISE EXCEPTION 'chain % has begun already', p_guard_chains[i] USING ERRCODE = 'LX001';
        END IF;
    END LOOP;
    INSERT INTO entries (chain_id, seq, at, kind, actor, command_id, hash, body)
    SELECT e.chain_id, e.seq, e.at, e.kind, e.actor, p_command, e.hash, e.body
      FROM unnest(p_chains, p_seqs, p_ats, p_kinds, p_actors, p_hashes, p_bodies)
           AS e(chain_id, seq, at, kind, actor, hash, body);
    INSERT INTO chains (chain_id, seq, head, snapshot)
    SELECT h.chain_id, h.seq, h.head, h.snapshot
      FROM unnest(p_head_chains, p_head_seqs, p_heads, p_snapshots) AS h(chain_id, seq, head, snapshot)
        ON CONFLICT (chain_id) DO UPDATE
       SET seq = excluded.seq, head = excluded.head, snapshot = excluded.snapshot;
END $$;

GRANT SELECT, INSERT ON entries, commands, checkpoints, checkpoint_leaves, chains TO lianxin_app;
-- Where a chain stands moves on with every command; whose it is never changes.
GRANT UPDATE (seq, head, sealed_seq, snapshot) ON chains TO lianxin_app;
