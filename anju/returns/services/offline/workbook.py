"""The offline workbook (离线表): a return to be filled in without the network, and merged cell by cell when it comes back.

A merge compares three things of each cell: what stood in it when the workbook was written (the stamp), what the workbook says, what the
return says now. Changed in the workbook alone: written. Changed in the return alone: stays. Changed in both to different things: a
conflict, told with who, when and both values, and nothing is overwritten.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.core.trail import trail
from anju.core.wording import period_name
from anju.problems import ASK, Problem, Refused
from anju.returns.base import FILL, actor_name, clock_text, require_return_act, require_state
from anju.returns.files import offline_workbook_file as book
from anju.returns.files import papers
from anju.returns.forms.spec import FormColumn
from anju.returns.models import Cell, Return
from anju.returns.queries import grid, layout, returns
from anju.returns.queries.grid import GridCell, ReturnGrid
from anju.returns.queries.reading import ReadReturn, read_return
from anju.returns.services import filling
from anju.returns.services.filling import CellEntry, InvalidCell, cell_fields
from anju.workbooks.files.numbers import fold_number

GREEN, BLUE, ORANGE, RED = "#C6EFCE", "#DDEBF7", "#FFD966", "#FFC7CE"
NOTES = (
    "说明：白格可以填，灰格锁定（合计、算出来的列、由台账带出的列，上传后由系统重算）。没有数的留空，或写未报、无任务、不适用；0 表示确实为零。",
    "可以整块粘贴数值；请不要增删行列。新增项目请先在项目库登记，再重新下载。批注里是上期和台账的数。",
)
AGAIN = "请从报表页重新下载离线表，把改动抄过去再上传。"


@dataclass(frozen=True)
class MergeRemark:
    """A cell that the merge has something to say of. mine: the workbook; theirs: the return; base: what both began with. cell: D7, in the workbook."""

    line: str
    column: str
    cell: str
    heading: str
    mine: str
    theirs: str
    base: str
    who: str = ""
    when: str = ""

    @property
    def says(self) -> str:
        return f"{self.heading}：您填的是 {self.mine or '空'}，{self.who} 已于 {self.when} 填为 {self.theirs or '空'}（下载时是 {self.base or '空'}）。"


@dataclass
class MergeResult:
    """What became of a workbook. saved: written; kept: changed by others meanwhile, not by this one; conflicts: by both, to different things.

    problems: cells and rows that were not taken. refused: which cells those are.
    """

    name: str
    sheet: str
    saved: list[MergeRemark] = field(default_factory=list)
    kept: list[MergeRemark] = field(default_factory=list)
    conflicts: list[MergeRemark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: dict[tuple[str, str], tuple[str, Problem]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not (self.conflicts or self.problems)

    @property
    def says(self) -> str:
        said = [f"保存 {len(self.saved)} 格"]
        said += [f"{text} {len(found)} {unit}" for text, found, unit in (
            ("两边都改、没有覆盖的", self.conflicts, "格"), ("没有读取的", self.problems, "处"), ("别人改过、照系统保留的", self.kept, "格"),
        ) if found]  # fmt: skip
        return "，".join(said) + "。"


# --- out ---------------------------------------------------------------------


def write_workbook(user: Actor, ret: Return) -> bytes:
    """The return as a workbook that may be filled in offline."""
    return book.write_file(_table(grid.lay_out_grid(user, ret)))


def workbook_file_name(ret: Return) -> str:
    return papers.paper_file_name(ret, "xlsx", "（离线填报）")


def mark_merge(user: Actor, ret: Return, result: MergeResult) -> bytes:
    """The workbook of a merge back again, as the return stands now, with what became of each cell marked: green saved, blue changed by others,
    orange conflict, red not taken. The last two hold what the user had written: uploaded once more it is taken as their decision.
    """
    sheet = grid.lay_out_grid(user, ret)
    marks = {(one.line, one.column): book.MergeMark(GREEN, "已保存。") for one in result.saved}
    marks |= {
        (one.line, one.column): book.MergeMark(
            BLUE, f"{one.who} 于 {one.when} 由 {one.base or '空'} 改为 {one.theirs or '空'}，已照此更新。"
        )
        for one in result.kept
    }
    marks |= {
        (one.line, one.column): book.MergeMark(
            ORANGE, f"{one.says}要用您的，直接再上传；要用系统里的，改成 {one.theirs or '空'}。", one.mine
        )
        for one in result.conflicts
    }
    marks |= {
        key: book.MergeMark(RED, f"{problem.what}{problem.fix}", text)
        for key, (text, problem) in result.refused.items()
    }
    return book.write_file(_table(sheet), marks, _result_lines(result))


def _result_lines(result: MergeResult) -> list[tuple[str, str, str, str]]:
    """Lines of the sheet 合并结果."""
    told = [
        ("冲突", f"{one.cell} {one.heading}", one.says, "核对后在表里改成要用的数，再上传。")
        for one in result.conflicts
    ]
    told += [("没有读取", str(one.where), one.what, one.fix) for one in result.problems]
    told += [
        ("已保存", f"{one.cell} {one.heading}", f"{one.base or '空'} → {one.mine or '空'}", "") for one in result.saved
    ]
    told += [
        (
            "别人改过",
            f"{one.cell} {one.heading}",
            f"{one.who} 于 {one.when}：{one.base or '空'} → {one.theirs or '空'}",
            "",
        )
        for one in result.kept
    ]
    return told or [("没有改动", "", "工作簿里的数与系统里的一样。", "")]


def _table(sheet: ReturnGrid) -> book.WorkbookTable:
    ret, spec = sheet.ret, sheet.spec
    several = len(layout.form_units(sheet.columns)) > 1
    fields = [
        book.WorkbookColumn(
            code=column.code,
            path=layout.heading_path(column, several),
            kind=column.type,
            unit=column.unit,
            places=column.places,
            choices=column.choices,
            open=not (column.formula or column.locked),
        )
        for column in sheet.columns
    ]
    slots = {
        key: book.WorkbookSlot(cell.text, cell.version, _hint(cell), cell.open)
        for key, cell in sheet.cells.items()
        if cell.exists
    }
    lines = (
        f"填报单位：{papers.reporting_unit_name(ret)}　　期间：{period_name(ret.period)}　　统计截止日：{ret.cut_off:%Y-%m-%d}",
        f"表号：{spec.number or spec.code}　　制定机关：{spec.authority.issuer}　　下载时间：{clock_text(timezone.now())}",
    )
    rows = [
        (
            line.key,
            "　".join(filter(None, (line.number, "　" * line.indent + line.label))),
            line.computed or line.heading,
        )
        for line in sheet.lines
    ]
    return book.WorkbookTable(
        title=papers.form_title(ret),
        lines=lines,
        corner=layout.corner_heading(spec),
        fields=fields,
        rows=rows,
        slots=slots,
        stamp=_stamp(ret),
        notes=NOTES,
    )


def _hint(cell: GridCell) -> str:
    """What is in grey beside a cell on the page."""
    said = (("上期", cell.last), ("台账", cell.ledger), ("任务", cell.target))
    return "\n".join(f"{name}：{text}" for name, text in said if text)


def _stamp(ret: Return) -> dict[str, str]:
    return {
        "ret": str(ret.pk), "form": ret.form.code, "since": f"{ret.form.since}", "version": ret.form.digest, "region": ret.region.code,
        "period": ret.period, "serial": str(ret.serial), "name": ret.form.name, "place": ret.region.name,
    }  # fmt: skip


# --- in ----------------------------------------------------------------------


@transaction.atomic
@trail.act("returns.merge")
def merge_workbook(*, by: Actor, ret_id: int, content: bytes, name: str) -> MergeResult:
    """Take what was changed in the workbook into the return. Nobody's change is lost; the same workbook again changes nothing.

    Refused (nothing is taken): RET-601 … RET-608 it is no whole workbook of ours, RET-609 … RET-613 it is another's: of another return, another
    version of the form, an earlier correction; RET-020 the return is no draft any more. What is wrong with single cells is in the result.
    """
    ret = returns.get_return(by, ret_id)
    require_return_act(by, ret, FILL)
    require_state(ret, Return.DRAFT, doing="合并离线表")
    spec = returns.return_spec(ret)
    got = read_file_of(
        by, book.read_file, content, name, {column.code: column.type for column in spec.columns}, file=name
    )
    _belongs(ret, got)
    reading = read_return(by, ret)
    sheet = grid.lay_out_grid(by, ret, reading)
    result = MergeResult(name, got.sheet, problems=got.problems)
    puts = _sort(reading, sheet, got, result)
    if puts:
        _write_cells(by, ret, sheet, got, puts, result)
    _rows(sheet, got, result)
    trail.describe(
        obj=ret,
        region_id=ret.region_id,
        digest=hashlib.sha256(content).hexdigest(),
        after={
            "file": name,
            "saved": len(result.saved),
            "kept": len(result.kept),
            "conflicts": len(result.conflicts),
            "problems": len(result.problems),
        },
    )
    return result


def _belongs(ret: Return, got: book.ReturnedWorkbook) -> None:
    """Everything by which it is another return's workbook, at once."""
    stamp, mine, where = got.stamp, _stamp(ret), f"《{got.name}》"
    problems = []
    if stamp.get("form") != mine["form"]:
        problems.append(
            Problem(
                "RET-609",
                where,
                f"是《{stamp.get('name', '')}》的离线表，这里是《{mine['name']}》。",
                "请到那张报表的页面上传。",
            )
        )
    elif stamp.get("version") != mine["version"]:
        problems.append(Problem("RET-610", where, "表式已经换了版本（栏目或校验有变）。", AGAIN))
    if stamp.get("layout") != book.LAYOUT:
        problems.append(Problem("RET-610", where, "是旧版系统导出的。", AGAIN))
    if stamp.get("region") != mine["region"]:
        problems.append(
            Problem(
                "RET-611",
                where,
                f"是{stamp.get('place', '')}的离线表，这里是{mine['place']}。",
                "请到那个地区的报表页上传。",
            )
        )
    if stamp.get("period") != mine["period"]:
        was, now = (period_name(one["period"]) for one in ({"period": "", **stamp}, mine))
        problems.append(
            Problem("RET-612", where, f"是{was}的离线表，这里是{now}。", "请核对月份，到那一期的报表页上传。")
        )
    if not problems and (stamp.get("serial") != mine["serial"] or stamp.get("ret") != mine["ret"]):
        what = f"是第 {stamp.get('serial')} 次填报的离线表，现在办理的是第 {mine['serial']} 次（已发起更正）。"
        problems.append(Problem("RET-613", where, what, AGAIN))
    if problems:
        raise Refused(*problems)


