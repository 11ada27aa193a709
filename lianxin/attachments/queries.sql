-- Files of orders and contacts. Owned here: attachments; written by `attachments_write` within a command's statement.
-- Who may see a file is who may see its order or contact: `seen_orders`, `seen_contacts`.

-- name: of_subjects(subject_ids)
-- The files of an order and its contact, in the order in which they came; for whoever has read the order. Index:
-- attachments_subject_id_n_key.
SELECT attachment_id, subject_id, n, at, by, purpose, shown, media, size, hash, file, width, height, wrapped_key, name,
       small IS NOT NULL AS pictured, erased_at
  FROM attachments WHERE subject_id = ANY(:subject_ids::bigint[])
 ORDER BY at, subject_id, n;

-- name: by_command(command_id)^
-- What a command that was sent twice brought the first time. Index: attachments_command_id_key.
SELECT attachment_id, subject_id, n, at, by, purpose, shown, media, size, hash, file, width, height, wrapped_key, name,
       small IS NOT NULL AS pictured, erased_at
  FROM attachments WHERE command_id = :command_id;

-- name: one(attachment_id)^
-- A file with its keys; for whoever is known to see it. Index: attachments_pkey.
SELECT attachment_id, subject_id, n, at, by, purpose, shown, media, size, hash, file, width, height, wrapped_key, name,
       small, small IS NOT NULL AS pictured, erased_at
  FROM attachments WHERE attachment_id = :attachment_id;

-- name: seen_through(reader, attachment_id)
-- The orders through which a person sees a file (order_id), or its contact (order_id null); no row: they do not.
-- Indexes: attachments_pkey, orders_pkey, orders_contact_idx, contacts_pkey.
SELECT o.order_id FROM attachments a JOIN seen_orders(:reader) o ON o.order_id = a.subject_id
 WHERE a.attachment_id = :attachment_id
UNION ALL
SELECT o.order_id FROM attachments a JOIN seen_orders(:reader) o ON o.contact_id = a.subject_id
 WHERE a.attachment_id = :attachment_id
UNION ALL
SELECT NULL FROM attachments a JOIN seen_contacts(:reader) c ON c.contact_id = a.subject_id
 WHERE a.attachment_id = :attachment_id
 LIMIT 1;

-- name: seen_order(reader, number)^
-- The order of this number as far as this person sees it: its chain and its contact. Index: orders_number_key.
SELECT o.order_id, o.contact_id, o.number, o.state, o.closed_at IS NULL AS open
  FROM seen_orders(:reader) o WHERE o.number = :number;

-- name: taken(subject_id)^
-- How many files an order or contact has, and how many bytes they are; erased ones take no room. Index:
-- attachments_subject_id_n_key.
SELECT count(*) AS files, coalesce(sum(size), 0)::bigint AS bytes
  FROM attachments WHERE subject_id = :subject_id AND erased_at IS NULL;

-- name: row_of(subject_id, n)^
-- The row as it was written, for its erasure. Index: attachments_subject_id_n_key.
SELECT attachment_id, subject_id, n, command_id, at, by, purpose, shown, media, size, hash, file, width, height,
       erased_at
  FROM attachments WHERE subject_id = :subject_id AND n = :n;

-- name: rows_of(subject_ids)
-- The rows of all files of these orders and contacts that are still there. Index: attachments_subject_id_n_key.
SELECT attachment_id, subject_id, n, command_id, at, by, purpose, shown, media, size, hash, file, width, height,
       erased_at
  FROM attachments WHERE subject_id = ANY(:subject_ids::bigint[]) AND erased_at IS NULL ORDER BY subject_id, n;

-- name: known(files)
-- Which of these names of files some row still needs. Reads the table; asked by a sweep only.
SELECT file FROM attachments WHERE file = ANY(:files::text[]) AND erased_at IS NULL;

-- name: kept_files()
-- Every file that must lie on the shelf, with the size of its content. Reads the table.
SELECT attachment_id, subject_id, n, file, size FROM attachments WHERE erased_at IS NULL ORDER BY subject_id, n;

-- name: wrapped_keys(after_id, limit_count)
-- Wrapped keys behind an id, for a new house key. Index: attachments_pkey.
SELECT attachment_id, wrapped_key FROM attachments
 WHERE attachment_id > :after_id AND wrapped_key IS NOT NULL ORDER BY attachment_id LIMIT :limit_count;

-- name: rewrap(wrapped_key, attachment_id, was)
-- Puts a newly wrapped key in the place of the old one. No row: another was faster, or it was erased.
UPDATE attachments SET wrapped_key = :wrapped_key
 WHERE attachment_id = :attachment_id AND wrapped_key = :was
RETURNING attachment_id;
