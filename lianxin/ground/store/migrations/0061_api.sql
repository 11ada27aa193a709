-- What was written since an instant, for systems that keep a copy of their orders.

-- Entries lie on the disk in the order in which they were written, so a few bytes per megabyte tell where an instant
-- is: nothing is added to the cost of an entry.
CREATE INDEX entries_at_idx ON entries USING brin (at) WITH (pages_per_range = 16, autosummarize = on);
