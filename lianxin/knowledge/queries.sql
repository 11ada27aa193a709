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

-- name: listed(state, unit, category, region, today, after_number, limit_count)
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

-- name: containing(grams, today, public_only, limit_count)
-- Published items that have all these grams, those that hold today first, then those whose title has them. What only
-- looks alike is taken out by comparing the words. Index: knowledge_items_grams_idx.
SELECT number, version, title, answer, unit, category, region, valid_from, valid_to, urgent, confirmed, public,
       head_grams @> :grams::integer[] AS in_head
  FROM knowledge_items
 WHERE grams @> :grams::integer[] AND state = 'published' AND (public OR NOT :public_only)
 ORDER BY (coalesce(valid_from, :today::date) <= :today::date AND coalesce(valid_to, :today::date) >= :today::date) DESC,
          head_grams @> :grams::integer[] DESC, number
 LIMIT :limit_count;

-- name: alike(grams, today, public_only, limit_count)
-- Published items whose title or questions share most with what was typed, the likeliest first: for whole sentences,
-- which stand nowhere word for word. Index: knowledge_items_head_grams_idx.
SELECT number, version, title, answer, unit, category, region, valid_from, valid_to, urgent, confirmed, public,
       cardinality(ARRAY(SELECT unnest(i.head_grams) INTERSECT SELECT unnest(:grams::integer[]))) AS shared
  FROM knowledge_items i
 WHERE head_grams && :grams::integer[] AND state = 'published' AND (public OR NOT :public_only)
 ORDER BY (coalesce(valid_from, :today::date) <= :today::date AND coalesce(valid_to, :today::date) >= :today::date) DESC,
          shared DESC, number
 LIMIT :limit_count;

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

-- name: used(number, reader)
-- By version: how many contacts were answered with it, of those that this person sees. Indexes: knowledge_uses_pkey.
SELECT u.version, count(*) AS uses
  FROM knowledge_uses u JOIN seen_contacts(:reader) c USING (contact_id)
 WHERE u.number = :number GROUP BY u.version;

-- name: answered_with(number, version, reader, limit_count)
-- The contacts that were answered with a version, the latest first, of those that this person sees. Index:
-- knowledge_uses_pkey.
SELECT u.contact_id, u.at FROM knowledge_uses u JOIN seen_contacts(:reader) c USING (contact_id)
 WHERE u.number = :number AND u.version = :version
 ORDER BY u.at DESC LIMIT :limit_count;
