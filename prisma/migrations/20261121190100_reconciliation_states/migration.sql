-- Every report has a state that is known.
SET LOCAL lock_timeout = '5s';
ALTER TABLE reconciliation VALIDATE CONSTRAINT reconciliation_state_check;
