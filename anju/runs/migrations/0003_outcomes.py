"""A schema for outcomes of whole tables, which the application makes and drops; what a stored run's digest is of."""

from django.db import migrations, models

from anju.core.database.rls_v2 import Sql


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0002_language"),
    ]

    operations = [
        Sql(
            "CREATE SCHEMA outcomes;\nGRANT USAGE, CREATE ON SCHEMA outcomes TO {app};", "DROP SCHEMA outcomes CASCADE;"
        ),
        migrations.AddField(
            model_name="run",
            name="digest_version",
            field=models.CharField(
                db_default="rows/1", help_text="结果摘要怎样算", max_length=8, verbose_name="摘要版本"
            ),
        ),
    ]
