-- Versions of rule packs that somebody proposed and somebody else has to agree to.

-- owned by: rules
CREATE TABLE pack_drafts (
    draft_id    uuid PRIMARY KEY,
    ref         text NOT NULL,
    body        text NOT NULL,
    document    text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    outcome     text NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'adopted', 'refused', 'withdrawn')),
    decided_by  text,
    decided_at  timestamptz,
    reason      text NOT NULL DEFAULT '',
    CONSTRAINT pack_drafts_decided CHECK ((outcome = 'open') = (decided_at IS NULL)),
    CONSTRAINT pack_drafts_two_people CHECK (outcome <> 'adopted' OR decided_by <> proposed_by)
);
COMMENT ON TABLE pack_drafts IS 'A version takes effect only after a second person agreed (domain: 规则管理员). Drafts are kept, whatever became of them.';
CREATE UNIQUE INDEX pack_drafts_open_idx ON pack_drafts (ref) WHERE outcome = 'open';

GRANT SELECT, INSERT ON pack_drafts TO lianxin_app;
GRANT UPDATE (outcome, decided_by, decided_at, reason) ON pack_drafts TO lianxin_app;
