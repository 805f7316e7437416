"""Columns and rows of a pasted head are proposed, and what a person confirms gives the asker's own table with the ledger's numbers."""

import pytest

from anju.problems import Refused
from tests.documents.tables.conftest import MONTH, city, texts  # noqa: F401

PASTED = (
    "序号\t县区\t棚户区改造\t\t\t\t\n"
    "\t\t任务（套）\t开工（套）\t开工率\t名次\t差额\n"
    "\t合计\t\t\t\t\t\n1\t城 区\t\t\t\t\t\n2\t沁水\t\t\t\t\t\n3\t泽州县\t\t\t\t\t\n4\t某某县\t\t\t\t\t\n"
)


@pytest.fixture
def proposed(scope, city):  # noqa: F811
    from anju.documents.asking.pasted import read_pasted
    from anju.documents.asking.proposing import is_place_within, propose_columns, propose_rows

    def run(text=PASTED):
        pasted = read_pasted(text, is_place_within(scope, city, MONTH))
        return pasted, propose_columns(pasted, MONTH), propose_rows(scope, city, MONTH, pasted.names)

    return run


def test_every_column_is_proposed(proposed):
    _, columns, _ = proposed()
    assert [one.says for one in columns] == [
        "棚户区改造开工任务〔shanty.start.target〕", "棚户区改造开工量〔shanty.start〕", "棚户区改造开工率〔shanty.start.rate〕", "名次：第3栏", "差额：第1栏−第2栏",
    ]  # fmt: skip
    assert [one.unit for one in columns] == ["套", "套", "%", "", ""]


def test_every_row_is_its_region_and_what_is_none_says_so(proposed):
    _, _, rows = proposed()
    assert [(one.name, one.region, one.whole) for one in rows] == [
        ("合计", "140500", True), ("城区", "140502", False), ("沁水", "140521", False), ("泽州县", "140525", False), ("某某县", "", False),
    ]  # fmt: skip
    assert "没有这个区划" in rows[-1].why


@pytest.mark.parametrize(
    ("heads", "code"),
    [
        ("公租房新增分配任务（套）", "prh.allocated.target"),
        ("公共租赁住房基本建成（套）", "prh.complete"),
        ("租赁补贴发放（户）", "subsidy.households"),
        ("住房租赁补贴完成率（%）", "subsidy.households.rate"),
        ("保租房开工筹集（套）", "arh.start"),
        ("保障性安居工程完成投资（亿元）", "invest.done"),
        ("老旧小区改造户数（户）", "old.households"),
        ("加装电梯（部）", "old.lifts"),
        ("棚改基本建成任务", "shanty.complete.target"),
        ("棚改专项债券发行（亿元）", "bond.issued"),
        ("2019年度审计发现问题（个）", "audit.2019.found"),
        ("棚改货币化安置（套）", "shanty.start.monetised"),
    ],
)
def test_usual_heads_are_recognised(proposed, heads, code):
    _, [column], _ = proposed(f"县区\t{heads}\n城区\t")
    assert f"〔{code}〕" in column.says


@pytest.mark.parametrize(
    ("head", "period"),
    [
        ("去年同期开工（套）", "same-last-year"),
        ("2019年开工（套）", "2019"),
        ("2020年6月开工（套）", "2020-06"),
        ("上月开工（套）", "last"),
    ],
)
def test_the_period_of_a_head_is_proposed(proposed, head, period):
    _, [column], _ = proposed(f"县区\t棚户区改造{head}\n城区\t")
    assert column.period == period


def confirmed(columns, rows, **changed):
    from anju.documents.asking.picks import ColumnPick, Picks

    picks = tuple(ColumnPick(one.says, one.unit, one.period) for one in columns)
    return Picks("取数", picks, tuple(one.region for one in rows), whole="140500", **changed)


def test_the_asker_gets_their_own_layout(scope, city, proposed):  # noqa: F811
    from anju.documents.asking.picks import declare_table
    from anju.documents.tables.filling import fill_table
    from anju.documents.tables.loading import read_table

    pasted, columns, rows = proposed()
    declared = read_table(declare_table(pasted, confirmed(columns, rows)))
    annex = fill_table(scope, declared, city, MONTH, {"span": "2021年8月"})
    assert annex.title == "取数（2021年8月）"
    assert [[cell.heading for cell in line] for line in annex.head] == [
        ["序号", "县区", "棚户区改造"],
        ["任务（套）", "开工（套）", "开工率", "名次", "差额"],
    ]
    assert [[row.number, *line] for row, line in zip(annex.rows, texts(annex), strict=True)] == [
        ["", "合计", "220", "230", "104.5%", "", "-10"],
        ["1", "城区", "100", "90", "90.0%", "2", "10"],
        ["2", "沁水", "80", "80", "100.0%", "1", "0"],
        ["3", "泽州县", "40", "", "", "", ""],
        ["", "某某县", "", "", "", "", ""],
    ]


@pytest.mark.parametrize(
    "says", ["没有的", "差额：第1栏", "名次：第9栏", "名次：第4栏", "某指标〔no.such〕", "比率：一比二"]
)
def test_what_a_column_cannot_be_is_refused(proposed, says):
    from dataclasses import replace

    from anju.documents.asking.picks import ColumnPick, declare_table

    pasted, columns, rows = proposed()
    picks = confirmed(columns, rows)
    wrong = list(picks.columns)
    wrong[3] = ColumnPick(says)
    with pytest.raises(Refused, match="DOC-122"):
        declare_table(pasted, replace(picks, columns=tuple(wrong)))


def test_without_a_unit_it_is_the_measures_own(proposed):
    from dataclasses import replace

    from anju.documents.asking.picks import ColumnPick, declare_table

    pasted, columns, rows = proposed()
    picks = confirmed(columns, rows)
    bare = (ColumnPick(columns[0].says), *picks.columns[1:])
    [group] = declare_table(pasted, replace(picks, columns=bare))["columns"]
    assert group["columns"][0]["unit"] == "套"


def test_a_unit_that_does_not_fit_the_measure_is_refused(proposed):
    from dataclasses import replace

    from anju.documents.asking.picks import ColumnPick, declare_table

    pasted, columns, rows = proposed()
    picks = confirmed(columns, rows)
    wrong = (ColumnPick(columns[0].says, "亿元"), *picks.columns[1:])
    with pytest.raises(Refused, match="DOC-122"):
        declare_table(pasted, replace(picks, columns=wrong))
