-- The rule packs this house has adopted. Owned here: packs, pack_drafts.

-- name: packs()
-- Every adopted version, word for word; a handful. Index: packs_pkey.
SELECT ref, body FROM packs ORDER BY ref;

-- name: drafts(limit_count)
-- Proposed versions, those that wait for a second person first, then the latest decided. A site has a few dozen.
SELECT draft_id, ref, body, document, proposed_by, proposed_at, outcome, decided_by, decided_at, reason
  FROM pack_drafts
 ORDER BY outcome <> 'open', coalesce(decided_at, proposed_at) DESC
 LIMIT :limit_count;

-- name: draft(draft_id)^
-- One of them. No row: there is none of this id. Index: pack_drafts_pkey.
SELECT draft_id, ref, body, document, proposed_by, proposed_at, outcome, decided_by, decided_at, reason
  FROM pack_drafts WHERE draft_id = :draft_id;

-- name: propose(draft_id, ref, body, document, proposed_by, proposed_at)^
-- Lays a version before a second person. No row: this version is laid before them already, or this id is.
INSERT INTO pack_drafts (draft_id, ref, body, document, proposed_by, proposed_at)
VALUES (:draft_id, :ref, :body, :document, :proposed_by, :proposed_at)
ON CONFLICT DO NOTHING
RETURNING draft_id;

-- name: decide(outcome, decided_by, decided_at, reason, draft_id)^
-- Ends a proposal. No row: another was faster.
UPDATE pack_drafts
   SET outcome = :outcome, decided_by = :decided_by, decided_at = :decided_at, reason = :reason
 WHERE draft_id = :draft_id AND outcome = 'open'
RETURNING draft_id;
