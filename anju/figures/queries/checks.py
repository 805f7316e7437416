"""What an import is compared with once it stands: printed results against computed ones, parts against wholes, regions against their total."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.figures.figure import Figure
from anju.figures.queries.current import catalogue, current_figures
from anju.problems import ASK, BLOCK, NOTE, Place, Problem
from anju.quantities import in_unit, unit_of_measure
from anju.workbooks.reading.cells import ReadCell
from anju.workbooks.reading.checks import ROUNDED, last_step, rounding_note


def check_published(user: Actor, printed: Iterable[tuple[str, Region, ReadCell]]) -> list[Problem]:
    """Printed ratios and sums that are not what their parts give, at the printed decimals."""
    printed = list(printed)
    if not printed:
        return []
    codes = {f"{cell.measure}:{cell.calibre}" for _, _, cell in printed}
    regions = {region.pk: region for _, region, _ in printed}
    found = current_figures(user, codes, regions.values(), {cell.period for _, _, cell in printed})
    problems = []
    for file_name, region, cell in printed:
        right = found(cell.measure, region, cell.period, cell.calibre)
        if not (flaw := _flaw(cell, right)):
            continue
        where = Place(file=file_name, sheet=cell.sheet, cell=cell.cell, field=cell.column_label)
        within = _rounding_note(cell, right)
        fix = ROUNDED if within else "请核对公布的数和它的分子、分母或分项；公布的数只用来核对，不会入库。"
        said = f"{region.name}“{right.name}”{flaw}{within}"
        problems.append(Problem("FIG-031", where, said, fix, NOTE if within else ASK))
    return problems


def _rounding_note(cell: ReadCell, right: Figure) -> str:
    """Of a ratio whose two parts were printed rounded: that it differs by no more than that."""
    if right.kind != "ratio" or len(right.parts) != 2 or cell.digits is None:
        return ""
    if any(part.value is None for part in right.parts):
        return ""
    top, bottom = ((part.value or 0, last_step(part.places, part.unit), part.unit) for part in right.parts)
    return rounding_note(cell.digits, cell.places, top, bottom, unit=cell.unit)


def _flaw(cell: ReadCell, right: Figure) -> str:
    shown = f"{cell.text}{unit_of_measure(cell.unit).name}"
    if right.exact is None:
        return f"印的是 {shown}，算不出来（{right.why}）。"
    if unit_of_measure(cell.unit).family != unit_of_measure(right.unit).family:
        return f"印的是 {shown}，单位与应有的 {right.unit} 不是一类。"
    computed = right.text(cell.unit, cell.places)
    if computed == cell.text or (
        cell.padded and right.text(cell.unit, cell.places - cell.padded) == cell.text[: -cell.padded]
    ):
        return ""
    scaled = right.exact * 10**cell.places / unit_of_measure(cell.unit).factor
    cut = cell.digits >= 0 and scaled.numerator // scaled.denominator == cell.digits
    return f"印的是 {shown}，{_sum_of(right)}算出来是 {computed}{unit_of_measure(cell.unit).name}。{'原表像是截尾，没有四舍五入。' if cut else ''}"


def _sum_of(right: Figure) -> str:
    """How it is computed, with its figures: 按 续建工程0套 ÷ 任务150套，"""
    sign = " ÷ " if right.kind == "ratio" else " + "
    return (
        f"按 {sign.join(f'{part.name}{part.spoken() or part.state_text}' for part in right.parts)} "
        if right.parts
        else ""
    )


class PartsRow(NamedTuple):
    """A whole and the sum of its parts by one dimension, in base units."""

    sheet: str
    cell: str
    region: str
    period: str
    name: str
    unit: str
    dimension: str
    whole: int
    parts: int


class RegionsRow(NamedTuple):
    """A total and the sum over the regions directly below, in base units. in_document: of a target that a document divides."""

    sheet: str
    cell: str
    region: str
    period: str
    name: str
    unit: str
    in_document: bool
    whole: int
    parts: int


class ScopesRow(NamedTuple):
    """A share and what it is taken of, about two scopes."""

    sheet: str
    cell: str
    region: str
    period: str
    name: str
    scope: str
    base: str
    base_scope: str


# What stands for the keys of the file, and for the wholes and parts of those that the file does not have.
# A table of its own with statistics: joined as sub-queries, four-column keys make the planner expect one row and loop.
# amount: within one document what counts is what it printed, of an addition the addition.
STANDING = """
CREATE TEMP TABLE figures_standing ON COMMIT DROP AS
WITH in_file AS (
  SELECT region_id, period, measure_id, calibre_id, sheet, cell,
    CASE WHEN known THEN before_state ELSE state END AS state, CASE WHEN known THEN before_value ELSE value END AS value,
    CASE WHEN known THEN before_amount ELSE coalesce(increment, value) END AS amount,
    CASE WHEN known THEN before_document_id ELSE document_id END AS document_id
  FROM figures_incoming
), wholes AS (
  SELECT DISTINCT region_id, period, coalesce(m.of_id, m.code) AS measure_id, calibre_id FROM figures_incoming JOIN figures_measure AS m ON m.code = measure_id
  WHERE m.of_id IS NOT NULL OR EXISTS (SELECT FROM figures_measure AS p WHERE p.of_id = m.code)
), beside AS MATERIALIZED (
  SELECT * FROM wholes UNION SELECT w.region_id, w.period, m.code, w.calibre_id FROM wholes AS w JOIN figures_measure AS m ON m.of_id = w.measure_id
  EXCEPT SELECT region_id, period, measure_id, calibre_id FROM figures_incoming
)
SELECT region_id, period, measure_id, calibre_id, sheet, cell, state, value, amount, document_id, true AS in_file FROM in_file
UNION ALL
SELECT region_id, c.period, c.measure_id, c.calibre_id, '', '', c.state, c.value, c.value, NULL, false
FROM beside JOIN figures_current AS c USING (region_id, period, measure_id, calibre_id)
"""

PARTS = """
WITH parts AS MATERIALIZED (
  SELECT m.of_id, m.dimension, s.region_id, s.period, s.calibre_id, sum(s.value) AS value, bool_and(m.complete) AS complete,
    count(*) FILTER (WHERE s.state IN ('number', 'no_task', 'not_applicable')) AS known
  FROM figures_standing AS s JOIN figures_measure AS m ON m.code = s.measure_id WHERE m.of_id IS NOT NULL
  GROUP BY m.of_id, m.dimension, s.region_id, s.period, s.calibre_id
)
SELECT w.sheet, w.cell, r.name, w.period, m.name, m.unit, p.dimension, w.value, p.value
FROM parts AS p
JOIN figures_standing AS w ON w.measure_id = p.of_id AND w.region_id = p.region_id AND w.period = p.period AND w.calibre_id = p.calibre_id
JOIN core_region AS r ON r.id = w.region_id
JOIN figures_measure AS m ON m.code = w.measure_id
WHERE m.code = ANY(%(added)s::text[]) AND (p.value > w.value OR (
  p.value < w.value AND p.complete
  AND p.known = (SELECT count(*) FROM figures_measure AS every WHERE every.of_id = p.of_id AND every.dimension = p.dimension)
))
ORDER BY r.order, m.order
"""

# A total and the regions directly below it, when both were in the file. added: what is a sum at all; a score or a standard is none.
REGIONS = """
WITH below AS MATERIALIZED (
  SELECT up.code, s.period, s.measure_id, s.calibre_id, coalesce(s.document_id, 0) AS document,
    sum(CASE WHEN s.document_id IS NULL THEN s.value ELSE s.amount END) AS parts
  FROM figures_standing AS s JOIN core_region AS child ON child.id = s.region_id JOIN core_region AS up ON up.id = child.parent_id
  WHERE s.in_file GROUP BY up.code, s.period, s.measure_id, s.calibre_id, document
)
SELECT w.sheet, w.cell, r.name, w.period, m.name, m.unit, m.target_of_id IS NOT NULL AND w.document_id IS NOT NULL,
  CASE WHEN w.document_id IS NULL THEN w.value ELSE w.amount END, b.parts
