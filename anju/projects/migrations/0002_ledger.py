from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [
        migrations.AddField(
            "event",
            "void",
            models.BooleanField(db_default=False, help_text="所更正的事项没有发生", verbose_name="撤回"),
        ),
        migrations.AddField(
            "event",
            "ordered_by",
            models.CharField(blank=True, db_default="", max_length=120, verbose_name="上级要求的依据"),
        ),
        migrations.AddField(
            "project",
            "changed_by",
            models.CharField(blank=True, db_default="", max_length=64, verbose_name="最近修改人"),
        ),
        migrations.AddField("project", "changed_at", models.DateTimeField(null=True, verbose_name="最近修改时间")),
        migrations.AddIndex(
            "project", models.Index(F("year").desc(nulls_first=True), "code", "id", name="project_by_year")
        ),
        migrations.AddIndex(
            "event",
            models.Index(fields=["supersedes"], name="event_superseded", condition=models.Q(supersedes__isnull=False)),
        ),
        migrations.AddIndex("project", models.Index(fields=["code", "id"], name="project_in_order_of_code")),
        migrations.AddIndex("project", models.Index(fields=["name", "id"], name="project_in_order_of_name")),
        migrations.AddIndex(
            "project", models.Index(F("units").desc(nulls_last=True), "id", name="project_in_order_of_units")
        ),
        migrations.AddIndex("project", models.Index(fields=["due_on", "id"], name="project_in_order_of_due")),
    ]