def _sort(
    reading: ReadReturn, sheet: ReturnGrid, got: book.ReturnedWorkbook, result: MergeResult
) -> dict[tuple[str, str], MergeRemark]:
    """Which cells are to be written; the others go to their lists."""
    lines = {line.key: line for line in sheet.lines}
    puts: dict[tuple[str, str], MergeRemark] = {}
    writers = {
        (line, code): (by, at)
        for line, code, by, at in Cell.objects.filter(ret=reading.ret).values_list("line", "column", "by", "at")
    }
    for key, found in got.cells.items():
        line, code = key
        column = sheet.spec.by_code[code]
        base, row = got.base[key][1], lines.get(line)
        if row is None:
            continue  # told for the whole row
        if found.flaw:
            _refuse(
                result,
                got=got,
                key=key,
                found=found,
                heading=f"{row.label} {column.head}",
                code="RET-614",
                what=found.flaw,
                fix=found.fix,
            )
            continue
        mine = fold_number(found.text) if column.type == "number" else found.text
        theirs = sheet.cells[key].text
        ours = _same_entry(mine, base, column)
        if ours and _same_entry(theirs, base, column):
            continue
        by, at = writers.get(key, ("", None))
        place = MergeRemark(
            line=line,
            column=code,
            cell=found.cell,
            heading=f"{row.label} {column.head}",
            mine=mine,
            theirs=theirs,
            base=base,
            who=actor_name(by) if by else "",
            when=clock_text(at) if at else "",
        )
        if ours:
            result.kept.append(place)
        elif _same_entry(mine, theirs, column):
            continue  # both to the same
        elif _same_entry(theirs, base, column):
            puts[key] = place
        else:
            result.conflicts.append(place)
    return puts


