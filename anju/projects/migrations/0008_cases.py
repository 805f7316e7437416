import django.db.models.deletion
from django.db import migrations, models

from anju.core.database.rls_v2 import Sql

MOVED = (
    "id", "region_id", "ledger", "state", "opened_on", "reason", "reported_on", "report_number", "consented_on", "consent_number", "closed_on",
    "evidence_id",
)  # fmt: skip

# Every entry becomes a case of its number; the entry keeps its project. Constraints at once, for the tables are altered right behind.
FORWARDS = f"""
LOCK TABLE projects_entry IN ACCESS EXCLUSIVE MODE;
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO cases_case ({", ".join(MOVED)}, kind, subject_kind, subject_key, text, facts, handled_by)
SELECT {", ".join(f"entry.{name}" for name in MOVED)},
  'projects.overdue', 'projects.project', project.id::text, concat_ws(' ', region.name, project.code, project.name), entry.found, ''
FROM projects_entry AS entry JOIN projects_project AS project ON project.id = entry.project_id
JOIN core_region AS region ON region.id = project.region_id;
SELECT setval(pg_get_serial_sequence('cases_case', 'id'), greatest(
  (SELECT last_value FROM projects_entry_id_seq), (SELECT last_value FROM cases_case_id_seq)),
  (SELECT is_called FROM projects_entry_id_seq) OR (SELECT is_called FROM cases_case_id_seq));

DROP INDEX one_open_entry_per_ledger;
ALTER TABLE projects_entry DROP COLUMN state, DROP COLUMN opened_on, DROP COLUMN reason, DROP COLUMN reported_on,
  DROP COLUMN report_number, DROP COLUMN consented_on, DROP COLUMN consent_number, DROP COLUMN closed_on,
  DROP COLUMN evidence_id, DROP COLUMN ledger, DROP COLUMN found;
ALTER TABLE projects_entry ALTER COLUMN id DROP IDENTITY;
ALTER TABLE projects_entry RENAME COLUMN id TO case_id;
ALTER TABLE projects_entry ADD CONSTRAINT projects_entry_case_id_fk FOREIGN KEY (case_id) REFERENCES cases_case (id)
  DEFERRABLE INITIALLY DEFERRED;
REVOKE UPDATE ON projects_entry FROM {{app}};
"""


BACKWARDS = """DO $$ BEGIN
  RAISE EXCEPTION 'projects.0008_cases cannot be taken back: a case of another room has no place in projects_entry. Restore a backup.';
END $$;"""


class Migration(migrations.Migration):
    """What is done with an entry is done with its case. Taking it back is refused."""

    dependencies = [("cases", "0001_initial"), ("projects", "0007_change")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[Sql(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.RemoveConstraint("entry", "one_open_entry_per_ledger"),
                *(
                    migrations.RemoveField("entry", name)
                    for name in (
                        "id",
                        "ledger",
                        "state",
                        "opened_on",
                        "found",
                        "reason",
                        "reported_on",
                        "report_number",
                        "consented_on",
                        "consent_number",
                        "closed_on",
                        "evidence",
                    )
                ),
                migrations.AddField(
                    "entry",
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                        verbose_name="台账条目",
                    ),
                    preserve_default=False,
                ),
                migrations.AlterModelOptions(
                    "entry",
                    options={
                        "ordering": ["region_id", "case__opened_on", "case_id"],
                        "verbose_name": "项目台账条目",
                    },
                ),
            ],
        ),
    ]
