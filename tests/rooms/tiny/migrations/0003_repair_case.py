import django.db.models.deletion
from django.db import migrations, models

from anju.core.database.rls_v2 import protect

PROTECT = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("tiny", "0002_repairs")]

    operations = [
        migrations.CreateModel(
            name="RepairCase",
            fields=[
                (
                    "case",
                    models.OneToOneField(primary_key=True, serialize=False, to="cases.case", **PROTECT),
                ),
                ("bench", models.ForeignKey(to="tiny.bench", **PROTECT)),
                ("region", models.ForeignKey(to="core.region", **PROTECT)),
            ],
            options={"verbose_name": "报修"},
        ),
        protect("tiny_repaircase"),
    ]
