"""Tables that were asked for (临时取数): what was pasted and confirmed, never a number."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import protect


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_deputies"),
        ("documents", "0004_delivery"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("period", models.CharField(max_length=10, verbose_name="期间")),
                ("pasted", models.TextField(verbose_name="表头")),
                ("picks", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=64, verbose_name="取数人")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="取数时间"),
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
                "verbose_name": "临时取数",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at__isnull", True)),
                        fields=("organisation", "region", "name"),
                        name="one_asked_table_per_name",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        protect("documents_askedtable", grants="SELECT, INSERT, UPDATE (period, pasted, picks, by, dropped_at)"),
    ]
