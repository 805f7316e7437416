"""A place's folder into the ledger, through the same services as a page: regions → measures → targets → tables → rules → documents.

Each step is one transaction and repeats without changing anything, so an interrupted load is simply run again.
"""

import json
import shutil
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from anju.core.database.folder import data_folder
from anju.core.demo import Say, demo_parts
from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.core.regions import loading, tree
from anju.demo.filing import file_returns
from anju.demo.folder import PlaceBookRun, PlaceDescription, PlaceDocument, PlaceWorkbook, read_place, read_yaml
from anju.documents.kinds import unknown_key_problems
from anju.documents.models import Document
from anju.documents.services import documents as papers
from anju.figures import catalogue
from anju.figures.models import TargetDocument
from anju.figures.pages.maps import PLACE_FILE
from anju.figures.services import imports, nodes
from anju.figures.services.import_period import read_in_period, refuse_stamped
from anju.figures.services.imports import ImportResult
from anju.figures.services.targets import register_target_document
from anju.problems import ASK, Problem, Refused
from anju.returns.services import opening
from anju.runs.models import Run
from anju.runs.queries.findings import RuleFinding
from anju.runs.services import runs
from anju.workbooks.reading.maps import load_map

PERIOD_HINT = '期间说法不一的，在这个文件下面写 period: "…"；'
LEVELS = {level.label: level.value for level in TargetDocument.Level}  # a place says 国家, 省, 市, 县


@dataclass
class LoadedPlace:
    """What one place gave: for the summary at the end."""

    place: PlaceDescription
    region: Region
    figures: int = 0
    scores: list[Run] = field(default_factory=list)
    warnings: list[RuleFinding] = field(default_factory=list)
    documents: list[tuple[str, Document]] = field(default_factory=list)  # file name, document


def load_place(folder: Path, *, say: Say) -> LoadedPlace:
    """Load one place. Refused with every problem of the step that failed, of all its workbooks; what earlier steps stored stays."""
    place = read_place(folder)
    with open_scope(local_actor()) as by:
        region = _region(by, place)
        register_units(by, place, region)
        catalogue.load_catalogue(by=by, paths=[path for path in [folder / "measures.yaml"] if path.exists()])
    by = local_actor()  # now with the pseudo-units among its regions
    loaded = LoadedPlace(place, region)
    with open_scope(by):
        targets = {
            paper.number: register_target_document(
                by=by, region=region, number=paper.number, title=paper.title, level=LEVELS[paper.level],
                issued_on=paper.issued_on, effective_on=paper.effective_on,
            )
            for paper in place.targets
        }  # fmt: skip
        for node in place.nodes:
            share = _share(node.share)
            nodes.set_node(
                by=by, document=targets[node.document], measure=node.measure, on=node.on, share=share, value=node.value
            )
    _keep_maps(folder, place)
    if place.returns:
        with open_scope(by):
            opening.load_forms(by=by)
    problems: list[Problem] = []
    for filing in place.returns:
        try:
            file_returns(by, folder, filing, region, say=say)
        except Refused as refused:
            problems += refused.problems
    for book in place.workbooks:
        try:
            with open_scope(by):
                done = _import(by, folder, place, book, region, targets)
        except Refused as refused:
            problems += refused.problems
            continue
        loaded.figures += done.new + done.changed + done.unchanged
        say(
            f"导入 {book.file}：{done.new + done.changed} 个数"
            if done.new or done.changed
            else f"{book.file} 以前已导入，没有变化"
        )
        for left in done.reminders:
            if left.code == "FIG-065" and left.code not in book.answers:  # asked only when something else is new
                say(str(left))
        for note in done.notes:
            say(str(note))
    for part in demo_parts():
        try:
            with open_scope(by):
                part.load(by=by, folder=folder, region=region, say=say)
        except Refused as refused:
            problems += refused.problems
    if problems:  # of every file at once; what is well is stored, and nothing is judged or written on half of it
        raise Refused(*problems)
    for run in place.runs:
        with open_scope(by):
            loaded.scores.append(_score(by, place, region, run))
        say(f"评分 {loaded.scores[-1].title}")
    with open_scope(by):
        loaded.warnings = runs.run_warnings(
            by=by, region=region, period=place.period, on=place.on, given=place.model_dump()["given"]
        )
    say(f"预警与核对：{len(loaded.warnings)} 条")
    prose = _prose(folder, place)
    for paper in place.documents:
        with open_scope(by):
            loaded.documents.append((paper.file, _write(by, place, region, paper, prose.get(paper.kind) or {})))
        say(f"文书 {paper.file}")
    return loaded


def _region(by: Actor, place: PlaceDescription) -> Region:
    try:
        return tree.find_region(by, place.region, place.on)
    except Region.DoesNotExist:
        raise Refused(
            Problem(
                "DEMO-005",
                "place.yaml 的 region",
                f"{place.on} 没有区划 {place.region}。",
                "请核对区划代码；查代码用 anju regions list 上级代码。",
            )
        ) from None


