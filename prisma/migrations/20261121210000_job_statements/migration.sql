SET LOCAL lock_timeout = '5s';

-- How a transaction takes its role: all of it is SET LOCAL, and ends with the transaction. One call instead of one for the role
-- and one for the tenant's time, with plans that the connection keeps.
CREATE FUNCTION enter_role(entered text, entered_tenant text, timeout_ms int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('role', entered, true),
    set_config('billwright.tenant_id', entered_tenant, true),
    set_config('statement_timeout', timeout_ms::text, true),
    set_config('lock_timeout', least(timeout_ms, 10000)::text, true),
    set_config('idle_in_transaction_session_timeout', timeout_ms::text, true);
END $$;

-- The tenant's business time, or nothing when there is no such tenant.
CREATE FUNCTION enter_tenant(entered uuid, timeout_ms int) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  PERFORM enter_role('billwright_app', entered::text, timeout_ms);
  RETURN (SELECT coalesce(clock_now, transaction_timestamp()) FROM tenant WHERE id = entered);
END $$;

CREATE FUNCTION enter_system(timeout_ms int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM enter_role('billwright_system', '', timeout_ms);
END $$;

-- Jobs of several tenants that ended well are recorded by one statement.
GRANT UPDATE (result) ON job TO billwright_system;

-- What last_error says of a job that was taken from a worker; losses counts those in a row.
CREATE FUNCTION lost_worker_error(last_error jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  WITH lost AS (SELECT CASE WHEN last_error->>'code' = 'worker_lost' THEN (last_error->>'losses')::int ELSE 0 END + 1 AS losses)
  SELECT jsonb_build_object('code', 'worker_lost', 'losses', losses, 'message', 'the worker ended while it had the job, ' || losses || ' times in a row', 'at', now())
  FROM lost
$$;

-- The statements that every job needs, each a transaction of its own as the system role: one trip, with a plan that is kept. What they mean stands at
-- libs/data/jobs.ts.
CREATE FUNCTION take_due_jobs(at_most int) RETURNS TABLE (id uuid, name text, queue text, dispatch int) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM enter_system(15000);
  RETURN QUERY UPDATE job SET state = 'queued', dispatch = job.dispatch + 1, queued_at = now()
    WHERE job.id IN (SELECT due.id FROM job due WHERE due.state = 'pending' AND due.run_at <= now() ORDER BY due.run_at, due.id LIMIT at_most FOR UPDATE SKIP LOCKED)
    RETURNING job.id, job.name, job.queue, job.dispatch;
END $$;

CREATE FUNCTION claim_jobs(ids uuid[], leases_ms int[], losses_allowed int) RETURNS SETOF job LANGUAGE plpgsql AS $$
BEGIN
  PERFORM enter_system(15000);
  RETURN QUERY WITH claimed AS (
      SELECT j.id, c.lease_ms FROM unnest(ids, leases_ms) AS c (id, lease_ms) JOIN job j ON j.id = c.id
      WHERE j.state IN ('pending', 'queued', 'failed', 'dead')
        OR (j.state = 'running' AND j.lease_until < now() AND (lost_worker_error(j.last_error)->>'losses')::int < least(losses_allowed, j.attempt_budget))
      FOR UPDATE OF j SKIP LOCKED)
    UPDATE job SET state = 'running', attempts = attempts + 1, started_at = now(), ended_at = NULL,
      last_error = CASE WHEN state = 'running' THEN lost_worker_error(last_error) ELSE last_error END,
      lease_until = now() + claimed.lease_ms * interval '1 millisecond'
    FROM claimed WHERE job.id = claimed.id RETURNING job.*;
END $$;

CREATE FUNCTION end_jobs(ids uuid[], attempts_made int[], results text[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  PERFORM enter_system(15000);
  RETURN QUERY UPDATE job SET state = 'succeeded', ended_at = now(), lease_until = NULL, last_error = NULL, result = e.result::jsonb
    FROM unnest(ids, attempts_made, results) AS e (id, attempt, result)
    WHERE job.id = e.id AND job.attempts = e.attempt AND job.state = 'running' RETURNING job.id;
END $$;
