from django.db import migrations, models
from django.db.models import Q

from anju.core.database.rls_v2 import Sql

# Until now the table knew every post by name, and which of them is bounded; now each row says it of itself.
BOUNDED = "UPDATE core_posting SET bounded = true WHERE post = 'auditor';"


class Migration(migrations.Migration):
    dependencies = [("core", "0006_trail_objects")]

    operations = [
        migrations.AlterField(
            model_name="posting",
            name="post",
            field=models.CharField(help_text="posts.yaml 里的代码，授予时核对", max_length=16, verbose_name="岗位"),
        ),
        migrations.AddField(
            model_name="posting",
            name="bounded",
            field=models.BooleanField(
                default=False, help_text="授予那天岗位是这样规定的", verbose_name="须有依据和期限"
            ),
            preserve_default=False,
        ),
        Sql(BOUNDED, "SELECT 1;"),
        migrations.RemoveConstraint(model_name="posting", name="a_bounded_post_has_ground_and_end"),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("bounded", False), Q(Q(("ground", ""), _negated=True), ("until__isnull", False)), _connector="OR"
                ),
                name="a_bounded_post_has_ground_and_end",
            ),
        ),
    ]
