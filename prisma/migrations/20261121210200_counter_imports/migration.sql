-- No series was given more elsewhere than its counter is.
SET LOCAL lock_timeout = '5s';
ALTER TABLE document_counter VALIDATE CONSTRAINT document_counter_imported;
