from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("figures", "0008_weights")]

    operations = [
        migrations.AddField(
            "measure",
            "local_places",
            models.JSONField(
                default=dict, help_text="region code → places its rates are published with, and the file that says so"
            ),
        ),
    ]
