-- An import has several files: each with its name, where its parts lie and how far it came, in the order in which they are read.
-- A row without any is of an import with one file, which the row itself describes.
SET LOCAL lock_timeout = '5s';
ALTER TABLE "event_import" ADD COLUMN "files" JSONB NOT NULL DEFAULT '[]';
