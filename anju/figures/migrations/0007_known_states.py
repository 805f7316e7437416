from django.db import migrations, models

from anju.core.database.rls_v2 import Sql

STATES = ("number", "unreported", "no_task", "not_applicable", "share")
LISTED = ", ".join(f"'{state}'" for state in STATES)
COLUMNS = "region_id, period, measure_id, calibre_id, observation_id, state, value, unit, places, approx, assumed"

# An earlier version stored what it could not read under a state that no page knows. Observations are never changed: such a one is taken back,
# and what stood before it stands again. The keys are looked at once, for a table with keys still to be looked at cannot be altered.
TAKE_BACK = f"""
INSERT INTO figures_undone (observation_id, region_id)
  SELECT id, region_id FROM figures_observation WHERE state NOT IN ({LISTED}) ON CONFLICT DO NOTHING;
WITH gone AS (
  DELETE FROM figures_current WHERE state NOT IN ({LISTED}) OR (state = 'number') <> (value IS NOT NULL)
  RETURNING region_id, period, measure_id, calibre_id
)
INSERT INTO figures_current ({COLUMNS})
  SELECT DISTINCT ON (o.region_id, o.period, o.measure_id, o.calibre_id)
    o.region_id, o.period, o.measure_id, o.calibre_id, o.id, o.state, o.value, o.unit, o.places, o.approx, o.assumed
  FROM figures_observation AS o JOIN gone USING (region_id, period, measure_id, calibre_id)
  WHERE NOT EXISTS (SELECT FROM figures_undone AS u WHERE u.observation_id = o.id)
  ORDER BY o.region_id, o.period, o.measure_id, o.calibre_id, o.id DESC
  ON CONFLICT (region_id, period, measure_id, calibre_id) DO UPDATE SET observation_id = EXCLUDED.observation_id, state = EXCLUDED.state,
    value = EXCLUDED.value, unit = EXCLUDED.unit, places = EXCLUDED.places, approx = EXCLUDED.approx, assumed = EXCLUDED.assumed;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# The taken back stay as they are: the rule holds for every row to come, and for all where it can.
KNOWN = f"""
ALTER TABLE figures_observation ADD CONSTRAINT state_is_known CHECK (state IN ({LISTED})) NOT VALID;
DO $$ BEGIN ALTER TABLE figures_observation VALIDATE CONSTRAINT state_is_known; EXCEPTION WHEN check_violation THEN NULL; END $$;
"""
UNKNOWN = "ALTER TABLE figures_observation DROP CONSTRAINT state_is_known;"
KNOWN_STATE = models.CheckConstraint(condition=models.Q(("state__in", list(STATES))), name="state_is_known")
HAS_VALUE = models.Q(
    models.Q(("state", "number"), ("value__isnull", False)),
    models.Q(models.Q(("state", "number"), _negated=True), ("value__isnull", True)),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies = [("figures", "0006_names_and_levels")]
    operations = [
        migrations.AlterField(
            "measure",
            "kind",
            models.CharField(
                choices=[
                    ("stock", "时点数"),
                    ("flow", "当期数"),
                    ("cumulative", "累计数"),
                    ("relative", "相对数、平均数"),
                    ("ratio", "比率"),
                    ("sum", "合计"),
                ],
                max_length=10,
            ),
        ),
        Sql("UPDATE figures_measure SET unit = '分' WHERE unit = 'point';"),
        Sql(TAKE_BACK),
        migrations.SeparateDatabaseAndState(
            database_operations=[Sql(KNOWN, UNKNOWN)],
            state_operations=[migrations.AddConstraint("observation", KNOWN_STATE)],
        ),
        migrations.AddConstraint(
            "currentfigure",
            models.CheckConstraint(condition=models.Q(("state__in", list(STATES))), name="current_state_is_known"),
        ),
        migrations.AddConstraint(
            "currentfigure", models.CheckConstraint(condition=HAS_VALUE, name="current_number_has_value")
        ),
    ]
