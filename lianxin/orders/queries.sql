-- What the pages of orders read, always through `seen_orders`, and the drafts. Owned here: orders, order_events, texts,
-- numbers, drafts; all but the drafts are written by the functions
-- `orders_write`, `order_events_write` and `texts_write` of the migrations, within the one statement of a command.

-- name: held_dated(reader, holder, due_at, order_id, limit_count)
-- Open orders of a holder behind a place in the list, most urgent first. Index: orders_open_holder_idx.
SELECT o.* FROM listed(:reader) o
 WHERE o.holder = :holder AND o.closed_at IS NULL
   AND (o.due_at, o.order_id) > (:due_at::timestamptz, :order_id::bigint)
 ORDER BY o.due_at, o.order_id
 LIMIT :limit_count;

-- name: held_undated(reader, holder, order_id, limit_count)
-- Open orders of a holder whose date is not known (its year has no calendar yet). Index: orders_open_holder_idx.
SELECT o.* FROM listed(:reader) o
 WHERE o.holder = :holder AND o.closed_at IS NULL AND o.due_at IS NULL AND o.order_id > :order_id
 ORDER BY o.order_id
 LIMIT :limit_count;

-- name: open_dated(reader, due_at, order_id, limit_count)
-- Open orders of all holders behind a place in the list, most urgent first. Index: orders_open_due_idx.
SELECT o.* FROM listed(:reader) o
 WHERE o.closed_at IS NULL AND (o.due_at, o.order_id) > (:due_at::timestamptz, :order_id::bigint)
 ORDER BY o.due_at, o.order_id
 LIMIT :limit_count;

-- name: open_undated(reader, order_id, limit_count)
-- Open orders of all holders whose date is not known. Index: orders_open_due_idx.
SELECT o.* FROM listed(:reader) o
 WHERE o.closed_at IS NULL AND o.due_at IS NULL AND o.order_id > :order_id
 ORDER BY o.order_id
 LIMIT :limit_count;

-- name: held_count(reader, holder)$
-- How many open orders a holder has, of those one may see. Index: orders_open_holder_idx.
SELECT count(*) FROM seen_orders(:reader) WHERE holder = :holder AND closed_at IS NULL;

-- name: newest_texts_with(order_id, n, window_count, reader, grams)
-- Among the newest texts behind a place, so many of them, those of orders one may see that have all these grams, newest
-- first. The window is read whole whatever the planner thinks of the grams: 0.8 us a text. Index: texts_pkey, backwards.
SELECT newest.order_id, newest.n, newest.title, newest.text
  FROM (SELECT order_id, n, title, text, grams
          FROM texts
         WHERE (order_id, n) < (:order_id::bigint, :n::integer)
         ORDER BY order_id DESC, n DESC
         LIMIT :window_count) newest
  JOIN seen_orders(:reader) o ON o.order_id = newest.order_id
 WHERE newest.grams @> :grams::integer[]
 ORDER BY newest.order_id DESC, newest.n DESC;

-- name: end_of_window(order_id, n, window_count)^
-- The last text of that window. No row: there are no more texts than that. Index: texts_pkey, backwards.
SELECT order_id, n
  FROM texts
 WHERE (order_id, n) < (:order_id::bigint, :n::integer)
 ORDER BY order_id DESC, n DESC
OFFSET :window_count - 1
 LIMIT 1;

-- name: all_with(grams, order_id, n)
-- The places of all texts behind a place that have all these grams, newest first: for grams that are rare. No limit,
-- lest the planner, which takes the grams of one word for independent, walk backwards. Index: texts_grams_idx.
SELECT order_id, n
  FROM texts
 WHERE grams @> :grams::integer[] AND (order_id, n) < (:order_id::bigint, :n::integer)
 ORDER BY order_id DESC, n DESC;

-- name: texts_at(order_ids, ns, reader)
-- Of the texts at these places those of orders one may see, newest first. Indexes: texts_pkey, orders_pkey.
SELECT t.order_id, t.n, t.title, t.text
  FROM unnest(:order_ids::bigint[], :ns::integer[]) AS p(order_id, n)
  JOIN texts t USING (order_id, n) JOIN seen_orders(:reader) o USING (order_id)
 ORDER BY t.order_id DESC, t.n DESC;

-- name: seen_among(order_ids, ns, reader)
-- Of these places those of orders one may see, newest first; no text is read. Index: orders_pkey.
SELECT p.order_id, p.n
  FROM unnest(:order_ids::bigint[], :ns::integer[]) AS p(order_id, n) JOIN seen_orders(:reader) o USING (order_id)
 ORDER BY p.order_id DESC, p.n DESC;

-- name: rows_of(reader, order_ids)
-- Orders by their ids, as lists show them, newest first. Index: orders_pkey.
SELECT o.* FROM listed(:reader) o
 WHERE o.order_id = ANY(:order_ids::bigint[])
 ORDER BY o.order_id DESC;

