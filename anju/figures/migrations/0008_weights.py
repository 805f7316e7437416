from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("figures", "0007_known_states")]

    operations = [
        migrations.AddField(
            "measure", "weight", models.ForeignKey("figures.measure", models.PROTECT, null=True, related_name="+")
        ),
    ]