def register_units(by: Actor, place: PlaceDescription, region: Region) -> None:
    """The pseudo-units of a place, each under the region whose code stands before the hyphen of its own. Refused DEMO-008 with all that lie elsewhere."""
    parents, problems = {}, []
    within = {one.pk for one in tree.descendant_regions(by, region)} | {region.pk}
    for unit in place.units:
        code = unit.code.partition("-")[0]
        try:
            parents[unit.code] = tree.find_region(by, code, place.on)
        except Region.DoesNotExist:
            what = f"{place.on} 没有区划 {code}。"
        else:
            if parents[unit.code].pk in within:
                continue
            what = f"{parents[unit.code].name}（{code}）不在{region.name}（{region.code}）之内。"
        fix = "代码写成所属区划的六位代码、短横和后缀，如 140500-SBJ；所属的是本地或本地所辖的区划。"
        problems.append(Problem("DEMO-008", f"place.yaml 的 units“{unit.code}”", what, fix))
    if problems:
        raise Refused(*problems)
    for unit in place.units:
        loading.add_pseudo_unit(
            by=by, parent=parents[unit.code], suffix=unit.code.partition("-")[2], name=unit.name, also=unit.aliases
        )


def _share(text: str) -> Fraction | None:
    """80%, 4/5; None when nothing is written. A share of nothing is left to the service to refuse."""
    if not text:
        return None
    top, _, bottom = text.partition("/")
    return Fraction(int(top.removesuffix("%")), 100 if text.endswith("%") else max(1, int(bottom)))


def _keep_maps(folder: Path, place: PlaceDescription) -> None:
    """The import page offers the maps of a place that was loaded, there and below."""
    kept = data_folder() / "maps" / folder.resolve().name
    kept.mkdir(parents=True, exist_ok=True)
    for path in (folder / "maps").glob("*.yaml"):
        shutil.copyfile(path, kept / path.name)
    (kept / PLACE_FILE).write_text(
        json.dumps({"title": place.title, "region": place.region}, ensure_ascii=False), "utf-8"
    )


def _prose(folder: Path, place: PlaceDescription) -> dict[str, Any]:
    """prose.yaml by kind. Refused DEMO-007 for a kind that place.yaml writes no document of: its text would be nowhere."""
    prose = (read_yaml(folder / "prose.yaml") or {}) if (folder / "prose.yaml").exists() else {}
    problems = unknown_key_problems(
        "DEMO-007", "prose.yaml 的文种", prose, sorted({paper.kind for paper in place.documents})
    )
    if problems:
        raise Refused(*problems)
    return prose


def _import(
    by: Actor,
    folder: Path,
    place: PlaceDescription,
    book: PlaceWorkbook,
    region: Region,
    targets: dict[str, TargetDocument],
) -> ImportResult:
    path = folder / book.file
    try:
        refuse_stamped(path.read_bytes(), path.name)
        table = load_map(folder / "maps" / f"{book.map}.yaml")
        decided = "choice" if book.period else ""
        reading, _ = read_in_period(
            path, table, choice=book.period, decided=decided, otherwise=place.period, area=region.name
        )
        return imports.import_tables(
            by=by, readings=reading, region=region, period=place.period, content=path.read_bytes(),
            title=path.stem, document=targets.get(book.target_document), answers=book.answers,
        )  # fmt: skip
    except Refused as refused:
        codes = {problem.code for problem in refused.problems}
        asked = [imports.short_key(problem) for problem in refused.problems if problem.level == ASK]
        written = ", ".join(f"{key}: 为什么无误" for key in asked) or "编号 单元格: 为什么无误"
        period = PERIOD_HINT if "FIG-066" in codes else ""
        fix = (
            f"阻断的改好；{period}提醒逐条看过、确实无误的，在 place.yaml 这个文件下面逐条写 answers: {{{written}}}，"
            "情况相同的可以把几格写在一起（D3、D7），再运行一次。"
        )
        advice = Problem("DEMO-006", f"place.yaml 的 workbooks“{book.file}”", "这个文件一个数也没有写入。", fix)
        raise Refused(*refused.problems, advice) from None


def _score(by: Actor, place: PlaceDescription, region: Region, run: PlaceBookRun) -> Run:
    judged, assumed = (
        {name: entry.model_dump() for name, entry in given.items()} for given in (run.judged, run.assumed)
    )
    return runs.run_book(
        by=by,
        kind=run.kind,
        subject=run.subject,
        region=region,
        period=place.period,
        on=place.on,
        judged=judged,
        assumptions=assumed,
    )


def _write(by: Actor, place: PlaceDescription, region: Region, paper: PlaceDocument, prose: dict[str, Any]) -> Document:
    return papers.write_document(
        by=by, kind=paper.kind, region=region, period=place.period, options=paper.options, prose=prose
    )