def _same_entry(one: str, other: str, column: FormColumn) -> bool:
    """Do they say the same? 12.5 and 12.50 do; what is no entry at all is the same as itself only."""
    if one == other:
        return True
    try:
        return _value(one, column) == _value(other, column)
    except InvalidCell:
        return False


def _value(text: str, column: FormColumn) -> tuple[object, ...]:
    said = cell_fields(text, column)
    return said["state"], said["value"], said["text"]


def _refuse(
    result: MergeResult,
    got: book.ReturnedWorkbook,
    key: tuple[str, str],
    found: book.ReturnedCell,
    heading: str,
    code: str,
    what: str,
    fix: str,
) -> None:
    problem = Problem(code, got.where(found.cell, heading), what, fix)
    result.problems.append(problem)
    result.refused[key] = (found.text, problem)


def _write_cells(
    by: Actor,
    ret: Return,
    sheet: ReturnGrid,
    got: book.ReturnedWorkbook,
    puts: Mapping[tuple[str, str], MergeRemark],
    result: MergeResult,
) -> None:
    """Each upon the version that was compared: who writes in between is not overwritten either."""
    changes = [
        CellEntry(line, code, place.mine, sheet.cells[line, code].version) for (line, code), place in puts.items()
    ]
    filled = filling.fill_cells(by=by, ret_id=ret.pk, changes=changes, via="workbook")
    result.saved += [puts[one.line, one.column] for one in filled.saved]
    for one in filled.conflicts:
        place = puts[one.line, one.column]
        result.conflicts.append(
            MergeRemark(
                line=place.line,
                column=place.column,
                cell=place.cell,
                heading=place.heading,
                mine=place.mine,
                theirs=one.text,
                base=place.base,
                who=one.who,
                when=clock_text(one.at),
            )
        )
    for key, problem in zip(filled.refused, filled.problems, strict=True):
        _refuse(
            result,
            got=got,
            key=key,
            found=got.cells[key],
            heading=puts[key].heading,
            code=problem.code,
            what=problem.what,
            fix=problem.fix,
        )


