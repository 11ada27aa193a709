-- Knowledge items, their tasks, and who was answered with which. Owned here: knowledge_items, knowledge_tasks,
-- knowledge_uses; written by `knowledge_write`, `knowledge_tasks_write`, `knowledge_uses_write` within one command.

-- name: next_number()$
-- The number of the next item.
SELECT nextval('knowledge_numbers');

-- name: item(chain_id)^
-- An item as its chain makes it; no row: there is none. Index: chains_pkey.
SELECT snapshot FROM chains WHERE chain_id = :chain_id;

-- name: course(chain_id)
-- What happened to an item, the latest first. Index: entries_pkey.
SELECT seq, at, kind, actor, body FROM entries WHERE chain_id = :chain_id ORDER BY seq DESC;

-- name: listed(state, today, unit, category, region, after_number, limit_count)
-- Items behind a number, by filters ('' = any; state also 'review', 'expired'); of a region also what holds in the
-- whole city. Reads in the order of knowledge_items_number_key.
SELECT number, state, unit, owner, version, pending, pending_state, confirmed, title, answer, category, region, form,
       public, valid_from, valid_to, urgent, changed_at
  FROM knowledge_items
 WHERE (:state = '' OR state = :state OR pending_state = :state
        OR (:state = 'expired' AND state = 'published' AND valid_to < :today::date))
   AND (:unit = '' OR unit = :unit) AND (:category = '' OR category LIKE :category || '%')
   AND (:region = '' OR region IN (:region, '')) AND number > :after_number
 ORDER BY number
 LIMIT :limit_count;

-- name: counted(today)
-- How many items there are by state, and how many of the published ones have expired. Reads the table.
SELECT state, count(*) AS items, count(*) FILTER (WHERE valid_to < :today::date) AS expired,
       count(*) FILTER (WHERE pending_state = 'review') AS in_review
  FROM knowledge_items GROUP BY state;

-- name: containing(grams, public_only, today, limit_count)
-- Published items that have all these grams, those that hold today first, then those whose title has them. What only
-- looks alike is taken out by comparing the words. Index: knowledge_items_grams_idx.
SELECT number, version, title, answer, unit, category, region, valid_from, valid_to, urgent, confirmed, public,
       head_grams @> :grams::integer[] AS in_head
  FROM knowledge_items
 WHERE grams @> :grams::integer[] AND state = 'published' AND (public OR NOT :public_only)
 ORDER BY (coalesce(valid_from, :today::date) <= :today::date AND coalesce(valid_to, :today::date) >= :today::date) DESC,
          head_grams @> :grams::integer[] DESC, number
 LIMIT :limit_count;

-- name: alike(grams, public_only, today, limit_count)
-- Published items whose title or questions share most with what was typed, for whole sentences, which stand nowhere
-- word for word. A pair counts the more the fewer items have it; what every second one has (怎么) counts nothing.
-- Index: knowledge_items_head_grams_idx.
WITH fitting AS MATERIALIZED (
    SELECT i.chain_id, q.gram
      FROM unnest(:grams::integer[]) q(gram)
      JOIN knowledge_items i ON i.head_grams @> ARRAY[q.gram]
     WHERE i.state = 'published' AND (i.public OR NOT :public_only)
), rare AS (
    SELECT f.gram, ln(t.items / count(*)) AS worth
      FROM fitting f, (SELECT count(*)::float8 AS items FROM knowledge_items WHERE state = 'published') t
     GROUP BY f.gram, t.items HAVING count(*) * 2 <= greatest(t.items, 2)
), scored AS (
    SELECT f.chain_id, sum(r.worth) AS score, count(*) AS shared
      FROM fitting f JOIN rare r USING (gram) GROUP BY f.chain_id
)
SELECT i.number, i.version, i.title, i.answer, i.unit, i.category, i.region, i.valid_from, i.valid_to, i.urgent,
       i.confirmed, i.public, s.score, s.shared
  FROM scored s JOIN knowledge_items i USING (chain_id)
 WHERE s.shared >= 2
 ORDER BY (coalesce(i.valid_from, :today::date) <= :today::date AND coalesce(i.valid_to, :today::date) >= :today::date) DESC,
          s.score DESC, i.number
 LIMIT :limit_count;

-- name: numbered(number, public_only)
-- The published item of a number, for who types it. Index: knowledge_items_number_key.
SELECT number, version, title, answer, unit, category, region, valid_from, valid_to, urgent, confirmed, public
  FROM knowledge_items WHERE number = :number AND state = 'published' AND (public OR NOT :public_only);

-- name: in_review(unit)
-- Versions that wait for a second person, the longest waiting first; unit '': of all. Index: knowledge_items_unit_idx.
SELECT number, pending, unit, owner, title, writers, confirmed, changed_at
  FROM knowledge_items WHERE pending_state = 'review' AND (:unit = '' OR unit = :unit)
 ORDER BY changed_at, number;

-- name: open_tasks(unit, limit_count)
-- Open tasks, the most urgent first; unit '': of all. Index: knowledge_tasks_open_idx.
SELECT t.chain_id, i.number, i.title, i.unit, i.owner, t.task_id, t.kind, t.version, t.made_at, t.due_at, t.urgent,
       t.words, t.by
  FROM knowledge_tasks t JOIN knowledge_items i USING (chain_id)
 WHERE t.settled_at IS NULL AND (:unit = '' OR i.unit = :unit)
 ORDER BY t.due_at NULLS LAST, t.chain_id, t.task_id
 LIMIT :limit_count;

-- name: waiting(unit)^
-- How much waits: open tasks and versions in review; unit '': of all.
SELECT (SELECT count(*) FROM knowledge_tasks t JOIN knowledge_items i USING (chain_id)
         WHERE t.settled_at IS NULL AND (:unit = '' OR i.unit = :unit)) AS tasks,
       (SELECT count(*) FROM knowledge_items WHERE pending_state = 'review' AND (:unit = '' OR unit = :unit)) AS reviews;

-- name: used(reader, number)
-- By version: how many contacts were answered with it, of those that this person sees. Indexes: knowledge_uses_pkey.
SELECT u.version, count(*) AS uses
  FROM knowledge_uses u JOIN seen_contacts(:reader) c USING (contact_id)
 WHERE u.number = :number GROUP BY u.version;

-- name: answered_with(reader, number, version, limit_count)
-- The contacts that were answered with a version, the latest first, of those that this person sees. Index:
-- knowledge_uses_pkey.
SELECT u.contact_id, u.at FROM knowledge_uses u JOIN seen_contacts(:reader) c USING (contact_id)
 WHERE u.number = :number AND u.version = :version
 ORDER BY u.at DESC LIMIT :limit_count;
