import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import DateField, ExpressionWrapper, F, Q
from django.db.models.functions.datetime import Now

from anju.core.database.rls_v2 import Sql, append_only, grant

# What was written out to a file and is older than the retention leaves the database, from the chain's beginning and without a gap;
# nothing else ever does. The row is removed first and its seal after it: the foreign key between them is deferred.
ROTATING = """CREATE FUNCTION anju_trail_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  rotated bigint := (SELECT max(last) FROM core_trailarchive);
BEGIN
  IF TG_OP = 'DELETE' AND rotated IS NOT NULL THEN
    IF TG_TABLE_NAME = 'core_trailseal' THEN
      IF OLD.seq <= rotated THEN
        RETURN OLD;
      END IF;
    ELSIF EXISTS (SELECT FROM core_trailseal WHERE trail_id = OLD.id AND seq <= rotated) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;"""


def rows_may_rotate(table: str) -> Sql:
    trigger = f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION"
    drop = f"DROP TRIGGER {table}_append_only ON {table};"
    return Sql(f"{drop}\n{trigger} anju_trail_append_only();", f"{drop}\n{trigger} anju_append_only();")


class Migration(migrations.Migration):
    dependencies = [("core", "0009_drafts")]

    operations = [
        migrations.CreateModel(
            name="TrailArchive",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.BigIntegerField(verbose_name="首条")),
                ("last", models.BigIntegerField(verbose_name="末条")),
                ("hash", models.BinaryField(verbose_name="末条散列值")),
                ("file", models.CharField(max_length=200, verbose_name="文件")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256 摘要")),
                ("at", models.DateTimeField(db_default=Now(), verbose_name="时间")),
            ],
            options={"verbose_name": "留痕转存", "ordering": ["last"]},
        ),
        grant("core_trailarchive", "SELECT"),
        append_only("core_trailarchive"),
        Sql(ROTATING, "DROP FUNCTION anju_trail_append_only();"),
        rows_may_rotate("core_trail"),
        rows_may_rotate("core_trailseal"),
        # A post that is taken away on its first day was never in force: its last day is the day before.
        migrations.RemoveConstraint(model_name="posting", name="posting_ends_after_it_began"),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=Q(until__isnull=True)
                | Q(until__gte=ExpressionWrapper(F("since") - datetime.timedelta(days=1), output_field=DateField())),
                name="posting_ends_after_it_began",
            ),
        ),
        migrations.CreateModel(
            name="AdminReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("password", "重置密码"), ("codes", "重置动态口令")], max_length=8, verbose_name="事项"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("by", models.CharField(max_length=64, verbose_name="提出人")),
                ("at", models.DateTimeField(db_default=Now(), verbose_name="提出时间")),
                ("decided_by", models.CharField(blank=True, default="", max_length=64, verbose_name="确认人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={"verbose_name": "三员重置", "ordering": ["id"]},
        ),
        grant("core_adminreset", "SELECT, INSERT, UPDATE (decided_by, decided_at)"),
    ]
