"""Heads of several rows: every heading once, with how far it reaches."""

from hypothesis import given
from hypothesis import strategies as st

from anju.workbooks.writing.heads import head_cells, head_rows, paths_of


def test_columns_of_unequal_depth():
    cells = head_cells([("a",), ("b", "c"), ("b", "d"), ("b",)])
    assert [(one.heading, one.row, one.column, one.rowspan, one.colspan, one.leaf) for one in cells] == [
        ("a", 0, 0, 2, 1, True),
        ("b", 0, 1, 1, 2, False),
        ("b", 0, 3, 2, 1, True),
        ("c", 1, 1, 1, 1, True),
        ("d", 1, 2, 1, 1, True),
    ]


def test_an_empty_path_shares_the_column_before():
    [[name, group], below] = head_rows([("区划",), (), ("开工", "任务"), ("开工", "完成")])
    assert (name.heading, name.colspan, name.rowspan) == ("区划", 2, 2)
    assert (group.heading, group.column, group.colspan) == ("开工", 2, 2)
    assert [one.heading for one in below] == ["任务", "完成"]


def test_the_same_heading_under_two_others_is_two():
    rows = head_rows([("甲", "合计", "数"), ("乙", "合计", "数")])
    assert [[(one.heading, one.colspan) for one in row] for row in rows] == [
        [("甲", 1), ("乙", 1)], [("合计", 1), ("合计", 1)], [("数", 1), ("数", 1)],
    ]  # fmt: skip


def test_a_tree_gives_the_paths_of_its_columns():
    tree = {"合计": (), "开工": ("任务", "完成")}
    assert paths_of(tree, lambda heading: tree.get(heading, ())) == [("合计",), ("开工", "任务"), ("开工", "完成")]


@given(st.lists(st.lists(st.sampled_from("甲乙"), min_size=1, max_size=3), min_size=1, max_size=6))
def test_the_cells_cover_the_head_once(paths):
    covered = [
        (row, column)
        for one in head_cells(paths)
        for row in range(one.row, one.row + one.rowspan)
        for column in range(one.column, one.column + one.colspan)
    ]
    depth = max(map(len, paths))
    assert sorted(covered) == [(row, column) for row in range(depth) for column in range(len(paths))]
    assert [path[-1] for path in paths] == [
        one.heading for one in sorted(head_cells(paths), key=lambda one: one.column) if one.leaf
    ]
