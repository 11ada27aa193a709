-- Inspection of work: what was drawn, how it was scored, what was appealed.

-- owned by: quality
CREATE TABLE samples (
    sample_id  uuid PRIMARY KEY,
    sheet      text   NOT NULL,
    subject_id bigint NOT NULL,
    person     text   NOT NULL,
    why        text   NOT NULL,
    drawn_at   timestamptz NOT NULL,
    drawn_by   text   NOT NULL,
    UNIQUE (sheet, subject_id, person)
);
COMMENT ON TABLE samples IS 'A piece of somebody''s work to be inspected: a call (subject: contact), or an order''s record, reply or follow-up. why: random, emergency, harassment, unhappy, asked.';
CREATE INDEX samples_person_idx ON samples (person, drawn_at);

-- owned by: quality
CREATE TABLE scores (
    sample_id uuid    NOT NULL REFERENCES samples,
    n         integer NOT NULL CHECK (n >= 1),
    by        text    NOT NULL,
    at        timestamptz NOT NULL,
    version   text    NOT NULL,
    points    jsonb   NOT NULL,
    fatal     text[]  NOT NULL,
    total     integer NOT NULL CHECK (total BETWEEN 0 AND 100),
    remark    text    NOT NULL,
    PRIMARY KEY (sample_id, n)
);
COMMENT ON TABLE scores IS 'A score is never changed: a decision on an appeal is the next one, the old one stays visible. version: of the sheet.';

-- owned by: quality
CREATE TABLE score_appeals (
    sample_id   uuid PRIMARY KEY REFERENCES samples,
    by          text NOT NULL,
    at          timestamptz NOT NULL,
    words       text NOT NULL,
    due_at      timestamptz,
    answered_by text,
    answered_at timestamptz,
    answer      text NOT NULL DEFAULT '',
    decided_by  text,
    decided_at  timestamptz,
    upheld      boolean,
    decision    text NOT NULL DEFAULT '',
    CONSTRAINT score_appeals_answered CHECK ((answered_by IS NULL) = (answered_at IS NULL)),
    CONSTRAINT score_appeals_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (upheld IS NULL))
);
COMMENT ON TABLE score_appeals IS 'One appeal per sample: the inspector answers, somebody else decides, and that is final. due_at: until when the next of them must; null: the calendar of that year is missing.';

GRANT SELECT, INSERT ON samples, scores, score_appeals TO lianxin_app;
GRANT UPDATE (due_at, answered_by, answered_at, answer, decided_by, decided_at, upheld, decision) ON score_appeals TO lianxin_app;
