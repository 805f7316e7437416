from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("figures", "0002_nodes")]

    operations = [
        migrations.AlterField(
            "source",
            "kind",
            models.CharField(
                max_length=10,
                choices=[
                    ("import", "导入"),
                    ("entry", "填报"),
                    ("correction", "更正"),
                    ("assumption", "推定"),
                    ("ledger", "台账"),
                    ("return", "报表"),
                ],
            ),
        ),
    ]
