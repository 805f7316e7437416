from django.db import migrations, models


class Migration(migrations.Migration):
    """A remark with which a return goes back may be about one cell."""

    dependencies = [
        ("returns", "0008_delivered"),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="column",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="列"),
        ),
        migrations.AddField(
            model_name="step",
            name="line",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="意见所指的格", max_length=60, verbose_name="行"
            ),
        ),
    ]
