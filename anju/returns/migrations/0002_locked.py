from django.db import migrations

from anju.core.database.rls_v1 import Sql

# What is locked is closed as a whole: the row of the return itself too, and its lines with its cells.
LOCKED = """CREATE FUNCTION anju_return_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'locked' THEN
    RAISE EXCEPTION 'return % is locked', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER returns_return_locked BEFORE UPDATE ON returns_return FOR EACH ROW EXECUTE FUNCTION anju_return_locked();
CREATE TRIGGER returns_line_open BEFORE INSERT OR UPDATE OR DELETE ON returns_line
FOR EACH ROW EXECUTE FUNCTION anju_return_open();"""
BACK = """DROP TRIGGER returns_line_open ON returns_line;
DROP TRIGGER returns_return_locked ON returns_return;
DROP FUNCTION anju_return_locked();"""


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]

    operations = [Sql(LOCKED, BACK)]
