-- An order as trays and the interface for other systems show it, said once.

-- The orders that this person may see, each with its title and what trays are told apart by.
-- owned by: orders
CREATE FUNCTION order_lines(p_reader text)
RETURNS TABLE (order_id bigint, number text, title text, state text, holder text, held_since timestamptz,
               offered_to text, tracker text, unit text, kind text, category text, region text, urgency text,
               flags text[], opened_at timestamptz, due_at timestamptz, next_at timestamptz, closed_at timestamptz,
               units text[], proposal text)
LANGUAGE sql STABLE AS $$
    SELECT o.order_id, o.number, coalesce(nullif(t.title, ''), left(t.text, 30)), o.state, o.holder, o.held_since,
           o.offered_to, o.tracker, o.unit, o.kind, o.category, o.region, o.urgency, o.flags, o.opened_at, o.due_at,
           o.next_at, o.closed_at, o.units, o.proposal
      FROM seen_orders(p_reader) o LEFT JOIN texts t ON t.order_id = o.order_id AND t.n = 1
$$;
COMMENT ON FUNCTION order_lines(text) IS 'As `listed`: the planner puts its body in the place of the call.';
