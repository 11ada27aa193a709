-- Facts about this installation. Owned here: site.

-- name: clock()^
-- How time runs here, as JSON; no row: as everywhere. Index: site_pkey.
SELECT value::text FROM site WHERE name = 'clock';

-- name: set_clock(value)
-- Lets time run like this from now on, and tells every process.
WITH set_now AS (
    INSERT INTO site (name, value) VALUES ('clock', :value::jsonb)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
    RETURNING 1)
SELECT pg_notify('site', 'clock') FROM set_now;

-- name: latest_entry()^
-- When the latest entry was written; null: there is none. What is sealed is not later than its checkpoint.
-- Indexes: checkpoints_pkey, chains_unsealed_idx, entries_pkey.
SELECT max(at) AS at FROM (
    SELECT at FROM (SELECT at FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1) AS last_sealed
    UNION ALL
    SELECT e.at FROM chains c JOIN entries e ON e.chain_id = c.chain_id AND e.seq = c.seq
     WHERE c.sealed_seq < c.seq) AS latest;

-- name: mark_demo(value)!
-- Says for good that made-up people and matters stand in this database. Index: site_pkey.
INSERT INTO site (name, value) VALUES ('demo', :value::jsonb) ON CONFLICT (name) DO NOTHING;

-- name: demo_mark()$
-- Since when made-up data stands in this database, and which; null: none was ever put in. Index: site_pkey.
SELECT value::text FROM site WHERE name = 'demo';

-- name: lived()^
-- Whether made-up people stand here or time is not the machine's, and whether the ledger has begun.
-- Indexes: site_pkey, chains_pkey.
SELECT EXISTS (SELECT FROM site WHERE name IN ('demo', 'clock')) AS made_up, EXISTS (SELECT FROM chains) AS entries;
