-- What the import of history asks. Owned here: imported_orders. The rows of the imported orders themselves go into
-- the tables of their rooms by COPY, one transaction per batch, together with the command that brought them.

-- name: known_numbers(source, old_numbers)
-- Which of these old numbers were brought in before. Index: imported_orders_pkey.
SELECT old_number FROM imported_orders WHERE source = :source AND old_number = ANY(:old_numbers::text[]);

-- name: last_of_range(low, high)$
-- The last order of a range of ids, which is a day's; null: there is none yet. Index: orders_pkey.
SELECT max(order_id) FROM orders WHERE order_id BETWEEN :low AND :high;

-- name: note_command(command_id, at, result)!
-- Notes the command of one batch; a second one with the same orders meets its primary key and writes nothing.
INSERT INTO commands (command_id, at, result) VALUES (:command_id, :at, :result::jsonb);

-- name: one_import_at_a_time()$
-- True where no other import runs on this database; held until the connection ends.
SELECT pg_try_advisory_lock(7310579632914494836);

-- name: settle_texts()!
-- Puts the grams of the texts just imported into the search index proper.
SELECT texts_settle();
