-- Which key took the place of one that was rotated: it is rotated once.
SET LOCAL lock_timeout = '5s';
ALTER TABLE "api_key" ADD COLUMN "replaced_by" UUID;
