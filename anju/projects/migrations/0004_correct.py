from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_look")]

    operations = [
        migrations.AlterField(
            "adjustment",
            "kind",
            models.CharField(
                choices=[("adjust", "调整"), ("replace", "置换"), ("cancel", "取消"), ("correct", "录入更正")],
                max_length=10,
                verbose_name="办法",
            ),
        ),
        migrations.AlterField("adjustment", "number", models.CharField(blank=True, max_length=80, verbose_name="文号")),
    ]
