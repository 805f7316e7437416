"""The tables of the five places against a copy of the printed ones, cell by cell, and their maps."""

import csv
import re
from pathlib import Path

import openpyxl
import pytest
from ruamel.yaml import YAML

from anju.workbooks.files.numbers import read_number_format
from anju.workbooks.reading.maps import load_map
from anju.workbooks.reading.reader import find_map, read_workbook

PLACES = Path(__file__).parents[2] / "anju" / "demo" / "places"
DATA = Path(__file__).parent / "data"
TABLES = {
    "shanty-progress": ("jincheng-2021", "附件1 开工建成投资补贴.xlsx", 1),
    "backlog": ("jincheng-2021", "附件2 续建项目.xlsx", 1),
    "loans-bonds": ("jincheng-2021", "附件3 贷款债券.xlsx", 1),
    "audit": ("jincheng-2021", "附件4 审计整改.xlsx", 1),
    "decomposition": ("guilin-2020", "附件 任务分解表.xlsx", 2),
    "self-score-prh-shanty": ("jiaozuo-2020", "附件1 公租房棚改自评表.xlsx", 6),
    "self-score-old-communities": ("jiaozuo-2020", "附件2 老旧小区自评表.xlsx", 6),
}


def printed(name: str) -> list[list[str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))


def shown(cell) -> str:
    """What Excel shows, from the number and its format alone."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, str):
        return re.sub(r"\s+", "", cell.value)
    fmt = read_number_format(cell.number_format)
    return f"{cell.value:.{fmt.most}%}" if fmt.kind == "percent" else f"{cell.value:.{fmt.most}f}"


@pytest.mark.parametrize("name", TABLES)
def test_the_workbook_shows_what_was_printed(name):
    slug, file, _ = TABLES[name]
    sheet = openpyxl.load_workbook(PLACES / slug / file).active
    rows = printed(name)[1:]
    text = {(cell.row, cell.column): shown(cell) for line in sheet.iter_rows() for cell in line}
    last = max(row for row, column in text if column > 2 and text[row, column])
    lines = [
        [text[row, column] for column in range(1, sheet.max_column + 1)]
        for row in range(last - len(rows) + 1, last + 1)
    ]
    for line, row in zip(lines, rows, strict=True):
        want = [re.sub(r"\s+", "", value) for value in row]
        skip = 2 if name == "decomposition" else 2 if name.startswith("self-score") else 0
        assert line[skip:] == want[skip:]
        if name == "decomposition":
            assert want[1] in line[:2]


def test_some_cells_are_the_ones_everyone_knows():
    sheet = openpyxl.load_workbook(PLACES / "jincheng-2021" / TABLES["shanty-progress"][1]).active
    row = next(line for line in sheet.iter_rows() if line[0].value == "城 区")
    assert (row[17].value, row[17].number_format, shown(row[17])) == (9.1, "0.00", "9.10")
    assert sheet.merged_cells.ranges


@pytest.mark.parametrize("name", [name for name, case in TABLES.items() if case[2] < 6])
def test_every_figure_reaches_a_cell_and_every_blank_none(name):
    slug, file, first = TABLES[name]
    table = load_map(PLACES / slug / "maps" / f"{name}.yaml")
    reading = read_workbook(PLACES / slug / file, table)
    assert not reading.blocked
    got = {(cell.row_label, cell.key): cell for cell in [*reading.cells, *reading.published]}
    wanted = {}
    for row in printed(name)[1:]:
        label = {"市本级(开发区)": "市本级"}.get(row[first - 1], row[first - 1])
        for column, value in zip(table.columns, row[first:], strict=True):
            if value and label not in ("市区合计", "各县合计"):
                wanted[label, column.name] = value.rstrip("%")
    assert {key: cell.text for key, cell in got.items()} == wanted
    assert all(
        (cell.unit == "%") == key[1].rpartition("@")[0].endswith("rate") or "rate" in key[1]
        for key, cell in got.items()
    )


def test_the_self_scores_are_published_results_and_no_facts():
    folder = PLACES / "jiaozuo-2020"
    first = read_workbook(folder / TABLES["self-score-prh-shanty"][1], folder / "maps/self-score-prh-shanty.yaml")
    assert (first.cells, first.problems) == ([], [])
    assert [cell.text for cell in first.published] == ["10", "5", "10", "5", "5", "35", "15", "10", "5", "100"]
    assert {cell.region_name for cell in first.published} == {"焦作市"}
    second = read_workbook(
        folder / TABLES["self-score-old-communities"][1], folder / "maps/self-score-old-communities.yaml"
    )
    assert [(cell.measure, cell.text) for cell in second.published] == [("score.self.old_communities.total", "95")]


def test_the_reminders_are_the_known_ones():
    """What does not add up in the originals is asked about; nothing else is."""
    expected = {
        ("jincheng-2021", "附件1 开工建成投资补贴.xlsx"): ["WB-046"] * 3,
        ("guilin-2020", "附件 任务分解表.xlsx"): ["WB-043"] * 3,
        ("jiaozuo-2020", "正文数据.xlsx"): ["WB-045"],
    }
    for path in sorted(PLACES.glob("*/*.xlsx")):
        reading = read_workbook(path, find_map(path, sorted(path.parent.glob("maps/*.yaml"))))
        assert [one.code for one in reading.problems] == expected.get((path.parent.name, path.name), []), path


def test_every_workbook_finds_the_map_its_place_names():
    for folder in sorted(PLACES.iterdir()):
        place = YAML(typ="safe").load((folder / "place.yaml").read_text("utf-8"))
        named = {book["file"]: book["map"] for book in place["workbooks"]}
        assert {
            path.name: find_map(path, sorted(folder.glob("maps/*.yaml"))).map for path in folder.glob("*.xlsx")
        } == named


PROSE = {
    "jincheng-2021": {"backlog.projects": "28个", "funds.central_invest": "5160万元", "funds.central_special": "3022万元", "funds.provincial": "42万元"},
    "heshan-2021": {
        "shanty.start": "600户", "funds.safe.central_shanty": "842万元", "funds.safe.central_subsidy": "360万元",
        "funds.safe.provincial": "136万元", "funds.safe.city": "447万元", "subsidy.households": "2500户",
    },
    "jiaozuo-2020": {
        "subsidy.amount": "29.72万元", "old.area.target": "495万㎡", "funds.old.local": "9199.36万元", "funds.old.social": "463.58万元",
        "funds.prh_shanty.credit": "5.1亿元", "old.households.completed": "28561户", "old.households.completed.target": "50%",
    },
    "xinjiang-2021": {
        "prh.start": "26215套", "old.area.target": "1801.43万㎡", "old.households.target": "23.15万户", "old.investment": "约43亿元",
        "old.parking_lots": "余700个", "old.parking_spaces": "约5.3万个", "old.lifts": "37部",
    },
    "guilin-2020": {"safe.start.target": "10406套", "prh.complete.target": "60套", "shanty.handover.rate.target": "95%"},
}  # fmt: skip


@pytest.mark.parametrize("slug", PROSE)
def test_the_figures_of_the_prose_are_as_printed(slug):
    reading = read_workbook(PLACES / slug / "正文数据.xlsx", PLACES / slug / "maps" / "long-form.yaml")
    got = {cell.measure: f"{cell.approx}{cell.text}{cell.unit}" for cell in reading.cells}
    assert {code: got.get(code) for code in PROSE[slug]} == PROSE[slug]
    assert all(cell.source for cell in reading.cells)


def test_what_is_assumed_says_why_and_what_is_not_needed_is_no_task():
    cells = {
        cell.measure: cell
        for cell in read_workbook(
            PLACES / "jiaozuo-2020" / "正文数据.xlsx", PLACES / "jiaozuo-2020/maps/long-form.yaml"
        ).cells
    }
    assumed = {code for code, cell in cells.items() if cell.assumed}
    assert assumed == {
        "subsidy.households.target", "prh.start", "prh.start.target", "satisfaction.prh_shanty", "satisfaction.old",
        "old.communities", "old.households", "old.buildings", "old.area",
    }  # fmt: skip
    assert cells["old.households.completed"].scope == "不含温县"
    region = {
        cell.measure: cell
        for cell in read_workbook(
            PLACES / "xinjiang-2021" / "正文数据.xlsx", PLACES / "xinjiang-2021/maps/long-form.yaml"
        ).cells
    }
    assert (region["arh.start.target"].state, region["arh.start.target"].digits) == ("no_task", None)
    nodes = [
        (cell.period, cell.text)
        for cell in read_workbook(
            PLACES / "guilin-2020" / "正文数据.xlsx", PLACES / "guilin-2020/maps/long-form.yaml"
        ).cells
        if cell.measure == "shanty.start.rate.target"
    ]
    assert nodes == [("2020-06", "80"), ("2020-09", "100")]
