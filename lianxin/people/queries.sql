-- Who works here, and the citizens behind the orders. Owned here: persons, person_numbers, informants,
-- informant_numbers, staff, staff_names, sights.

-- name: active_staff()
-- Everybody who may act now.
SELECT work_number, roles, deputy FROM staff WHERE active;

-- name: staff_names()
-- How everybody who ever acted is called.
SELECT work_number, name FROM staff_names;

-- name: person(person_id)^
-- What is kept of a person; no row: nobody of this id. Index: persons_pkey.
SELECT person_id, wrapped_key, fields, salts, erased_at FROM persons WHERE person_id = :person_id;

-- name: persons_of(person_ids)
-- The same for several, and of those kept apart for whom a message is on its way to them; unknown ids have no row.
-- Index: persons_pkey.
SELECT person_id, wrapped_key, fields, salts, erased_at FROM persons WHERE person_id = ANY(:person_ids::uuid[])
UNION ALL
SELECT person_id, wrapped_key, fields, salts, erased_at FROM informants_to_tell(:person_ids::uuid[]);

-- name: by_whole_number(wholes, limit_count)
-- Persons with this telephone number, under any of its hashes. Index: person_numbers_whole_idx.
SELECT DISTINCT person_id FROM person_numbers
 WHERE whole = ANY(:wholes::bytea[]) ORDER BY person_id DESC LIMIT :limit_count;

-- name: by_last_four(last_fours, limit_count)
-- Persons with a number that ends like this, the latest first (ids begin with their time). Index: person_numbers_last_four_idx.
SELECT DISTINCT person_id FROM person_numbers
 WHERE last_four = ANY(:last_fours::bytea[]) ORDER BY person_id DESC LIMIT :limit_count;

-- name: persons_locked(after_id, limit_count)
-- Locked records behind an id, for a new key. Index: persons_pkey.
SELECT person_id, wrapped_key, fields, salts, erased_at FROM persons
 WHERE person_id > :after_id AND wrapped_key IS NOT NULL ORDER BY person_id LIMIT :limit_count;

-- name: informants_locked(after_id, limit_count)
-- The same of those who are kept apart.
SELECT person_id, wrapped_key, fields, salts, erased_at FROM informants_locked(:after_id, :limit_count);

-- name: persons_rewrap(rows)$
-- Puts newly wrapped keys and newly hashed numbers in the place of the old; how many.
SELECT persons_rewrap(:rows::jsonb);

-- name: informants_rewrap(rows)$
-- The same of those who are kept apart.
SELECT informants_rewrap(:rows::jsonb);

-- name: informant_behind(reader, order_id)^
-- The locked record of whoever is behind an order and kept apart, if this reader may open it; no row otherwise.
SELECT person_id, wrapped_key, fields, salts, erased_at FROM informant_behind(:reader, :order_id);

-- name: orders_of_informant(reader, wholes)
-- Orders of whoever is kept apart and has this number, as far as this reader may open each.
SELECT DISTINCT order_id FROM orders_of_informant(:reader, :wholes::bytea[]) AS f(order_id);

-- name: persons_known(person_ids)
-- Which of these are kept like everybody, and whether they were erased. Index: persons_pkey.
SELECT person_id, erased_at FROM persons WHERE person_id = ANY(:person_ids::uuid[]);

-- name: informants_known(person_ids)
-- Which of these are kept apart, and whether they were erased.
SELECT person_id, erased_at FROM informants_known(:person_ids::uuid[]);
