"""Annex tables declared as data: merged heads, repeated columns, totals and what is left out."""

from dataclasses import dataclass

from anju.documents.layout import annex

DECLARATION = {
    "title": "{year}年度情况",
    "corner": "县区名称",
    "unit": "套",
    "columns": [
        {
            "head": "开工",
            "columns": [
                {"head": "任务", "code": "start.target"},
                {"head": "完成率", "code": "start.rate", "show": "% 1"},
            ],
        },
        {"each": "audits", "head": "{item}年度", "columns": [{"head": "问题", "code": "audit.{item}.found"}]},
        {"each": "calibres", "head": "{item_name}", "code": "invest", "calibre": "{item}"},
        {"head": "备注", "code": "note"},
    ],
}
OPTIONS = {"audits": [2016, 2019], "calibres": {"cal1": "省定"}}


@dataclass(frozen=True)
class Place:
    name: str
    kind: str = "county"


@dataclass(frozen=True)
class Told:
    known: bool
    state: str = "unreported"
    observation_id: int | None = None


def made():
    return annex.make_annex(DECLARATION, "2021", OPTIONS)


def test_heads_are_merged_over_the_columns_they_cover():
    assert [[(head.heading, head.rowspan, head.colspan) for head in line] for line in made().head] == [
        [("县区名称", 2, 1), ("开工", 1, 2), ("2016年度", 1, 1), ("2019年度", 1, 1), ("省定", 2, 1), ("备注", 2, 1)],
        [("任务", 1, 1), ("完成率", 1, 1), ("问题", 1, 1), ("问题", 1, 1)],
    ]


def test_a_column_is_repeated_for_every_value_of_an_option():
    assert [(leaf.code, leaf.calibre, leaf.show) for leaf in made().leaves] == [
        ("start.target", "", "套 upto 0"),
        ("start.rate", "", "% 1"),
        ("audit.2016.found", "", "套 upto 0"),
        ("audit.2019.found", "", "套 upto 0"),
        ("invest", "cal1", "套 upto 0"),
        ("note", "", "套 upto 0"),
    ]
    assert made().title == "2021年度情况"


def test_a_unit_that_is_no_place_and_has_nothing_to_say_is_left_out_but_a_county_stays():
    table = made()
    city, county, own, zone = Place("市", "city"), Place("县"), Place("市本级", "pseudo"), Place("开发区", "pseudo")
    annex.fill_rows(
        table, city, [county, own, zone], lambda column, where: Told(where in (city, own)), lambda where: where.name
    )
    assert [(row.label, row.total) for row in table.rows] == [("市", True), ("县", False), ("市本级", False)]
    assert table.known


def test_a_table_without_a_single_known_figure_says_so():
    table = made()
    annex.fill_rows(
        table, Place("市", "city"), [Place("县")], lambda column, where: Told(False), lambda where: where.name
    )
    assert not table.known


def test_a_wide_table_lies_across():
    assert not made().landscape
    assert annex.make_annex({**DECLARATION, "columns": DECLARATION["columns"] * 2}, "2021", OPTIONS).landscape


def test_the_unit_of_a_head_is_that_of_every_column_below_it():
    columns = [{"head": "投资（亿元）", "places": 2, "columns": [{"head": "任务", "code": "a"}, {"head": "完成率", "code": "b", "show": "% 1"}]},
               {"head": "开工", "columns": [{"head": "户数（户）", "code": "c"}]}]  # fmt: skip
    table = annex.make_annex({"title": "表", "columns": columns}, "2021", {})
    assert [leaf.show for leaf in table.leaves] == ["亿元 upto 2", "% 1", "户 upto 0"]


def test_columns_of_which_nobody_says_anything_are_left_out_with_their_heads():
    said = {"start.target": Told(True), "audit.2019.found": Told(False, "no_task", 1)}
    table = made()
    annex.fill_rows(
        table,
        Place("市", "city"),
        [Place("县")],
        lambda column, where: said.get(column.code, Told(False)),
        lambda where: where.name,
    )
    table.prune()
    assert [leaf.code for leaf in table.leaves] == list(said)
    assert [[(head.heading, head.rowspan, head.colspan) for head in line] for line in table.head] == [
        [("县区名称", 2, 1), ("开工", 1, 1), ("2019年度", 1, 1)],
        [("任务", 1, 1), ("问题", 1, 1)],
    ]
    assert [cell.figure for cell in table.rows[1].cells] == list(said.values())
