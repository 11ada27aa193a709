-- What a person has with us, and what is over. Owned here: sweeps, sweep_days.

-- name: orders_of_person(person_id)
-- Every order opened for a person, open or closed. Index: orders_person_idx.
SELECT order_id FROM orders WHERE person_id = :person_id ORDER BY order_id;

-- name: contacts_of_person(person_id)
-- Every contact of a person. Index: contacts_person_idx.
SELECT contact_id FROM contacts WHERE person_id = :person_id ORDER BY contact_id;

-- name: same_number(person_id, limit_count)
-- Orders and contacts of other records with a telephone number of this one's: the same person, or somebody with whom
-- they share it. Indexes: person_numbers_pkey, person_numbers_whole_idx, orders_person_idx, contacts_person_idx.
WITH others AS (
    SELECT DISTINCT other.person_id
      FROM person_numbers mine JOIN person_numbers other ON other.whole = mine.whole AND other.person_id <> mine.person_id
     WHERE mine.person_id = :person_id)
SELECT o.order_id AS subject_id FROM orders o JOIN others USING (person_id)
UNION
SELECT c.contact_id FROM contacts c JOIN others USING (person_id)
 ORDER BY subject_id
 LIMIT :limit_count;

-- name: person_of_order(order_id)^
-- Who is behind an order; no row: no such order. Index: orders_pkey.
SELECT person_id FROM orders WHERE order_id = :order_id;

-- name: person_of_contact(contact_id)^
-- Who turned to us; no row: no such contact. Index: contacts_pkey.
SELECT person_id FROM contacts WHERE contact_id = :contact_id;

-- name: texts_added(contact_ids)
-- Texts that these contacts brought to an order: its entry names the contact and the number of the text.
-- Indexes: promises_owed_idx (who adds is owed an answer there), entries_pkey.
SELECT e.chain_id, (convert_from(e.body, 'UTF8')::jsonb ->> 'text_n')::integer AS text_n
  FROM entries e
 WHERE e.kind = 'added'
   AND e.chain_id IN (SELECT subject_id FROM promises WHERE owed_to = ANY(:contact_ids::bigint[]))
   AND (convert_from(e.body, 'UTF8')::jsonb #>> '{say,contact}')::bigint = ANY(:contact_ids::bigint[])
 ORDER BY e.chain_id, e.seq;

-- name: persons_with_orders_over(before, after_id, limit_count)
-- Persons behind an id all of whose orders were closed before then, and who did not turn to us since; erased ones are
-- left out. Indexes: orders_closed_idx, orders_person_idx, contacts_person_idx.
SELECT DISTINCT o.person_id
  FROM orders o
 WHERE o.closed_at < :before AND o.person_id > :after_id
   AND NOT EXISTS (SELECT FROM orders x WHERE x.person_id = o.person_id
                                          AND (x.closed_at IS NULL OR x.closed_at >= :before))
   AND NOT EXISTS (SELECT FROM contacts c WHERE c.person_id = o.person_id AND c.arrived_at >= :before)
   AND NOT EXISTS (SELECT FROM persons p WHERE p.person_id = o.person_id AND p.erased_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM informants_known(ARRAY[o.person_id]) k WHERE k.erased_at IS NOT NULL)
 ORDER BY o.person_id
 LIMIT :limit_count;

-- name: persons_without_orders_over(before, after_id, limit_count)
-- Persons behind an id who turned to us before then only, without an order of their own or a word on another's.
-- Indexes: contacts_arrived_idx, orders_person_idx, orders_contact_idx, contacts_person_idx.
SELECT DISTINCT c.person_id
  FROM contacts c
 WHERE c.arrived_at < :before AND c.person_id > :after_id AND c.disposition <> 'pending'
   AND NOT EXISTS (SELECT FROM orders o WHERE o.person_id = c.person_id OR o.contact_id = c.contact_id)
   AND NOT EXISTS (SELECT FROM promises p WHERE p.owed_to = c.contact_id)
   AND NOT EXISTS (SELECT FROM contacts x WHERE x.person_id = c.person_id AND x.arrived_at >= :before)
   AND NOT EXISTS (SELECT FROM persons p WHERE p.person_id = c.person_id AND p.erased_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM informants_known(ARRAY[c.person_id]) k WHERE k.erased_at IS NOT NULL)
 ORDER BY c.person_id
 LIMIT :limit_count;

-- name: recordings_over(before, subject_id, n, grave, limit_count)
-- Recordings behind a place whose orders were all closed before then; grave: those of emergencies and reports of a
-- breach, or the others. Reads attachments; indexes: orders_pkey, orders_contact_idx.
SELECT a.subject_id, a.n
  FROM attachments a
 WHERE a.erased_at IS NULL AND (a.purpose = 'record' OR a.media LIKE 'audio/%') AND a.at < :before
   AND (a.subject_id, a.n) > (:subject_id::bigint, :n::integer)
   AND NOT EXISTS (SELECT FROM orders o WHERE (o.order_id = a.subject_id OR o.contact_id = a.subject_id)
                                          AND (o.closed_at IS NULL OR o.closed_at >= :before))
   AND EXISTS (SELECT FROM orders o WHERE (o.order_id = a.subject_id OR o.contact_id = a.subject_id)
                                      AND ('emergency' = ANY (o.flags) OR o.urgency = 'life_danger' OR o.kind = 'report'))
       = :grave::boolean
 ORDER BY a.subject_id, a.n
 LIMIT :limit_count;

-- name: last_sweep()$
-- The line of the last sweep; no row: there was none. Index: sweeps_pkey.
SELECT line FROM sweeps ORDER BY sweep_id DESC LIMIT 1;

-- name: add_sweep(sweep_id, at, line)!
-- Keeps the line of a sweep, in the transaction of what it erased.
INSERT INTO sweeps (sweep_id, at, line) VALUES (:sweep_id, :at, :line);

-- name: begin_day(day)$
-- Takes the sweep of a day; no row: another worker has it.
INSERT INTO sweep_days (day) VALUES (:day) ON CONFLICT DO NOTHING RETURNING day;

-- name: any_checkpoint()$
-- Whether anything was ever sealed.
SELECT EXISTS (SELECT FROM checkpoints);
