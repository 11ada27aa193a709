-- Who saw what. Owned here: looks, looks_counted.

-- name: write_looks(looks)$
-- Writes looks; how many of them were new.
SELECT looks_write(:looks::jsonb);
