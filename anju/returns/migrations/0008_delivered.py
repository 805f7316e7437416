from django.db import migrations, models

from anju.core.database.rls_v2 import Sql, restrict, setting

# A locked return is closed as a whole; that it went to the superior is marked on it.
LOCKED = """CREATE OR REPLACE FUNCTION anju_return_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'locked' AND {same} THEN
    RAISE EXCEPTION 'return % is locked', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;"""
OTHERS = "to_jsonb(NEW) - 'delivered' IS DISTINCT FROM to_jsonb(OLD) - 'delivered'"
SENT = """UPDATE returns_return SET delivered = true
WHERE id IN (SELECT (sent->>'return')::bigint FROM returns_setdelivery, jsonb_array_elements(listed) AS sent);"""

# As before; and of regions of which they see what was delivered alone, that.
RETURN = (
    f"region_id {setting('regions')} AND ((state IN ('city', 'locked')) OR region_id {setting('drafts')})"
    f" AND (delivered OR NOT coalesce(region_id {setting('delivered')}, false))"
)
# A superior's remark is seen with the correction or, while that is a draft, with what the superior was sent.
REMARK = f"region_id {setting('regions')} AND (" + " OR ".join(
    f"EXISTS (SELECT FROM {table} AS above WHERE above.id = returns_superiorremark.{column})"
    for column, table in (("ret_id", "returns_return"), ("delivery_id", "returns_setdelivery"))
) + ")"  # fmt: skip


class Migration(migrations.Migration):
    """A superior sees what was delivered to it, and nothing that a county or city has not sent yet."""

    dependencies = [("returns", "0007_language")]

    operations = [
        migrations.AddField(
            model_name="return",
            name="delivered",
            field=models.BooleanField(db_default=False, default=False, verbose_name="已报送上级"),
        ),
        Sql(LOCKED.replace("{same}", OTHERS), LOCKED.replace("{same}", "true")),
        Sql(SENT),
        Sql("DROP POLICY returns_return_scope ON returns_return;"),
        restrict("returns_return", RETURN, grants="SELECT, INSERT, UPDATE"),
        Sql("DROP POLICY returns_superiorremark_scope ON returns_superiorremark;"),
        restrict("returns_superiorremark", REMARK),
    ]
