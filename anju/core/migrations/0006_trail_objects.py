from django.db import migrations, models

from anju.core.database.rls_v2 import Sql

# A row that says what was done with a row of another act names it: the number is then taken before the row is written.
NUMBERS = "GRANT USAGE ON SEQUENCE core_trail_id_seq TO {app};"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_marks")]

    operations = [
        migrations.AddField(
            model_name="trail",
            name="object_type",
            field=models.CharField(help_text="第 1 版的记录没有", max_length=64, null=True, verbose_name="对象类型"),
        ),
        migrations.AddField(
            model_name="trail",
            name="object_id",
            field=models.CharField(max_length=64, null=True, verbose_name="对象编号"),
        ),
        migrations.AddIndex(
            model_name="trail",
            index=models.Index(fields=["object_type", "object_id"], name="trail_object"),
        ),
        Sql(NUMBERS, "REVOKE ALL ON SEQUENCE core_trail_id_seq FROM {app};"),
    ]
