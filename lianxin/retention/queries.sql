-- What a person has with us. Owned here: nothing.

-- name: orders_of_person(person_id)
-- Every order opened for a person, open or closed. Index: orders_person_idx.
SELECT order_id FROM orders WHERE person_id = :person_id ORDER BY order_id;

-- name: contacts_of_person(person_id)
-- Every contact of a person. Index: contacts_person_idx.
SELECT contact_id FROM contacts WHERE person_id = :person_id ORDER BY contact_id;

-- name: texts_added(contact_ids)
-- Texts that these contacts brought to an order: its entry names the contact and the number of the text.
-- Indexes: promises_owed_idx (who adds is owed an answer there), entries_pkey.
SELECT e.chain_id, (convert_from(e.body, 'UTF8')::jsonb ->> 'text_n')::integer AS text_n
  FROM entries e
 WHERE e.kind = 'added'
   AND e.chain_id IN (SELECT subject_id FROM promises WHERE owed_to = ANY(:contact_ids::bigint[]))
   AND (convert_from(e.body, 'UTF8')::jsonb #>> '{say,contact}')::bigint = ANY(:contact_ids::bigint[])
 ORDER BY e.chain_id, e.seq;
