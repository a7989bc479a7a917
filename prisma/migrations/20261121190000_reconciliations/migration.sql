-- What a comparison was asked to look at, how much it looked at, which job does it, and why it failed.
SET LOCAL lock_timeout = '5s';
ALTER TABLE "reconciliation" ADD COLUMN "checks" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "reconciliation" ADD COLUMN "since" TIMESTAMPTZ(3);
ALTER TABLE "reconciliation" ADD COLUMN "looked" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "reconciliation" ADD COLUMN "job_id" UUID;
ALTER TABLE reconciliation ADD CONSTRAINT reconciliation_state_check CHECK (state IN ('pending', 'completed')) NOT VALID;
