-- The rule packs this house has adopted. Owned here: packs.

-- name: packs()
-- Every adopted version, word for word; a handful. Index: packs_pkey.
SELECT ref, body FROM packs ORDER BY ref;
