import django.db.models.deletion
from django.db import migrations, models

from anju.core.database.rls_v2 import protect


class Migration(migrations.Migration):
    dependencies = [("tiny", "0001_initial")]

    operations = [
        migrations.AddField("bench", "seats", models.IntegerField(null=True, verbose_name="座位")),
        migrations.CreateModel(
            name="Repair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="日期")),
                ("times", models.IntegerField(null=True, verbose_name="次数")),
                ("condition", models.CharField(blank=True, max_length=40, verbose_name="状况")),
                ("origin", models.CharField(max_length=40, verbose_name="来源")),
                (
                    "bench",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tiny.bench"),
                ),
                (
                    "region",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"),
                ),
            ],
            options={"verbose_name": "维修", "ordering": ["id"]},
        ),
        protect("tiny_repair"),
    ]
