from django.db import migrations, models


class Migration(migrations.Migration):
    """The items of other ledgers than projects; the column keeps its name."""

    dependencies = [("returns", "0002_locked")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("line", "project", "item"),
                migrations.AlterField(
                    "line",
                    "item",
                    models.BigIntegerField(
                        db_column="project",
                        help_text="表式所指台账的一项",
                        null=True,
                        verbose_name="台账中的编号",
                    ),
                ),
            ],
        ),
    ]
