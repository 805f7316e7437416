"""Importing what workbooks said (导入). All problems at once; nothing is stored unless all is well or every reminder was answered.

The rows go through a staging table (bulk.py); no row is saved by itself.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, open_scope
from anju.core.trail import trail
from anju.figures.figure import SHARE, STATES
from anju.figures.models import Measure, Observation, Source, TargetDocument
from anju.figures.queries import checks
from anju.figures.queries.current import CurrentRow, build_figure
from anju.figures.services import bulk
from anju.figures.services.changes import announce_changes
from anju.figures.services.import_binder import SHOWN, ImportBinder
from anju.problems import ASK, BLOCK, NOTE, Place, Problem, Refused
from anju.workbooks.reading.cells import WorkbookReading


@dataclass
class ImportResult:
    """new: figures that had no value; changed: those that replace one; unchanged: cells that said what stands already.

    source is the import that these cells came with: the earlier one when nothing was new. reminders: those that were answered.
    notes: what needs no answer.
    """

    source: Source | None
    new: int
    changed: int
    unchanged: int
    reminders: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def says(self) -> str:
        if not self.new and not self.changed:
            if left := [one.what for one in self.reminders if one.code == "FIG-065"]:
                return f"没有改动任何数字（核对 {self.unchanged} 个）；{left[0]}"
            earlier = (
                f"与 {timezone.localtime(self.source.at):%Y-%m-%d} 第 {self.source.pk} 号导入相同，"
                if self.source
                else ""
            )
            return f"{earlier}没有改动任何数字（核对 {self.unchanged} 个）。"
        return (
            f"第 {self.source.pk} 号导入：新增 {self.new} 个数，改动 {self.changed} 个，{self.unchanged} 个没有变化。"
        )


def answer_key(problem: Problem) -> str:
    """How an answer names its reminder."""
    return f"{problem.code} {problem.where}"


@transaction.atomic
@trail.act("imports.store")
def import_tables(
    *,
    by: Actor,
    readings: WorkbookReading | Sequence[WorkbookReading],
    region: Region,
    period: str,
    content: bytes | None = None,
    title: str = "",
    document: TargetDocument | None = None,
    adds: bool = False,
    answers: Mapping[str, str] | None = None,
    preview: bool = False,
) -> ImportResult:
    """Store what these readings of one file say (导入). The same file again changes nothing and says so.

    readings: one, or several of one file. region: names are matched in it and below it. period: of cells that name none.
    content: the file's bytes, kept for provenance. document: whose targets these are; adds: they add to the targets in force (追加).
    answers: {which finding: why it is right}, kept with the import; how a finding is named: `answers_of`.
    preview: store nothing, and list the reminders instead of asking for answers.
    Refused with every problem at once, unanswered reminders among them; then nothing is stored.
    """
    readings = [readings] if isinstance(readings, WorkbookReading) else list(readings)
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require_permission(by, "imports.store", region.pk, region.name)
    problems = [problem for reading in readings for problem in reading.problems]
    binder = ImportBinder(by, region, period, document, adds)
    with connection.cursor() as cursor:
        bulk.stage_rows(cursor, (row for reading in readings for row in binder.rows(reading)))
        published = [one for reading in readings for one in binder.published(reading)]
        problems += binder.problems
        if all(problem.level != BLOCK for problem in problems):
            problems += _cells_no_longer_read(cursor, readings, region, period)
        touched = {region.pk, *bulk.staged_regions(cursor), *(one.pk for _, one, _ in published)}
    # Only what the file is about: under a scope of the whole country every look-up would sort three thousand ids.
    with open_scope(replace(by, region_ids=by.region_ids & touched)) as narrow, connection.cursor() as cursor:
        same_file = _same_file(readings, region)
        new, changed, unchanged = bulk.settle_rows(cursor, same_file.pk if same_file else None, adds)
        problems += _additions(cursor) if adds else []
        problems += _replaced(cursor, readings[0].file_name, changed) if changed and not adds else []
        source = _source(by, readings, region, period, title, content) if new or changed else same_file
        if new or changed:
            _store(cursor, by, source, _reason(problems, answers or {}, document if adds else None))
        marked = {_cell(problem.where) for problem in problems}
        found = checks.check_published(narrow, published) + (
            checks.check_balances(cursor, readings[0].file_name) if new or changed else []
        )
        problems += [problem for problem in found if _cell(problem.where) not in marked]
        reminders = _answered_reminders(
            problems, answers or {}, not preview and bool(new or changed)
        )  # what changes nothing was asked before
        if new or changed:
            _keep_answers(source, reminders, answers or {})
            if changed and not preview:
                announce_changes(by)
            trail.describe(
                obj=trail.Subject.of(source, f"第 {source.pk} 号导入《{source.file_name}》"),
                region_id=region.pk,
                digest=bulk.source_digest(cursor, source.pk),
                after={
                    "new": new,
                    "changed": changed,
                    "unchanged": unchanged,
                    "sha256": source.sha256,
                    "map": source.map_id,
                    "answers": source.answers,
                },
            )
    if preview:
        transaction.set_rollback(True)
    notes = [problem for problem in problems if problem.level == NOTE]
    return ImportResult(source, new, changed, unchanged, reminders, notes)


preview_import = partial(import_tables, preview=True)


def _cell(place: Place) -> Place:
    """A cell without its heading: one remark on a cell is enough."""
    return replace(place, field="") if place.cell else place


def _same_file(readings: Sequence[WorkbookReading], region: Region) -> Source | None:
    """An earlier import of the same bytes by the same maps that still counts."""
    return _same_files(readings, region).order_by("-id").first() if readings[0].sha256 else None


def _same_files(readings: Sequence[WorkbookReading], region: Region) -> QuerySet[Source]:
    return Source.objects.defer("content").filter(
        sha256=readings[0].sha256, map_id=_maps(readings), region=region, kind=Source.Kind.IMPORT, undone_at=None
    )


def _cells_no_longer_read(
    cursor: Any, readings: Sequence[WorkbookReading], region: Region, period: str
) -> list[Problem]:
    """What this very file brought before, still stands, and is not read from it any more: the map was changed meanwhile."""
    earlier = (
        list(_same_files(readings, region).filter(period=period).values_list("pk", flat=True))
        if readings[0].sha256
        else []
    )
    if not earlier:
        return []
    left = bulk.standing_unstaged(cursor, earlier)
    if not left:
        return []
    shown = (
        Observation.objects.filter(pk__in=[number for number, _ in left[:SHOWN]])
        .select_related("region", "measure")
        .order_by("pk")
    )
    named = "；".join(
        f"{one.region.name} {one.period} “{one.measure.name}”（“{one.sheet}” {one.cell}，{one.raw or '空白'}）"
        for one in shown
    )
    imports = sorted({source for _, source in left}, reverse=True)
    undo = "、".join(f"anju import undo {number} --reason 对照表改过" for number in imports)
    return [
        Problem(
            "FIG-065", Place(file=readings[0].file_name),
            f"这个文件以前导入的 {len(left)} 个数，这次没有读到，仍是现行数：{named}{' 等' if len(left) > SHOWN else ''}。",
            f"对照表改过的，请先撤销那次导入（{undo}），再导入一次；这些数仍然对的，请写明原因。", ASK,
        )
    ]  # fmt: skip


def _maps(readings: Sequence[WorkbookReading]) -> str:
    return ",".join(dict.fromkeys(reading.map_id for reading in readings))[:100]


def _additions(cursor: Any) -> list[Problem]:
    """追加: refused when there is nothing to add to."""
    problems = [
        Problem(
            "FIG-051",
            f"{name} {period} “{measure}”",
            "没有可以追加的任务数，或没有写追加的文件。",
            "请先录入原任务，并登记追加任务的文件。",
        )
        for name, period, measure in bulk.rows_without_base(cursor)
    ]
    if not problems:
        bulk.add_to_standing(cursor)
    return problems


class ReplacedRow(NamedTuple):
    """A figure that stands and what the file says instead. state … places: as it stands now; raw: as the cell shows it."""

    region: str
    period: str
    measure: str
    calibre: str
    sheet: str
    cell: str
    raw: str
    state: str
    value: int | None
    unit: str
    places: int


def _replaced(cursor: Any, file_name: str, count: int) -> list[Problem]:
    """Figures that would change are asked about, once for all; the answer becomes their reason."""
    cursor.execute(
        "SELECT r.name, i.period, i.measure_id, i.calibre_id, i.sheet, i.cell, i.raw, o.state, o.value, o.unit, o.places"
        " FROM figures_incoming AS i JOIN figures_observation AS o ON o.id = i.supersedes_id JOIN core_region AS r ON r.id = i.region_id"
        f" WHERE NOT i.known ORDER BY i.n LIMIT {SHOWN}"
    )
    rows = [ReplacedRow._make(row) for row in cursor.fetchall()]
    measures = Measure.objects.in_bulk({row.measure for row in rows})
    named = []
    for row in rows:
        measure, shown = measures[row.measure], STATES[SHARE]
        if row.state != SHARE:
            stands = CurrentRow(row.state, row.value, unit=row.unit, places=row.places)
            shown = build_figure(measure, None, row.period, row.calibre, stands).spoken_or_state
        named.append(
            f"{row.region} {row.period} “{measure.name}”现为 {shown}，表上（“{row.sheet}” {row.cell}）是 {row.raw or '空白'}"
        )
    what = f"有 {count} 个数与现有的不同：{'；'.join(named)}{' 等' if count > SHOWN else ''}。"
    return [
        Problem("FIG-035", Place(file=file_name), what, "确要以这份表为准的，请写明原因；它会记在每个改动的数上。", ASK)
    ]


def _answered_reminders(problems: list[Problem], answers: Mapping[str, str], ask: bool) -> list[Problem]:
    """The reminders, when nothing blocks and each was answered."""
    reminders = [problem for problem in problems if problem.level == ASK]
    blocks = [problem for problem in problems if problem.level == BLOCK]
    given = answers_of(reminders, answers)
    open_ = [one for one in reminders if not given[answer_key(one)]]
    if blocks or (ask and open_):
        raise Refused(*blocks, *open_)
    return reminders


def answers_of(reminders: Sequence[Problem], answers: Mapping[str, str]) -> dict[str, str]:
    """The answer of each reminder, by its key; "" where it has none.

    An answer names its finding by `answer_key`, or by code and cell: "WB-045 D3", "WB-045 附件1!D3"; of equal ones that were looked at by
    several cells: "WB-045 D3、D7". A code alone answers what is asked of the file as a whole, and no cell: one sentence never answers what
    nobody looked at.
    """
    cells = Counter((one.code, one.where.cell) for one in reminders)
    named: dict[tuple[str, str], str] = {}
    for key, text in answers.items():
        code, _, rest = key.partition(" ")
        for part in re.split(r"[、，,\s]+", rest):
            named[code, part] = text
    given = {}
    for one in reminders:
        key, cell = answer_key(one), one.where.cell
        said = answers.get(key) or named.get((one.code, f"{one.where.sheet}!{cell}"))
        if not said and cell and cells[one.code, cell] == 1:
            said = named.get((one.code, cell))
        if not said and not cell:
            said = answers.get(one.code)
        given[key] = (said or "").strip()
    return given


def short_key(problem: Problem) -> str:
    """How an answer may name a reminder in a file or a command: by its code, and its cell if it has one."""
    where = problem.where
    return f"{problem.code} {where.sheet}!{where.cell}" if where.cell else problem.code


def _reason(problems: list[Problem], answers: Mapping[str, str], added: TargetDocument | None) -> str:
    """Why figures change: by an addition, or for what was answered to FIG-035."""
    if added:
        return f"追加：{added.number}"
    reminders = [one for one in problems if one.level == ASK]
    given = answers_of(reminders, answers)
    return next((given[answer_key(one)] for one in reminders if one.code == "FIG-035"), "")


def _keep_answers(source: Source, reminders: list[Problem], answers: Mapping[str, str]) -> None:
    given = answers_of(reminders, answers)
    source.answers = [one.as_dict() | {"answer": given[answer_key(one)]} for one in reminders]
    if source.answers:
        Source.objects.filter(pk=source.pk).update(answers=source.answers)


def _source(
    by: Actor, readings: Sequence[WorkbookReading], region: Region, period: str, title: str, content: bytes | None
) -> Source:
    return Source.objects.create(
        kind=Source.Kind.IMPORT, title=title or readings[0].title[:200], file_name=readings[0].file_name, sha256=readings[0].sha256,
        content=content, map_id=_maps(readings), region=region, period=period, by=by.key,
    )  # fmt: skip


def _store(cursor: Any, by: Actor, source: Source, reason: str) -> None:
    stored, stands = bulk.store_observations(cursor, source.pk, by.key, reason)
    if stands != stored:
        said = f"导入期间有 {stored - stands} 个数被别人改动。"
        raise Refused(Problem("FIG-042", Place(file=source.file_name), said, "请重新导入，看清现在的数再决定。"))


@transaction.atomic
@trail.act("imports.undo")
def undo_import(*, by: Actor, source: Source | int, reason: str) -> int:
    """Take an import back (撤销导入): every figure stands as before; how many there were. The observations stay in the history.

    Refused: FIG-043 no reason, FIG-045 taken back already, FIG-044 when later values were put over it, naming them.
    """
    number = source if isinstance(source, int) else source.pk
    found = Source.objects.defer("content").filter(pk=number, kind=Source.Kind.IMPORT).first()
    if found is None or found.region_id not in by.region_ids:
        raise Source.DoesNotExist(f"没有第 {number} 号导入")
    name = f"第 {number} 号导入《{found.file_name}》"
    require_permission(by, "imports.undo", found.region_id, name)
    if not reason.strip():
        raise Refused(Problem("FIG-043", name, "撤销没有写原因。", "请写明为什么撤销。"))
    taken = Source.objects.filter(pk=number, undone_at=None).update(
        undone_at=timezone.now(), undone_by=by.key, undo_reason=reason
    )
    if not taken:
        found.refresh_from_db(fields=["undone_at", "undone_by"])
        raise Refused(Problem("FIG-045", name, f"已由 {found.undone_by} 撤销。", "无需再撤销。"))
    later = (
        Observation.objects.filter(supersedes__source=number, undone=None)
        .select_related("measure", "region")
        .order_by("id")
    )
    if depending := list(later[: SHOWN + 1]):
        listed = "；".join(
            f"{row.region.name} {row.period} “{row.measure.name}”（第 {row.source_id} 号）" for row in depending[:SHOWN]
        )
        what = f"以后又在它上面更正或导入：{listed}{' 等' if len(depending) > SHOWN else ''}。"
        raise Refused(Problem("FIG-044", name, what, "请先撤销后来的导入；更正过的数请再更正，不要撤销导入。"))
    with connection.cursor() as cursor:
        count, restored, gone = bulk.take_back_source(cursor, number)
    if restored + gone != count:
        raise Refused(Problem("FIG-042", name, "撤销期间有数被别人改动。", "请刷新后再看能否撤销。"))
    announce_changes(by)
    trail.describe(
        obj=trail.Subject.of(found, name),
        before={"figures": count},
        after={"restored": restored},
        reason=reason,
        region_id=found.region_id,
    )
    return count
