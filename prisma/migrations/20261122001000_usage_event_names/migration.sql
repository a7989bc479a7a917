SET LOCAL lock_timeout = '5s';

-- What a usage event names exists. Foreign keys cost a third of storing an event: each row asked for its tenant and its customer, and locked them. These
-- triggers ask once for a statement, and lock nothing that anybody else waits for. Whoever deletes what is named waits for the writers of events under
-- way and keeps the next ones out; so either sees what the other has committed. That takes statements that see what was committed before them.
CREATE FUNCTION usage_event_names_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE missing record;
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'usage events are written in READ COMMITTED' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'usage_event_isolation';
  END IF;
  -- OFFSET 0: by key, whatever plan the writer's settings would choose.
  SELECT * INTO missing FROM (
    SELECT 'tenant' AS what, t.tenant_id AS id FROM (SELECT DISTINCT tenant_id FROM touched) t
     WHERE NOT EXISTS (SELECT FROM tenant p WHERE p.id = t.tenant_id OFFSET 0)
    UNION ALL
    SELECT 'customer', t.customer_id FROM (SELECT DISTINCT tenant_id, customer_id FROM touched WHERE customer_id IS NOT NULL) t
     WHERE NOT EXISTS (SELECT FROM customer p WHERE p.tenant_id = t.tenant_id AND p.id = t.customer_id OFFSET 0)
    UNION ALL
    SELECT 'subscription', t.subscription_id FROM (SELECT DISTINCT tenant_id, subscription_id FROM touched WHERE subscription_id IS NOT NULL) t
     WHERE NOT EXISTS (SELECT FROM subscription p WHERE p.tenant_id = t.tenant_id AND p.id = t.subscription_id OFFSET 0)
  ) named LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a usage event names the % %, which does not exist', missing.what, missing.id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'usage_event_' || missing.what;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER usage_event_names_inserted AFTER INSERT ON usage_event REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION usage_event_names_guard();
CREATE TRIGGER usage_event_names_updated AFTER UPDATE ON usage_event REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION usage_event_names_guard();

CREATE FUNCTION usage_event_named_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE is_named boolean;
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD)->'id' = to_jsonb(NEW)->'id' AND to_jsonb(OLD)->'tenant_id' IS NOT DISTINCT FROM to_jsonb(NEW)->'tenant_id' THEN
    RETURN NULL;
  END IF;
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'what usage events name is removed in READ COMMITTED' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'usage_event_isolation';
  END IF;
  LOCK TABLE usage_event IN SHARE ROW EXCLUSIVE MODE;
  is_named := CASE
    WHEN TG_OP = 'TRUNCATE' THEN EXISTS (SELECT FROM usage_event)
    WHEN TG_TABLE_NAME = 'tenant' THEN EXISTS (SELECT FROM usage_event e WHERE e.tenant_id = OLD.id)
    WHEN TG_TABLE_NAME = 'customer' THEN EXISTS (SELECT FROM usage_event e WHERE e.tenant_id = (to_jsonb(OLD)->>'tenant_id')::uuid AND e.customer_id = OLD.id)
    ELSE EXISTS (SELECT FROM usage_event e WHERE e.tenant_id = (to_jsonb(OLD)->>'tenant_id')::uuid AND e.subscription_id = OLD.id)
  END;
  IF is_named THEN
    RAISE EXCEPTION 'usage events name this %', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'usage_event_' || TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_named_by_usage AFTER DELETE OR UPDATE OF id ON tenant FOR EACH ROW EXECUTE FUNCTION usage_event_named_guard();
CREATE TRIGGER customer_named_by_usage AFTER DELETE OR UPDATE OF tenant_id, id ON customer FOR EACH ROW EXECUTE FUNCTION usage_event_named_guard();
CREATE TRIGGER subscription_named_by_usage AFTER DELETE OR UPDATE OF tenant_id, id ON subscription FOR EACH ROW EXECUTE FUNCTION usage_event_named_guard();
CREATE TRIGGER tenant_truncated_named AFTER TRUNCATE ON tenant FOR EACH STATEMENT EXECUTE FUNCTION usage_event_named_guard();
CREATE TRIGGER customer_truncated_named AFTER TRUNCATE ON customer FOR EACH STATEMENT EXECUTE FUNCTION usage_event_named_guard();
CREATE TRIGGER subscription_truncated_named AFTER TRUNCATE ON subscription FOR EACH STATEMENT EXECUTE FUNCTION usage_event_named_guard();

ALTER TABLE usage_event DROP CONSTRAINT usage_event_tenant_fkey, DROP CONSTRAINT usage_event_customer_id_fkey, DROP CONSTRAINT usage_event_subscription_id_fkey;
