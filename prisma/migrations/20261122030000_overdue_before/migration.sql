SET LOCAL lock_timeout = '5s';

-- What is overdue already was so before anybody could be told: it is not told now. Each tenant's rows are written in the application's
-- roles, since row-level security holds for the schema's owner too and lifting it would lock everybody out meanwhile; an owner who may
-- not take these roles is lent them.
CREATE FUNCTION overdue_backfill() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE migrator text := current_user; lent boolean := false; owing uuid[]; one uuid;
BEGIN
  BEGIN
    PERFORM set_config('role', 'billwright_system', true);
  EXCEPTION WHEN insufficient_privilege OR invalid_parameter_value THEN
    EXECUTE format('GRANT billwright_app, billwright_system TO %I', migrator);
    lent := true;
    PERFORM set_config('role', 'billwright_system', true);
  END;
  SELECT array_agg(DISTINCT i.tenant_id) INTO owing FROM invoice i JOIN tenant t ON t.id = i.tenant_id
  WHERE i.invoice_status = 'finalized' AND i.payment_status <> 'succeeded' AND i.uncollectible_at IS NULL AND i.overdue_at IS NULL
    AND i.due_at < coalesce(t.clock_now, now());
  PERFORM set_config('role', 'billwright_app', true);
  FOREACH one IN ARRAY coalesce(owing, '{}') LOOP
    PERFORM set_config('billwright.tenant_id', one::text, true);
    UPDATE invoice i SET overdue_at = i.due_at
    WHERE i.tenant_id = one AND i.invoice_status = 'finalized' AND i.payment_status <> 'succeeded' AND i.uncollectible_at IS NULL AND i.overdue_at IS NULL
      AND i.due_at < (SELECT coalesce(t.clock_now, now()) FROM tenant t WHERE t.id = one);
  END LOOP;
  PERFORM set_config('billwright.tenant_id', '', true), set_config('role', migrator, true);
  IF lent THEN EXECUTE format('REVOKE billwright_app, billwright_system FROM %I', migrator); END IF;
END $$;
SELECT overdue_backfill();
DROP FUNCTION overdue_backfill();
