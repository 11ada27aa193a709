-- Who saw what. Owned here: looks, looks_counted, reveals.

-- name: write_looks(looks)$
-- Writes looks; how many of them were new.
SELECT looks_write(:looks::jsonb);

-- name: about_order(reader, now, number)^
-- What decides who may be shown the person behind an order, with their locked record unless they are kept apart, and
-- until when the reader is shown them; no row: the reader does not see it. Every page of an order asks it. Indexes:
-- orders_number_key, custody_pkey, persons_pkey, reveals_open_idx.
SELECT o.order_id, o.number, o.state, o.kind, o.flags, o.actors, o.person_id,
       ARRAY(SELECT c.holder FROM custody c WHERE c.subject_id = o.order_id AND c.until IS NULL) AS holders,
       (SELECT max(r.until) FROM reveals r
         WHERE r.who = :reader AND r.order_id = o.order_id AND r.until > :now) AS shown_until,
       p.person_id IS NOT NULL AS among_others, p.wrapped_key, p.fields, p.salts, p.erased_at
  FROM seen_orders(:reader) o LEFT JOIN persons p ON p.person_id = o.person_id
 WHERE o.number = :number;

-- name: reveal(reveal_id, order_id, who, purpose, words, at, until)!
-- Shows the person behind an order to somebody until then.
INSERT INTO reveals (reveal_id, order_id, who, purpose, words, at, until)
VALUES (:reveal_id, :order_id, :who, :purpose, :words, :at, :until);

-- name: revealed_since(who, until)$
-- How many somebody was shown whose time ends after this. Index: reveals_open_idx.
SELECT count(*) FROM reveals WHERE who = :who AND until > :until;

-- name: searched_since(who, since)$
-- How often somebody searched for a number since then. Index: looks_who_idx.
SELECT count(*) FROM looks WHERE who = :who AND what = 'search' AND at > :since;

-- name: orders_of_persons(reader, person_ids, order_ids, limit_count)
-- The seen orders of these persons, and these orders as far as they are seen, the latest first. Indexes:
-- orders_person_idx, orders_pkey.
SELECT o.number, o.state, o.category, o.holder, o.opened_at,
       (SELECT coalesce(nullif(t.title, ''), left(t.text, 30)) FROM texts t
         WHERE t.order_id = o.order_id AND t.n = 1) AS title
  FROM seen_orders(:reader) o
 WHERE o.person_id = ANY(:person_ids::uuid[]) OR o.order_id = ANY(:order_ids::bigint[])
 ORDER BY o.opened_at DESC, o.order_id DESC
 LIMIT :limit_count;

-- name: looks_of_subjects(below, subject_ids, who, what, since, before, limit_count)
-- Looks into an order or contact below a number, the latest first; null: not asked. Index: looks_subject_idx.
SELECT look_id, at, who, subject_id, what, about, session, address
  FROM looks
 WHERE look_id < :below::bigint
   AND subject_id = ANY(:subject_ids::bigint[])
   AND (:who::text IS NULL OR who = :who)
   AND (:what::text IS NULL OR what = :what)
   AND (:since::timestamptz IS NULL OR at >= :since)
   AND (:before::timestamptz IS NULL OR at < :before)
 ORDER BY look_id DESC
 LIMIT :limit_count;

-- name: looks_of_person(below, who, what, since, before, limit_count)
-- Looks of somebody below a number, the latest first; null: not asked. Index: looks_who_idx.
SELECT look_id, at, who, subject_id, what, about, session, address
  FROM looks
 WHERE look_id < :below::bigint
   AND who = :who
   AND (:what::text IS NULL OR what = :what)
   AND (:since::timestamptz IS NULL OR at >= :since)
   AND (:before::timestamptz IS NULL OR at < :before)
 ORDER BY look_id DESC
 LIMIT :limit_count;

-- name: looks_of_all(below, what, since, before, limit_count)
-- Looks of everybody below a number, the latest first; null: not asked. Index: looks_pkey.
SELECT look_id, at, who, subject_id, what, about, session, address
  FROM looks
 WHERE look_id < :below::bigint
   AND (:what::text IS NULL OR what = :what)
   AND (:since::timestamptz IS NULL OR at >= :since)
   AND (:before::timestamptz IS NULL OR at < :before)
 ORDER BY look_id DESC
 LIMIT :limit_count;

-- name: persons_of_contacts(contact_ids)
-- Whose these contacts are; for the house itself, to keep them apart. Index: contacts_pkey.
SELECT person_id FROM contacts WHERE contact_id = ANY(:contact_ids::bigint[]) AND person_id IS NOT NULL;

-- name: expire_reveals(before, limit_count)$
-- Lets what was asked before then go, by rule; how many. Nothing younger than six months goes.
SELECT reveals_expire(:before, :limit_count);

-- name: looks_through(before)$
-- The last look that a checkpoint sealed before then; no row or null: none. Reads checkpoints backwards.
SELECT (line::jsonb ->> 'looks')::bigint FROM checkpoints WHERE at < :before ORDER BY checkpoint_id DESC LIMIT 1;

-- name: looks_go(through, limit_count)$
-- Lets looks up to a number go; how many. Nothing younger than six months goes.
SELECT looks_expire(:through, :limit_count);

-- name: looks_up_to(through)$
-- How many looks there are up to a number. Index: looks_pkey.
SELECT count(*) FROM looks WHERE look_id <= :through::bigint;
