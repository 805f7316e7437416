from django.db import migrations

from anju.core.database.rls_v1 import marked


class Migration(migrations.Migration):
    dependencies = [("figures", "0004_told"), ("core", "0005_marks")]
    operations = [marked("figures_measure"), marked("figures_calibre")]
