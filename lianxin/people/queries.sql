-- Who works here, and the citizens behind the orders. Owned here: persons, person_numbers, staff, staff_names, sights.

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
-- The same for several; unknown ids have no row. Index: persons_pkey.
SELECT person_id, wrapped_key, fields, salts, erased_at FROM persons WHERE person_id = ANY(:person_ids::uuid[]);

-- name: by_whole_number(whole, limit_count)
-- Persons with this telephone number. Index: person_numbers_whole_idx.
SELECT person_id FROM person_numbers WHERE whole = :whole ORDER BY person_id DESC LIMIT :limit_count;

-- name: by_last_four(last_four, limit_count)
-- Persons with a number that ends like this, the latest first (ids begin with their time). Index: person_numbers_last_four_idx.
SELECT person_id FROM person_numbers WHERE last_four = :last_four ORDER BY person_id DESC LIMIT :limit_count;
