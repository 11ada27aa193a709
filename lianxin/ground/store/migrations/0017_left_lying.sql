-- What was written and nobody answered stays in the tray; how often it was left lying there is on the list.

-- owned by: contacts
ALTER TABLE contacts ADD COLUMN lying integer NOT NULL DEFAULT 0 CHECK (lying >= 0);
COMMENT ON COLUMN contacts.lying IS 'How often a written contact passed its limit: from the first time on the duty manager answers for it.';

-- owned by: contacts
CREATE OR REPLACE FUNCTION contacts_write(p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contacts (contact_id, channel, line, arrived_at, stage, disposition, holder, limit_at, agent, person_id,
                          lying)
    SELECT r.id, r.channel, r.line, to_timestamp(r.arrived / 1000.0), r.stage, r.disposition, r.holder,
           to_timestamp(r."limit" / 1000.0), r.agent, r.person, coalesce(r.lying, 0)
      FROM jsonb_to_recordset(p_rows) AS r(id bigint, channel text, line text, arrived bigint, stage text,
           disposition text, holder text, "limit" bigint, agent text, person uuid, lying integer)
        ON CONFLICT (contact_id) DO UPDATE
       SET stage = excluded.stage, disposition = excluded.disposition, holder = excluded.holder,
           limit_at = excluded.limit_at, agent = excluded.agent, person_id = excluded.person_id, lying = excluded.lying;
END $$;
