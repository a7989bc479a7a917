-- Versions of templates stay as they were written: documents name theirs for ever.
ALTER TABLE template ADD CONSTRAINT template_version_counts CHECK (template_version > 0);
CREATE TRIGGER template_append_only BEFORE UPDATE OR DELETE ON template FOR EACH ROW EXECUTE FUNCTION append_only();
REVOKE UPDATE, DELETE ON template FROM billwright_app;
