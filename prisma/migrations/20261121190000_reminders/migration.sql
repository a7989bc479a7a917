-- Who is not to be reminded of what is left to pay.
SET LOCAL lock_timeout = '5s';
ALTER TABLE customer ADD COLUMN reminders_paused BOOLEAN NOT NULL DEFAULT false;
