"""The notice that divides a year's targets: sums are made, not typed, and a node before its paper binds no one."""

import re

import pytest

from tests.fidelity.reading import tables
from tests.sample_place import FIRST, SECOND, place, told, written

pytestmark = pytest.mark.usefixtures("measures")  # made once: most of these tests need them

OPTIONS = {
    "groups": [
        {"total": "市区合计", "label": "市区", "regions": [FIRST]},
        {"total": "各县合计", "label": "各县", "regions": [SECOND]},
    ]
}


def plain(version) -> str:
    return re.sub(r"<[^>]+>", "", version.html)


def divided(user, **options):
    told(user, {"shanty.start.target": "100", "prh.start.target": "30"})
    told(user, {"shanty.start.target": "60"}, FIRST)
    told(user, {"shanty.start.target": "30", "prh.start.target": "30"}, SECOND)
    return written(user, "decomposition", OPTIONS | options)


def test_what_is_handed_out_is_summed_beside_what_was_handed_down(scope):
    version = divided(scope)
    [table] = tables(version.html)
    column = "城市棚户区改造任务/开工任务小计"
    first, second = place(scope, FIRST).name, place(scope, SECOND).name
    assert [(label, table.rows[label][column]) for label in list(table.rows)[:6]] == [
        ("下达任务", "100"), ("任务分解", "90"), ("市区合计", "60"), (first, "60"), ("各县合计", "30"), (second, "30"),
    ]  # fmt: skip
    assert "开工130套，其中：城市棚户区改造新开工100套；新开工（筹集）公租房30套" in plain(version)


def test_a_column_without_a_task_stays_blank_and_a_part_without_one_adds_nothing(scope):
    [table] = tables(divided(scope).html)
    assert table.rows["任务分解"]["公租房/2023年新开工"] == "30" and table.rows["市区合计"]["公租房/2023年新开工"] == ""
    assert table.rows["任务分解"]["公租房/基本建成"] == ""


def test_a_part_that_has_not_reported_leaves_the_sum_unknown(scope):
    told(scope, {"prh.allocated.target": "5"}, FIRST)
    from anju.figures.services import observations

    observations.enter_figure(
        by=scope, measure="prh.allocated.target", region=place(scope, SECOND), period="2023", state="unreported"
    )
    [table] = tables(written(scope, "decomposition", OPTIONS).html)
    assert (
        table.rows["任务分解"]["公租房/2023年新增分配入住"] == ""
        and table.rows["市区合计"]["公租房/2023年新增分配入住"] == "5"
    )


def test_sub_totals_have_references_of_their_own(scope):
    version = divided(scope)
    refs = {
        one["text"]: one["ref"]
        for one in version.figures
        if one["ref"].startswith("shanty.start.target@") and one["where"].startswith("附件 ")
    }
    assert refs["90"].endswith("#任务分解/2023") and refs["100"] == "shanty.start.target@520200/2023"


def test_a_node_before_its_paper_is_marked_as_binding_no_one(scope):
    told(scope, {"shanty.start.target": "100"})
    from anju.figures.services import observations

    nodes = [
        {"code": "shanty.start.rate.target", "period": period, "name": "新开工"} for period in ("2023-06", "2023-09")
    ]
    for node, value in zip(nodes, ("80", "100"), strict=True):
        observations.enter_figure(
            by=scope, measure=node["code"], region=place(scope), period=node["period"], value=value, unit="%"
        )
    text = plain(written(scope, "decomposition", {"nodes": nodes, "dated": "2023-08-05"}))
    assert "2023年6月底前，新开工目标任务完成80%；2023年9月底前，新开工目标任务完成100%" in text
    assert "其中2023年6月的节点早于本方案印发日期，只作进度对照，不据以追究" in text
    assert "节点早于" not in plain(written(scope, "decomposition", {"nodes": nodes, "dated": "2023-05-01"}))


def test_the_title_names_the_plan_of_the_place(scope):
    assert "关于印发《2023年六盘水市城镇保障性安居工程建设工作实施方案》的通知" in plain(divided(scope))
