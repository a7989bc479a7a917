SET LOCAL lock_timeout = '5s';

-- The leases that one worker holds are extended by one statement. A row that is locked is being ended or taken over: nobody waits for it.
CREATE FUNCTION extend_jobs(ids uuid[], attempts_made int[], leases_ms int[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
  PERFORM enter_system(15000);
  RETURN QUERY WITH held AS (
      SELECT j.id, e.lease_ms FROM unnest(ids, attempts_made, leases_ms) AS e (id, attempt, lease_ms) JOIN job j ON j.id = e.id
      WHERE j.attempts = e.attempt AND j.state = 'running' FOR UPDATE OF j SKIP LOCKED)
    UPDATE job SET lease_until = now() + held.lease_ms * interval '1 millisecond' FROM held WHERE job.id = held.id RETURNING job.id;
END $$;
