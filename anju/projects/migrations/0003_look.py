import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v1 import protect


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("projects", "0002_ledger")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="截至")),
                ("projects", models.IntegerField(verbose_name="核对的在册项目")),
                ("by", models.CharField(max_length=64, verbose_name="交办人")),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="算出时间"),
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
            options={"verbose_name": "规则书提醒", "ordering": ["-on", "-id"]},
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.IntegerField()),
                ("subject", models.CharField(max_length=40, verbose_name="规则书")),
                ("colour", models.CharField(blank=True, max_length=2, verbose_name="颜色")),
                ("text", models.TextField(verbose_name="说什么")),
                ("propose", models.TextField(blank=True, verbose_name="建议")),
                (
                    "look",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="projects.look",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "一处提醒",
                "ordering": ["place"],
                "constraints": [models.UniqueConstraint(fields=["look", "place"], name="notice_in_its_place")],
            },
        ),
        protect("projects_look", grants="SELECT, INSERT, DELETE"),
        protect("projects_notice", grants="SELECT, INSERT, DELETE"),
    ]
