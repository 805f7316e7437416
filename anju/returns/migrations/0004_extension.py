import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v2 import protect


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_assignments"),
        ("returns", "0003_line_item"),
    ]

    operations = [
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待市级决定"), ("granted", "已同意"), ("refused", "未同意")],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("until", models.DateField(help_text="申请的一天；同意时市级可以改", verbose_name="延至")),
                ("reason", models.TextField(verbose_name="延期原因")),
                ("ground", models.TextField(blank=True, verbose_name="决定的理由")),
                ("by", models.CharField(max_length=64, verbose_name="申请人")),
                ("by_name", models.CharField(max_length=40)),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="申请时间"),
                ),
                ("decided_by", models.CharField(blank=True, max_length=64, verbose_name="决定人")),
                ("decided_by_name", models.CharField(blank=True, max_length=40)),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
                (
                    "ret",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="returns.return",
                        verbose_name="报表",
                    ),
                ),
            ],
            options={
                "verbose_name": "延期申请",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("ret",), name="one_open_extension_per_return"
                    )
                ],
            },
        ),
        protect(
            "returns_extension",
            parent=("ret_id", "returns_return"),
            grants="SELECT, INSERT, UPDATE (state, until, ground, decided_by, decided_by_name, decided_at)",
        ),
    ]
