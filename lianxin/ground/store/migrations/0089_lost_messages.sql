-- Messages that did not reach a citizen, found from the order that still has to reach them.
CREATE INDEX outbox_lost_idx ON outbox (subject_id) WHERE state IN ('dead', 'returned');
