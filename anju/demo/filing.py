"""Returns of a place that were filed long ago, taken from its workbook: opened, filled, answered and passed on to the lock, by the same acts as on a page."""

import re
from collections.abc import Callable
from pathlib import Path

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people import organisations
from anju.core.people.scope import Actor, open_scope
from anju.core.regions import tree
from anju.demo.folder import PlaceFiling
from anju.figures.services.import_binder import ImportBinder
from anju.isolation import read_isolated
from anju.problems import ASK, BLOCK, Problem, Refused
from anju.quantities import in_unit, unit_of_measure
from anju.returns.forms.spec import FormSpec
from anju.returns.models import Return
from anju.returns.queries import checks, grid, returns
from anju.returns.services import answers, filling, locking, opening, review
from anju.workbooks.reading import reader

REMARK = "历史资料补录"


def file_returns(
    by: Actor, folder: Path, filing: PlaceFiling, within: Region, *, say: Callable[[str], None]
) -> list[Return]:
    """A return for each county that the workbook names, locked. Those that are locked already stay as they are."""
    reading = read_isolated(
        reader.read_workbook,
        folder / filing.file,
        folder / "maps" / f"{filing.map}.yaml",
        area=within.name,
        period=filing.period,
    )
    with open_scope(by):
        rows: dict[int, list] = {}
        binder = ImportBinder(by, within, filing.period, None, False)
        for row in binder.rows(reading):
            rows.setdefault(row.region_id, []).append(row)
        if stops := [problem for problem in (*reading.problems, *binder.problems) if problem.level == BLOCK]:
            raise Refused(*stops)
        counties = [
            unit
            for unit in [within, *tree.descendant_regions(by, within)]
            if unit.pk in rows and unit.kind == Region.Kind.COUNTY
        ]
    drafts = []
    for county in counties:
        with open_scope(by):
            drafts.append(_fill(by, filing, county, rows[county.pk]))
    with open_scope(by):
        _answer(by, filing, [ret for ret in drafts if ret.state == Return.DRAFT])
    filed = []
    for ret in drafts:
        with open_scope(by):
            filed.append(_pass_on(by, ret) if ret.state == Return.DRAFT else ret)
    say(f"报表 {filed[0].form.name}：{len(filed)} 份已锁定" if filed else f"报表 {filing.form}：表里没有县级单位")
    return filed


def _fill(by: Actor, filing: PlaceFiling, county: Region, rows: list) -> Return:
    kind = Organisation.Kind.HOUSING
    organisations.register_organisation(by=by, region=county, kind=kind, name=f"{county.name}{kind.label}部门")
    ret = opening.open_return(by=by, form_code=filing.form, region=county, period=filing.period)
    if ret.state != Return.DRAFT:
        return ret
    spec = returns.return_spec(ret)
    line = spec.rows.fixed[0].key
    cells, wanted = grid.lay_out_grid(by, ret).cells, _texts(spec, rows)
    puts = [
        filling.CellEntry(
            line,
            column.code,
            wanted.get(column.code, filing.blank),
            cells[line, column.code].version if (line, column.code) in cells else 0,
        )
        for column in spec.columns
        if spec.fillable(column, line, {})
    ]
    filling.fill_cells(by=by, ret_id=ret.pk, changes=puts, via="workbook")
    return ret


def _answer(by: Actor, filing: PlaceFiling, drafts: list[Return]) -> None:
    """Each finding gets the answer that names its check and county: "start-below-target 沁水县、泽州县". Refused DEMO-009 with every finding that nobody answered, and how to name it."""
    asked = [
        (ret, finding)
        for ret in drafts
        for finding in checks.check_return(by, ret)
        if finding.open and finding.level == ASK
    ]
    named: dict[tuple[str, str], str] = {}
    for key, text in filing.answers.items():
        check_id, _, names = key.partition(" ")
        for name in re.split(r"[、，,\s]+", names):
            named[check_id, name] = text
    problems = []
    for ret, finding in asked:
        if answer := named.get((finding.check_id, ret.region.name)):
            answers.answer_check(
                by=by, ret_id=ret.pk, check_id=finding.check_id, line=finding.line, column=finding.column, text=answer
            )
        else:
            fix = f"看过确实无误的，在 place.yaml 这份报表下面写 answers: {{{finding.check_id} {ret.region.name}: 为什么无误}}。"
            problems.append(Problem("DEMO-009", f"{ret} {finding.where}", finding.what, fix, ASK))
    if problems:
        raise Refused(*problems)


def _pass_on(by: Actor, ret: Return) -> Return:
    review.hand_in_return(by=by, ret_id=ret.pk)
    review.review_return(by=by, ret_id=ret.pk, remark=REMARK)
    review.end_joint_review(by=by, ret_id=ret.pk, remark=REMARK)
    review.submit_return(by=by, ret_id=ret.pk, remark=REMARK)
    return locking.lock_return(by=by, ret_id=ret.pk, remark=REMARK)


def _texts(spec: FormSpec, rows: list) -> dict[str, str]:
    """Column → number as text, for the measures that the form publishes and for the targets it shows."""
    by_measure = {(one.measure, one.calibre): one.column for one in spec.publish}
    by_measure |= {
        (f"{column.source.target}.target", ""): column.code
        for column in spec.columns
        if column.source and column.source.target
    }
    texts = {}
    for row in rows:
        column = spec.by_code.get(by_measure.get((row.measure_id, row.calibre_id), ""))
        if column is not None and row.value is not None and unit_of_measure(row.unit) == unit_of_measure(column.unit):
            texts[column.code] = in_unit(row.value, column.unit, row.places)
    return texts