def _rows(sheet: ReturnGrid, got: book.ReturnedWorkbook, result: MergeResult) -> None:
    """Rows and columns that only one side has: told, and left as they are in the return."""
    written = list(dict.fromkeys(line for line, _ in got.base))
    lines = {line.key: line for line in sheet.lines}
    where = got.where("")

    def tell(code: str, what: str, fix: str) -> None:
        result.problems.append(Problem(code, where, what, fix, ASK))

    for line in written:
        if line not in lines:
            if line not in got.rows:
                continue
            columns = {code: sheet.spec.by_code[code] for key, code in got.base if key == line}
            lost = [
                f"{column.head} {got.cells[line, code].text or '空'}" for code, column in columns.items()
                if (line, code) in got.cells and not _same_entry(got.cells[line, code].text, got.base[line, code][1], column)
            ]  # fmt: skip
            told = f"，您在这一行改的没有保存：{'、'.join(lost)}" if lost else ""
            tell("RET-615", f"“{got.rows[line]}”在下载以后已从报表中去掉{told}。", "请重新下载离线表。")
        elif line not in got.rows:
            tell(
                "RET-616",
                f"“{lines[line].label}”这一行在工作簿里被删掉了；系统里的数没有动。",
                "不再需要的项目请在项目库里办理。",
            )
    fresh = [
        line.label for line in sheet.lines if line.key not in written and any(cell.open for cell in sheet.row(line.key))
    ]
    if fresh:
        tell(
            "RET-617",
            f"下载以后新增了 {len(fresh)} 行：{'、'.join(fresh[:5])}{'等' if len(fresh) > 5 else ''}，工作簿里没有。",
            "请在页面上填写，或重新下载。",
        )
    lost = [
        sheet.spec.by_code[code].head for code in dict.fromkeys(code for _, code in got.base) if code not in got.columns
    ]
    if lost:
        tell("RET-618", f"列“{'”“'.join(lost)}”在工作簿里被删掉了；系统里的数没有动。", "要改这些列的，请重新下载。")