-- name: holders(now, reader)
-- Every holder with open orders that one may see: how many, and how many are past their date.
-- Index: orders_open_holder_idx.
SELECT holder, count(*) AS orders, count(*) FILTER (WHERE due_at <= :now::timestamptz) AS overdue
  FROM seen_orders(:reader)
 WHERE closed_at IS NULL
 GROUP BY holder
 ORDER BY count(*) DESC, holder;

-- name: about(reader, number)^
-- One order by its number, with the channel on which it came. No row: there is none that one may see.
-- Index: orders_number_key.
SELECT o.order_id, o.number, o.pack, o.parent_id, c.channel
  FROM seen_orders(:reader) o LEFT JOIN contacts c ON c.contact_id = o.contact_id
 WHERE o.number = :number;

-- name: sees(reader, order_id)$
-- Whether one may see this order. Index: orders_pkey.
SELECT EXISTS (SELECT FROM seen_orders(:reader) WHERE order_id = :order_id);

-- name: sees_contact(reader, contact_id)$
-- Whether one may see this contact. Index: contacts_pkey.
SELECT EXISTS (SELECT FROM seen_contacts(:reader) WHERE contact_id = :contact_id);

-- name: whole(reader, number)^
-- Everything that stands about one order, in one snapshot and one round trip: its chain, texts and promises, messages
-- that reached nobody, the orders of the same matter that one may see, the last checkpoint that covers it. Lists come as one array for each column, null
-- where they are empty. No row: there is none that one may see. Indexes: orders_number_key, entries_pkey, texts_pkey,
-- promises_pkey, outbox_subject_idx, orders_parent_idx, orders_pkey, checkpoint_leaves_chain_idx.
SELECT o.order_id, o.number, o.pack, o.parent_id, c.channel, e.*, t.*, p.*, u.*, m.*, s.*
  FROM seen_orders(:reader) o
  LEFT JOIN contacts c ON c.contact_id = o.contact_id
 CROSS JOIN LATERAL (
       SELECT array_agg(x.seq) AS entry_seqs, array_agg(x.hash) AS hashes, array_agg(x.body) AS bodies
         FROM (SELECT seq, hash, body FROM entries WHERE chain_id = o.order_id ORDER BY seq) x) e
 CROSS JOIN LATERAL (
       SELECT array_agg(x.n) AS text_ns, array_agg(x.at) AS text_ats, array_agg(x.title) AS titles,
              array_agg(x.text) AS texts
         FROM (SELECT n, at, title, text FROM texts WHERE order_id = o.order_id ORDER BY n) x) t
 CROSS JOIN LATERAL (
       SELECT array_agg(x.promise_id) AS promise_ids, array_agg(x.kind) AS kinds, array_agg(x.owed_to) AS owed_tos,
              array_agg(x.made_at) AS made_ats, array_agg(x.due_at) AS due_ats, array_agg(x.state) AS states,
              array_agg(x.settled_at) AS settled_ats
         FROM (SELECT promise_id, kind, owed_to, made_at, due_at, state, settled_at
                 FROM promises WHERE subject_id = o.order_id ORDER BY promise_id DESC) x) p
 CROSS JOIN LATERAL (
       SELECT array_agg(x.template) AS lost_templates, array_agg(x.state) AS lost_states, array_agg(x.at) AS lost_ats
         FROM (SELECT body ->> 'template' AS template, state, coalesce(ended_at, due_at) AS at
                 FROM outbox
                WHERE subject_id = o.order_id AND state IN ('dead', 'dropped', 'returned') AND body ? 'person'
                ORDER BY 3 DESC) x) u
 CROSS JOIN LATERAL (
       SELECT array_agg(x.order_id) AS same_ids, array_agg(x.number) AS same_numbers, array_agg(x.title) AS same_titles
         FROM (SELECT j.order_id, j.number, coalesce(nullif(w.title, ''), left(w.text, 30), j.number) AS title
                 FROM seen_orders(:reader) j LEFT JOIN texts w ON w.order_id = j.order_id AND w.n = 1
                WHERE j.parent_id = o.order_id OR j.order_id = o.parent_id
                ORDER BY j.order_id) x) m
  LEFT JOIN LATERAL (
       SELECT l.seq AS sealed_seq, l.checkpoint_id, k.at AS sealed_at
         FROM checkpoint_leaves l JOIN checkpoints k USING (checkpoint_id)
        WHERE l.chain_id = o.order_id
        ORDER BY l.seq DESC
        LIMIT 1) s ON true
 WHERE o.number = :number;

-- name: keep_draft(who, subject, form, sealed, updated_at, most)!
-- Keeps what somebody has written so far. Nothing is kept of a new one where they have so many already.
INSERT INTO drafts (who, subject, form, sealed, updated_at)
SELECT :who, :subject, :form, :sealed, :updated_at
 WHERE (SELECT count(*) FROM drafts WHERE who = :who AND (subject, form) <> (:subject, :form)) < :most
    ON CONFLICT (who, subject, form) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at;

-- name: drafts_on(who, subject)
-- What somebody has written of the forms of one subject. Index: drafts_pkey.
SELECT form, sealed, updated_at FROM drafts WHERE who = :who AND subject = :subject;

