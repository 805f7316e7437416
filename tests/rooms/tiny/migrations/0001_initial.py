import django.db.models.deletion
from django.db import migrations, models

from anju.core.database.rls_v2 import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("core", "0002_people")]

    operations = [
        migrations.CreateModel(
            name="Bench",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("broken", models.BooleanField(default=False, verbose_name="待修")),
                (
                    "region",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region"),
                ),
            ],
            options={"verbose_name": "长椅", "ordering": ["id"]},
        ),
        protect("tiny_bench", grants="SELECT, INSERT, UPDATE (broken)"),
    ]
