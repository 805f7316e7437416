"""Papers of offices, their numbers held against the ledger: what was read, what was proposed, what was confirmed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import protect


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_deputies"),
        ("documents", "0006_office_styles"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoundPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("title", models.CharField(max_length=300, verbose_name="标题")),
                ("period", models.CharField(max_length=10, verbose_name="期间")),
                ("digest", models.CharField(max_length=64)),
                ("paper", models.JSONField()),
                ("proposals", models.JSONField()),
                ("answers", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=64, verbose_name="上传")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="上传时间"),
                ),
                ("dropped_at", models.DateTimeField(null=True, verbose_name="不再保留")),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.organisation",
                        verbose_name="机构",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "公文绑定",
                "ordering": ["-id"],
            },
        ),
        protect("documents_boundpaper", grants="SELECT, INSERT, UPDATE (answers, dropped_at)"),
    ]