-- name: drafts_of(who)
-- Everything somebody has begun to write, the latest first. Index: drafts_pkey.
SELECT subject, form, updated_at FROM drafts WHERE who = :who ORDER BY updated_at DESC, subject, form;

-- name: drop_draft(who, subject, form)!
-- Forgets one. Index: drafts_pkey.
DELETE FROM drafts WHERE who = :who AND subject = :subject AND form = :form;

-- name: drop_drafts_before(before)!
-- Forgets what nobody has gone on with since then. Index: drafts_updated_idx.
DELETE FROM drafts WHERE updated_at < :before::timestamptz;

-- name: sealed_drafts(who, subject, form, limit_count)
-- Drafts behind one, for a new house key. Index: drafts_pkey.
SELECT who, subject, form, sealed FROM drafts
 WHERE (who, subject, form) > (:who::text, :subject::text, :form::text) ORDER BY who, subject, form LIMIT :limit_count;

-- name: reseal_draft(sealed, who, subject, form, was)!
-- Puts a draft locked anew in the place of the old one; whoever went on writing meanwhile is right.
UPDATE drafts SET sealed = :sealed WHERE who = :who AND subject = :subject AND form = :form AND sealed = :was;

-- name: draw(kind, day, after)$
-- The next running number of a day for a kind of chain, never given out before. To be asked alone, in no transaction.
SELECT draw_number(:kind, :day, :after);

-- name: unseen_news(reader, by, limit_count)
-- What somebody who follows orders has not seen yet, the latest first. Indexes: news_unseen_idx, orders_pkey.
SELECT n.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)) AS title, n.seq, n.kind, n.at,
       o.closed_at IS NULL AND o.tracker IS NOT DISTINCT FROM n.reader AS followed
  FROM news n JOIN seen_orders(:reader) o ON o.order_id = n.order_id
  LEFT JOIN texts t ON t.order_id = n.order_id AND t.n = 1
 WHERE n.reader = :by AND n.seen_at IS NULL
 ORDER BY n.at DESC, n.order_id, n.seq DESC
 LIMIT :limit_count;

-- name: unseen_count(reader, by)$
-- How many pieces of news that is. Indexes: news_unseen_idx, orders_pkey.
SELECT count(*)
  FROM news n JOIN seen_orders(:reader) o ON o.order_id = n.order_id
 WHERE n.reader = :by AND n.seen_at IS NULL;

-- name: see_news(by, order_id, seq, seen_at)
-- Marks the news of an order up to an entry as seen; one row for each. Index: news_unseen_idx.
UPDATE news SET seen_at = :seen_at::timestamptz
 WHERE reader = :by AND order_id = :order_id AND seq <= :seq::integer AND seen_at IS NULL
RETURNING seq;

-- name: instructions_of(reader, order_id)
-- Leaders' instructions on an order with their answers, in their order. Index: instructions_pkey.
SELECT i.order_id, o.number, o.state, i.n, i.by, i.at, i.due_at, w.text AS text, i.answered_at, i.answered_by,
       a.text AS answer
  FROM seen_orders(:reader) o JOIN instructions i ON i.order_id = o.order_id
  LEFT JOIN texts w ON w.order_id = i.order_id AND w.n = i.text_n
  LEFT JOIN texts a ON a.order_id = i.order_id AND a.n = i.answer_n
 WHERE o.order_id = :order_id
 ORDER BY i.n;

-- name: unanswered_instructions(reader, limit_count)
-- Instructions that nobody has answered yet, the most urgent first. Index: instructions_unanswered_idx.
SELECT i.order_id, o.number, o.state, i.n, i.by, i.at, i.due_at, w.text AS text, i.answered_at, i.answered_by,
       NULL AS answer
  FROM instructions i JOIN seen_orders(:reader) o ON o.order_id = i.order_id
  LEFT JOIN texts w ON w.order_id = i.order_id AND w.n = i.text_n
 WHERE i.answered_at IS NULL
 ORDER BY i.due_at, i.order_id, i.n
 LIMIT :limit_count;

-- name: instructions_by(reader, by, limit_count)
-- What a leader wrote, the latest first, with what became of it. Index: instructions_by_idx.
SELECT i.order_id, o.number, o.state, i.n, i.by, i.at, i.due_at, w.text AS text, i.answered_at, i.answered_by,
       a.text AS answer
  FROM instructions i JOIN seen_orders(:reader) o ON o.order_id = i.order_id
  LEFT JOIN texts w ON w.order_id = i.order_id AND w.n = i.text_n
  LEFT JOIN texts a ON a.order_id = i.order_id AND a.n = i.answer_n
 WHERE i.by = :by
 ORDER BY i.at DESC, i.order_id, i.n
 LIMIT :limit_count;

-- name: expire_drafts(before, limit_count)$
-- Lets drafts go that nobody has gone on with since then, by rule; how many. Index: drafts_updated_idx.
WITH gone AS (
    DELETE FROM drafts WHERE (who, subject, form) IN (
        SELECT who, subject, form FROM drafts WHERE updated_at < :before ORDER BY updated_at LIMIT :limit_count)
    RETURNING 1)
SELECT count(*) FROM gone;
