-- Which orders have a citizen whom a message did not reach, said once for the tray and for its count.

-- The orders that this person may see, of which a message of one of these states (`dead`, `returned`) went to a citizen
-- whom nobody has spoken with since.
-- owned by: channels
CREATE FUNCTION unheard_orders(p_reader text, p_states text[]) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT m.subject_id
      FROM outbox m JOIN seen_orders(p_reader) o ON o.order_id = m.subject_id
     WHERE m.state IN ('dead', 'returned') AND m.state = ANY (p_states) AND m.body ? 'person'
       AND NOT EXISTS (
           SELECT FROM entries e
            WHERE e.chain_id = m.subject_id AND e.at >= coalesce(m.ended_at, m.due_at)
              AND (e.kind IN ('contacted', 'followup_answered', 'joined_followed_up', 'joined_dissatisfied')
                   OR e.kind = 'noted' AND convert_from(e.body, 'UTF8')::jsonb #>> '{say,told}' IS NOT NULL))
$$;
COMMENT ON FUNCTION unheard_orders(text, text[]) IS 'As `listed`: the planner puts its body in the place of the call.';
