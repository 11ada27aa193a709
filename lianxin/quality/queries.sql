-- Inspection of work. Owned here: samples, scores, score_appeals.

-- name: candidates(reader, begin, end)
-- Calls that ended with an agent and were not drawn yet, which this person may see. unhappy: an order of it, as far as
-- they see it, whose first answer was dissatisfied. Indexes: contacts_arrived_idx, samples_sheet_subject_id_person_key, orders_contact_idx.
SELECT c.contact_id, c.agent, c.disposition,
       EXISTS (SELECT FROM seen_orders(:reader) o JOIN chains h ON h.chain_id = o.order_id
                WHERE o.contact_id = c.contact_id
                  AND convert_from(h.snapshot, 'UTF8')::jsonb ->> 'satisfied_first' IN ('no', 'very_no')) AS unhappy
  FROM seen_contacts(:reader) c
 WHERE c.arrived_at >= :begin::timestamptz AND c.arrived_at < :end::timestamptz
   AND c.agent IS NOT NULL AND c.disposition <> 'pending'
   AND NOT EXISTS (SELECT FROM samples s WHERE s.sheet = 'call' AND s.subject_id = c.contact_id)
 ORDER BY c.contact_id;

-- name: drawn_since(begin)
-- How many calls of each person were drawn since then. Index: samples_person_idx.
SELECT person, count(*)::int FROM samples WHERE sheet = 'call' AND drawn_at >= :begin::timestamptz GROUP BY person;

-- name: keep_sample(sample_id, sheet, subject_id, person, why, drawn_at, drawn_by)^
-- No row: this piece of work was drawn before. Index: samples_sheet_subject_id_person_key.
INSERT INTO samples (sample_id, sheet, subject_id, person, why, drawn_at, drawn_by)
VALUES (:sample_id, :sheet, :subject_id, :person, :why, :drawn_at, :drawn_by)
ON CONFLICT DO NOTHING
RETURNING sample_id;

-- name: to_inspect(by, limit_count)
-- What waits for a score, the risky first, then the oldest; one's own work is somebody else's to inspect.
SELECT s.sample_id, s.sheet, s.subject_id, s.person, s.why, s.drawn_at
  FROM samples s
 WHERE NOT EXISTS (SELECT FROM scores c WHERE c.sample_id = s.sample_id) AND s.person <> :by
 ORDER BY s.why = 'random', s.drawn_at, s.sample_id
 LIMIT :limit_count;

-- name: to_inspect_count(by)$
-- How many there are of them.
SELECT count(*) FROM samples s
 WHERE NOT EXISTS (SELECT FROM scores c WHERE c.sample_id = s.sample_id) AND s.person <> :by;

-- name: inspected(limit_count)
-- The latest scores.
SELECT s.sample_id, s.sheet, s.subject_id, s.person, s.why, s.drawn_at, c.by, c.at, c.total, c.fatal
  FROM samples s JOIN LATERAL (SELECT * FROM scores c WHERE c.sample_id = s.sample_id ORDER BY n DESC LIMIT 1) c ON true
 ORDER BY c.at DESC
 LIMIT :limit_count;

-- name: of_person(person, limit_count)
-- The scores on somebody's work, latest first. Index: samples_person_idx.
SELECT s.sample_id, s.sheet, s.subject_id, s.person, s.why, s.drawn_at, c.by, c.at, c.total, c.fatal
  FROM samples s JOIN LATERAL (SELECT * FROM scores c WHERE c.sample_id = s.sample_id ORDER BY n DESC LIMIT 1) c ON true
 WHERE s.person = :person
 ORDER BY c.at DESC
 LIMIT :limit_count;

-- name: sample(sample_id)^
-- Index: samples_pkey.
SELECT sample_id, sheet, subject_id, person, why, drawn_at, drawn_by FROM samples WHERE sample_id = :sample_id;

-- name: scores_of(sample_id)
-- Every score of a sample, the first one first. Index: scores_pkey.
SELECT n, by, at, version, points::text AS points, fatal, total, remark FROM scores WHERE sample_id = :sample_id ORDER BY n;

-- name: keep_score(sample_id, n, by, at, version, points, fatal, total, remark)^
-- No row: somebody else scored it meanwhile. Index: scores_pkey.
INSERT INTO scores (sample_id, n, by, at, version, points, fatal, total, remark)
VALUES (:sample_id, :n, :by, :at, :version, :points::jsonb, :fatal, :total, :remark)
ON CONFLICT DO NOTHING
RETURNING n;

-- name: appeal_of(sample_id)^
-- Index: score_appeals_pkey.
SELECT by, at, words, due_at, answered_by, answered_at, answer, decided_by, decided_at, upheld, decision
  FROM score_appeals WHERE sample_id = :sample_id;

-- name: keep_appeal(sample_id, by, at, words, due_at)^
-- No row: there is one already. Index: score_appeals_pkey.
INSERT INTO score_appeals (sample_id, by, at, words, due_at) VALUES (:sample_id, :by, :at, :words, :due_at)
ON CONFLICT DO NOTHING
RETURNING sample_id;

-- name: answer_appeal(answered_by, answered_at, answer, due_at, sample_id)^
-- No row: it was answered before. Index: score_appeals_pkey.
UPDATE score_appeals
   SET answered_by = :answered_by, answered_at = :answered_at, answer = :answer, due_at = :due_at
 WHERE sample_id = :sample_id AND answered_at IS NULL
RETURNING sample_id;

-- name: decide_appeal(decided_by, decided_at, upheld, decision, sample_id)^
-- No row: it is not answered yet, or decided already. Index: score_appeals_pkey.
UPDATE score_appeals
   SET decided_by = :decided_by, decided_at = :decided_at, upheld = :upheld, decision = :decision, due_at = NULL
 WHERE sample_id = :sample_id AND answered_at IS NOT NULL AND decided_at IS NULL
RETURNING sample_id;

-- name: open_appeals()
-- What waits for an answer or a decision, the most urgent first. A handful.
SELECT a.sample_id, s.sheet, s.person, a.at, a.due_at, a.answered_at
  FROM score_appeals a JOIN samples s USING (sample_id)
 WHERE a.decided_at IS NULL
 ORDER BY a.due_at NULLS LAST, a.at;
