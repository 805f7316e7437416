from django.db import migrations


class Migration(migrations.Migration):
    """The model's name, free for 公示 (notice). The table keeps its own."""

    dependencies = [("oversight", "0001_notices")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Notice", "SentReminder"),
                migrations.AlterModelTable("sentreminder", "oversight_notice"),
            ],
        ),
    ]
