import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A reminder may be for the people of one organisation alone."""

    dependencies = [
        ("core", "0008_assignments"),
        ("oversight", "0002_sent_reminder"),
    ]

    operations = [
        migrations.AddField(
            model_name="sentreminder",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.organisation",
            ),
        ),
    ]
