-- Whoever leaves is out for good: should they come back, no session and no token of before opens anything.

-- owned by: access
CREATE FUNCTION leaver_is_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sessions SET ended_at = clock_timestamp(), ended_by = 'system'
     WHERE work_number = NEW.work_number AND ended_at IS NULL;
    UPDATE tokens SET revoked_at = clock_timestamp(), revoked_by = 'system'
     WHERE work_number = NEW.work_number AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER staff_left AFTER UPDATE OF active ON staff FOR EACH ROW
    WHEN (OLD.active AND NOT NEW.active) EXECUTE FUNCTION leaver_is_out();