FROM figures_standing AS w
JOIN core_region AS r ON r.id = w.region_id
JOIN figures_measure AS m ON m.code = w.measure_id
JOIN below AS b ON b.code = r.code AND b.period = w.period AND b.measure_id = w.measure_id AND b.calibre_id = w.calibre_id
  AND b.document = coalesce(w.document_id, 0)
WHERE w.in_file AND m.code = ANY(%(added)s::text[]) AND b.parts <> CASE WHEN w.document_id IS NULL THEN w.value ELSE w.amount END
ORDER BY r.order, m.order
"""

# A share and what it is taken of must be about the same scope (不含…).
SCOPES = """
SELECT i.sheet, i.cell, r.name, i.period, m.name, i.scope_note, base.name, o.scope_note
FROM figures_incoming AS i
JOIN core_region AS r ON r.id = i.region_id
JOIN figures_measure AS m ON m.code = i.measure_id
JOIN figures_measure AS base ON base.code = i.share_of_id
JOIN figures_current AS c ON c.region_id = i.region_id AND c.period = i.period AND c.measure_id = i.share_of_id AND c.calibre_id = ''
JOIN figures_observation AS o ON o.id = c.observation_id AND o.scope_note <> i.scope_note
"""


def check_balances(cursor: Any, file_name: str) -> list[Problem]:
    """Compare what the import touched, as it would stand."""
    problems = []
    cursor.execute("DROP TABLE IF EXISTS pg_temp.figures_standing")
    cursor.execute(STANDING)
    cursor.execute("ANALYZE figures_standing")
    added = {"added": [measure.code for measure in catalogue().values() if measure.adds]}
    cursor.execute(PARTS, added)
    for row in map(PartsRow._make, cursor.fetchall()):
        said = (
            f"{row.region} {row.period} “{row.name}”按{row.dimension}分的各项之和 {_text(row.parts, row.unit)}"
            f"{'大于' if row.parts > row.whole else '小于'}总数 {_text(row.whole, row.unit)}。"
        )
        problems.append(
            Problem("FIG-033", Place(file=file_name, sheet=row.sheet, cell=row.cell), said, "请核对总数和各分项。", ASK)
        )
    cursor.execute(REGIONS, added)
    for row in map(RegionsRow._make, cursor.fetchall()):
        if row.in_document and row.parts < row.whole:
            continue  # 未分解: shown with the decomposition, and no mistake
        said = (
            f"{row.region} {row.period} “{row.name}”是 {_text(row.whole, row.unit)}，各区划之和是 {_text(row.parts, row.unit)}，"
            f"相差 {_text(row.whole - row.parts, row.unit)}。"
        )
        if row.in_document:
            problems.append(
                Problem(
                    "FIG-036",
                    Place(file=file_name, sheet=row.sheet, cell=row.cell),
                    said,
                    "同一文件分解下去的不能多于总数；市里加码的，请按市的层级另列总数。",
                    BLOCK,
                )
            )
        else:
            problems.append(
                Problem(
                    "FIG-034", Place(file=file_name, sheet=row.sheet, cell=row.cell), said, "请核对合计和各行。", ASK
                )
            )
    cursor.execute(SCOPES)
    for row in map(ScopesRow._make, cursor.fetchall()):
        said = (
            f"{row.region} {row.period} “{row.name}”的范围是“{row.scope or '全部'}”，"
            f"而基数“{row.base}”的范围是“{row.base_scope or '全部'}”。"
        )
        problems.append(
            Problem("FIG-037", Place(file=file_name, sheet=row.sheet, cell=row.cell), said, "请把两处的范围写成一致。")
        )
    return problems


def _text(value: Any, unit_name: str) -> str:
    """Base units with as many decimals as it takes."""
    places, number = 0, int(value)
    while number * 10**places % unit_of_measure(unit_name).factor:
        places += 1
    return in_unit(number, unit_name, places) + unit_of_measure(unit_name).name
