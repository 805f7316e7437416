import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import restrict

# What somebody types is theirs alone: not their office's, not an administrator's.
OWN = "by = nullif(current_setting('app.user', true), '')"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_assignments"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.CharField(max_length=64, verbose_name="本人")),
                ("action", models.CharField(max_length=200, verbose_name="送往")),
                ("key", models.CharField(max_length=1000, verbose_name="哪一张表单")),
                ("fields", models.JSONField(verbose_name="填写")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="时间")),
            ],
            options={
                "verbose_name": "未提交的填写",
                "constraints": [
                    models.UniqueConstraint(fields=("by", "action", "key"), name="draft_of_a_form_once"),
                ],
            },
        ),
        restrict("core_formdraft", OWN, grants="SELECT, INSERT, UPDATE, DELETE"),
    ]
