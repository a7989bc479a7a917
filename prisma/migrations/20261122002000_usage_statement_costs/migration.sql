SET LOCAL lock_timeout = '5s';

-- The tenant is read once for a statement that writes usage, not once for each of its rows, which cost 2 us each: a subquery that depends on no row is asked once.
ALTER POLICY tenant_only ON usage_event USING (tenant_id = (SELECT nullif(current_setting('billwright.tenant_id', true), '')::uuid));
ALTER POLICY tenant_only ON usage_hour USING (tenant_id = (SELECT nullif(current_setting('billwright.tenant_id', true), '')::uuid));

-- As before, with one look through the statement's rows instead of three.
CREATE OR REPLACE FUNCTION usage_event_names_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE missing record;
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'usage events are written in READ COMMITTED' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'usage_event_isolation';
  END IF;
  -- OFFSET 0: by key, whatever plan the writer's settings would choose.
  WITH named AS MATERIALIZED (SELECT DISTINCT tenant_id, customer_id, subscription_id FROM touched)
  SELECT * INTO missing FROM (
    SELECT 'tenant' AS what, t.tenant_id AS id FROM (SELECT DISTINCT tenant_id FROM named) t
     WHERE NOT EXISTS (SELECT FROM tenant p WHERE p.id = t.tenant_id OFFSET 0)
    UNION ALL
    SELECT 'customer', t.customer_id FROM named t
     WHERE t.customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer p WHERE p.tenant_id = t.tenant_id AND p.id = t.customer_id OFFSET 0)
    UNION ALL
    SELECT 'subscription', t.subscription_id FROM named t
     WHERE t.subscription_id IS NOT NULL AND NOT EXISTS (SELECT FROM subscription p WHERE p.tenant_id = t.tenant_id AND p.id = t.subscription_id OFFSET 0)
  ) missed LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a usage event names the % %, which does not exist', missing.what, missing.id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'usage_event_' || missing.what;
  END IF;
  RETURN NULL;
END $$;
