"""What a workbook's cells mean in the ledger: their region, measure, period and calibre, or what is wrong with them."""

import difflib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.matching import RegionMatcher
from anju.figures.figure import NUMBER, SHARE, STATES
from anju.figures.models import Calibre, Measure, TargetDocument
from anju.figures.services.bulk import StagingRow
from anju.figures.stored_numbers import placement_problem, store_share, to_base_units
from anju.problems import Place, Problem, Refused
from anju.quantities import unit_of_measure
from anju.workbooks.reading.cells import ReadCell, WorkbookReading

TOTALS = ("", "合计", "总计")  # a row that names no region is the import's own


SHOWN = 10  # how many of many are named in one problem


def place_of(file_name: str, cell: ReadCell) -> Place:
    return Place(file=file_name, sheet=cell.sheet, cell=cell.cell, field=cell.column_label)


class ImportBinder:
    """Cells → rows: finds region, measure, calibre, unit and document of each, once for each name, and keeps every problem."""

    def __init__(self, by: Actor, region: Region, period: str, document: TargetDocument | None, adds: bool) -> None:
        self.by, self.region, self.period, self.document, self.adds = by, region, period, document, adds
        self.measures = {measure.code: measure for measure in Measure.objects.select_related("share_of")}
        self.calibres = set(Calibre.objects.values_list("code", flat=True))
        self.matchers: dict[date, RegionMatcher] = {}
        self.regions: dict[tuple[str, str], Region | None] = {}
        self.fitting: dict[tuple, Problem | None] = {}
        self.documents: dict[str, int | None] = {}
        self.seen: dict[tuple, ReadCell] = {}
        self.said: set[tuple[str, str]] = set()
        self.map_id = ""  # of the reading at hand
        self.problems: list[Problem] = []

    def rows(self, reading: WorkbookReading) -> Iterable[StagingRow]:
        self.map_id = reading.map_id
        for cell in reading.cells:
            if cell.kind == "group":  # a sum the form itself adds up; the reader compared it
                continue
            row = self._row(reading.file_name, cell)
            if row is not None:
                yield row

    def published(self, reading: WorkbookReading) -> list[tuple[str, Region, ReadCell]]:
        """Printed results of computed measures with the region they are of; other results (self-scores) are not ours to judge."""
        cells = [
            *reading.published,
            *(
                cell
                for cell in reading.cells
                if cell.measure in self.measures and self.measures[cell.measure].is_computed
            ),
        ]
        found = []
        for cell in cells:
            measure = self.measures.get(cell.measure)
            if measure is None or not measure.is_computed or cell.state != NUMBER or cell.kind == "group":
                continue
            region = self._region(reading.file_name, cell, cell.period or self.period)
            if region is not None:
                found.append((reading.file_name, region, cell._replace(period=cell.period or self.period)))
        return found

    def _row(self, file_name: str, cell: ReadCell) -> StagingRow | None:
        measure = self.measures.get(cell.measure)
        if measure is None:
            return self._once(
                "FIG-012", cell.measure, place_of(file_name, cell), f"没有统计指标“{cell.measure}”。", self._near(cell.measure),
            )  # fmt: skip
        if measure.is_computed:
            return None  # compared, never stored
        period = cell.period or self.period
        region = self._region(file_name, cell, period)
        if region is None or self._misfit(measure, cell, file_name):
            return None
        value, share = None, None
        if cell.state not in STATES or cell.state == SHARE:
            self.problems.append(
                Problem(
                    "FIG-049",
                    place_of(file_name, cell),
                    f"“{cell.raw}”读不出数。",
                    "请只填一个数；没有数的请留空，或写“未报”“无任务”“不适用”。",
                )
            )
            return None
        if cell.state == NUMBER:
            value, share, problem = self._number(measure, cell, file_name)
            if problem:
                self.problems.append(problem)
                return None
        key = (region.pk, period, measure.code, cell.calibre)
        earlier = self.seen.setdefault(key, cell)
        if earlier is not cell:
            self.problems.append(
                Problem(
                    "FIG-014", place_of(file_name, cell),
                    f"{region.name} {period} “{measure.name}”在同一次导入中出现两次：工作表“{earlier.sheet}” {earlier.cell} 是“{earlier.raw}”，这里是“{cell.raw}”。",
                    "请删去重复的一处，或分别写明口径。",
                )
            )  # fmt: skip
            return None
        if cell.assumed and not cell.basis.strip():
            self.problems.append(
                Problem("FIG-048", place_of(file_name, cell), "推定没有写依据。", "请写明是从哪里、怎样推出来的。")
            )
            return None
        state = SHARE if share is not None else cell.state
        return StagingRow(
            n=len(self.seen),
            measure_id=measure.code,
            calibre_id=cell.calibre,
            region_id=region.pk,
            period=period,
            state=state,
            value=value,
            unit=unit_of_measure(cell.unit).name if cell.state == NUMBER else measure.unit,
            places=cell.places if cell.state == NUMBER else 0,
            approx=cell.approx,
            assumed=cell.assumed,
            basis=cell.basis,
            sheet=cell.sheet,
            cell=cell.cell,
            raw=cell.raw.replace("\0", ""),
            cited=cell.source,
            document_id=self._document(measure, cell, file_name),
            effective_on=cell.effective_on or None,
            scope_note=cell.scope,
            increment=value if self.adds else None,
            share_numerator=share.numerator if share is not None else None,
            share_denominator=share.denominator if share is not None else None,
            share_of_id=measure.share_of_id if share is not None else None,
        )

    def _near(self, code: str) -> str:
        """The codes that were perhaps meant, and where the wrong one is written."""
        near = difflib.get_close_matches(code, self.measures, 3)
        meant = f"是不是{'、'.join(f'“{one}”（{self.measures[one].name}）' for one in near)}？" if near else ""
        return (
            f"{meant}请改对照表 {self.map_id}.yaml 里的代码（长表也可能写在“指标”列）；"
            "全部代码：anju figures list；新指标要先写进指标目录（measures.yaml）。"
        )

    def _once(self, code: str, subject: str, place: Place, what: str, fix: str) -> None:
        """The same unknown name in a hundred cells is one problem, at the first of them."""
        if (code, subject) not in self.said:
            self.said.add((code, subject))
            self.problems.append(Problem(code, place, what, fix))

    def _region(self, file_name: str, cell: ReadCell, period: str) -> Region | None:
        key = (cell.region_name, period)
        if key not in self.regions:
            try:
                day = periods.period_end(period)
            except Refused as refused:
                self.problems += [
                    Problem(p.code, replace(place_of(file_name, cell), field=""), f"{p.where}{p.what}", p.fix)
                    for p in refused.problems
                ]
                self.regions[key] = None
                return None
            matcher = self.matchers.get(day) or self.matchers.setdefault(day, RegionMatcher(self.by, self.region, day))
            found = self.region if cell.region_name in TOTALS else matcher.match(cell.region_name)
            if isinstance(found, Problem):
                place = replace(place_of(file_name, cell), field="这一行的区划名称")
                self._once("FIG-011", cell.region_name, place, f"{found.where}：{found.what}", found.fix)
                found = None
            self.regions[key] = found
        return self.regions[key]

    def _misfit(self, measure: Measure, cell: ReadCell, file_name: str) -> bool:
        key = (measure.code, cell.calibre)
        if key not in self.fitting:
            place = place_of(file_name, cell)
            self.fitting[key] = placement_problem(measure, cell.calibre, place)
            if cell.calibre and cell.calibre not in self.calibres:
                self.fitting[key] = Problem(
                    "FIG-013", place, f"没有口径“{cell.calibre}”。", "请核对口径；新的口径要先写进指标目录。"
                )
            if self.fitting[key]:
                self.problems.append(self.fitting[key])
        return self.fitting[key] is not None

    def _number(self, measure: Measure, cell: ReadCell, file_name: str) -> tuple[int | None, Any, Problem | None]:
        """Base units, or the share that a target is set as."""
        if cell.unit == "%" and measure.share_of_id and measure.unit != "%":
            return (
                None,
                store_share(
                    measure,
                    cell.calibre,
                    place_of(file_name, cell),
                    Fraction(cell.digits, 100 * 10**cell.places),
                    cell.places,
                ).share,
                None,
            )
        base, problem = to_base_units(measure, "", cell.digits, cell.places, cell.unit)
        if problem:
            problem = Problem(problem.code, place_of(file_name, cell), problem.what, problem.fix)
        return base, None, problem

    def _document(self, measure: Measure, cell: ReadCell, file_name: str) -> int | None:
        if not cell.document:
            return self.document.pk if self.document and measure.target_of_id else None
        if cell.document not in self.documents:
            found = TargetDocument.objects.filter(number=cell.document).values_list("pk", "region_id")
            known = [pk for pk, region_id in found if region_id in self.by.region_ids]
            self.documents[cell.document] = known[0] if known else None
            if not known:
                self._once(
                    "FIG-053",
                    cell.document,
                    place_of(file_name, cell),
                    f"没有登记下达文件“{cell.document}”。",
                    "请先登记文件的题名、层级和日期。",
                )
        return self.documents[cell.document]
