from django.db import migrations

from anju.core.database.rls_v1 import Sql, marked

MARKS = """CREATE TABLE core_mark (name text PRIMARY KEY, mark uuid NOT NULL);
GRANT SELECT ON core_mark TO {app};
CREATE FUNCTION anju_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE core_mark SET mark = gen_random_uuid() WHERE name = TG_TABLE_NAME;
  RETURN NULL;
END $$;"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_sign_in")]
    operations = [Sql(MARKS, "DROP FUNCTION anju_mark(); DROP TABLE core_mark;"), marked("core_region")]
