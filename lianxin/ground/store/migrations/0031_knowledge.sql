-- Knowledge: what agents read out, as lists and searches need it. The items themselves, with every version, are chains.

-- owned by: knowledge
CREATE SEQUENCE knowledge_numbers MINVALUE 1;

-- owned by: knowledge
CREATE TABLE knowledge_items (
    chain_id     bigint PRIMARY KEY,
    number       integer NOT NULL UNIQUE CHECK (number >= 1),
    state        text    NOT NULL CHECK (state IN ('wanted', 'draft', 'published', 'withdrawn')),
    unit         text    NOT NULL,
    owner        text    NOT NULL,
    version      integer NOT NULL,
    pending      integer,
    pending_state text   CHECK (pending_state IN ('draft', 'review')),
    writers      text[]  NOT NULL DEFAULT '{}',
    confirmed    boolean NOT NULL DEFAULT false,
    title        text    NOT NULL,
    answer       text    NOT NULL,
    category     text    NOT NULL,
    region       text    NOT NULL,
    form         text    NOT NULL,
    public       boolean NOT NULL,
    valid_from   date,
    valid_to     date,
    urgent       boolean NOT NULL,
    changed_at   timestamptz NOT NULL,
    head_grams   integer[] NOT NULL,
    grams        integer[] NOT NULL,
    CONSTRAINT knowledge_pending CHECK ((pending IS NULL) = (pending_state IS NULL))
);
COMMENT ON TABLE knowledge_items IS 'One row per item, number 18 is K18. version and the columns of content are those of the published version, else of the latest; version 0: none was written yet, title is the question. pending: the version being written or reviewed, by writers. urgent: an urgent report is open. head_grams: of title and questions; grams: of everything.';
CREATE INDEX knowledge_items_grams_idx ON knowledge_items USING gin (grams);
CREATE INDEX knowledge_items_head_grams_idx ON knowledge_items USING gin (head_grams);
CREATE INDEX knowledge_items_unit_idx ON knowledge_items (unit, number);

-- owned by: knowledge
CREATE TABLE knowledge_tasks (
    chain_id   bigint  NOT NULL REFERENCES knowledge_items,
    task_id    integer NOT NULL CHECK (task_id >= 1),
    kind       text    NOT NULL,
    version    integer NOT NULL,
    made_at    timestamptz NOT NULL,
    due_at     timestamptz,
    urgent     boolean NOT NULL,
    words      text    NOT NULL,
    by         text    NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (chain_id, task_id)
);
COMMENT ON TABLE knowledge_tasks IS 'What the owner of an item is to see to; due_at null: the calendar of that year is missing.';
CREATE INDEX knowledge_tasks_open_idx ON knowledge_tasks (due_at, chain_id, task_id) WHERE settled_at IS NULL;

-- owned by: knowledge
CREATE TABLE knowledge_uses (
    contact_id bigint  NOT NULL,
    number     integer NOT NULL,
    version    integer NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (number, version, contact_id)
);
COMMENT ON TABLE knowledge_uses IS 'Which citizens were answered with which version: when it was wrong, they are found.';

-- owned by: knowledge
CREATE FUNCTION knowledge_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO knowledge_items (chain_id, number, state, unit, owner, version, pending, pending_state, writers,
                                 confirmed, title, answer, category, region, form, public, valid_from, valid_to, urgent,
                                 changed_at, head_grams, grams)
    SELECT r.chain, r.number, r.state, r.unit, r.owner, r.version, r.pending, r.pending_state, r.writers, r.confirmed,
           r.title, r.answer, r.category, r.region, r.form, r.public, r.valid_from, r.valid_to, r.urgent,
           to_timestamp(r.changed / 1000.0), r.head_grams, r.grams
      FROM jsonb_to_recordset(p_rows) AS r(chain bigint, number integer, state text, unit text, owner text,
           version integer, pending integer, pending_state text, writers text[], confirmed boolean, title text,
           answer text, category text, region text, form text, public boolean, valid_from date, valid_to date,
           urgent boolean, changed bigint, head_grams integer[], grams integer[])
        ON CONFLICT (chain_id) DO UPDATE
       SET state = excluded.state, unit = excluded.unit, owner = excluded.owner, version = excluded.version,
           pending = excluded.pending, pending_state = excluded.pending_state, writers = excluded.writers,
           confirmed = excluded.confirmed, title = excluded.title, answer = excluded.answer,
           category = excluded.category, region = excluded.region, form = excluded.form, public = excluded.public,
           valid_from = excluded.valid_from, valid_to = excluded.valid_to, urgent = excluded.urgent,
           changed_at = excluded.changed_at, head_grams = excluded.head_grams, grams = excluded.grams;
END $$;

-- owned by: knowledge
CREATE FUNCTION knowledge_tasks_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO knowledge_tasks (chain_id, task_id, kind, version, made_at, due_at, urgent, words, by, settled_at)
    SELECT r.chain, r.id, r.kind, r.version, to_timestamp(r.made / 1000.0), to_timestamp(r.due / 1000.0), r.urgent,
           r.words, r.by, to_timestamp(r.settled / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(chain bigint, id integer, kind text, version integer, made bigint, due bigint,
           urgent boolean, words text, by text, settled bigint)
        ON CONFLICT (chain_id, task_id) DO UPDATE SET settled_at = excluded.settled_at;
END $$;

-- owned by: knowledge
CREATE FUNCTION knowledge_uses_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO knowledge_uses (contact_id, number, version, at)
    SELECT r.contact, r.number, r.version, to_timestamp(r.at / 1000.0)
      FROM jsonb_to_recordset(p_rows) AS r(contact bigint, number integer, version integer, at bigint)
        ON CONFLICT DO NOTHING;
END $$;

GRANT USAGE ON SEQUENCE knowledge_numbers TO lianxin_app;
GRANT SELECT, INSERT, UPDATE ON knowledge_items TO lianxin_app;
GRANT SELECT, INSERT ON knowledge_tasks, knowledge_uses TO lianxin_app;
GRANT UPDATE (settled_at) ON knowledge_tasks TO lianxin_app;
