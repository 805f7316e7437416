import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The models' names, free for 公示 (notice). Tables and columns keep theirs."""

    dependencies = [("projects", "0008_cases")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("notice", "notice_in_its_place"),
                migrations.RenameModel("Look", "AlertScan"),
                migrations.RenameModel("Notice", "Alert"),
                migrations.RenameModel("Change", "LedgerChange"),
                migrations.AlterModelTable("alertscan", "projects_look"),
                migrations.AlterModelTable("alert", "projects_notice"),
                migrations.AlterModelTable("ledgerchange", "projects_change"),
                migrations.RenameField("alert", "look", "scan"),
                migrations.AlterField(
                    "alert",
                    "scan",
                    models.ForeignKey(
                        db_column="look_id",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="projects.alertscan",
                    ),
                ),
                migrations.AddConstraint(
                    "alert", models.UniqueConstraint(fields=["scan", "place"], name="notice_in_its_place")
                ),
            ],
        ),
    ]
