"""Score tables explained, judged, tried out; warnings."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.browser import see

# What the published report says of each judged item: 焦财综〔2021〕1号 附件1.
FULL = {
    "rules_sound": "2", "on_time": "2", "targeted": "1", "monitored": "2", "goals_set": "3", "breaches": "0", "severe_breaches": "0",
    "undisclosed": "0", "days_late": "0", "incomplete_loss": "0", "defects": "0", "petitions_left": "0",
}  # fmt: skip


@pytest.fixture
def judged(page):
    """The score table of 焦作市, judged through the page."""
    page.goto("/runs/new/prh-shanty/?region=410800&period=2020")
    for name, value in FULL.items():
        field = page.locator(f"[name=in_{name}]")
        if field.count():
            field.fill(value)
            page.locator(f"[name=why_{name}]").fill("焦财综〔2021〕1号")
    page.get_by_role("button", name="运行评分").click()
    page.locator("#score").wait_for()
    return page


def count_of_runs(user):
    from anju.runs.models import Run

    return Run.objects.count()


def test_every_point_of_the_table_is_explained(judged):
    see(judged.locator("h1"), "100分")
    first = judged.locator("button.expander").first
    first.focus()
    judged.keyboard.press("Enter")
    see(judged.locator("#why-1"), "市县财政安排补助资金", "6469")
    assert judged.locator("#score tr.total td").last.inner_text() == "100"


def test_what_if_tells_the_difference_and_stores_nothing(judged, user):
    before = count_of_runs(user)
    judged.locator("#in_days_late").fill("2")
    judged.get_by_role("button", name="试算").click()
    told = judged.locator("#what-if")
    told.get_by_text("合计由").wait_for()
    see(told, "100", "98")
    # what was left alone is not told as changed
    expect(told.locator(".done p").first).to_have_text("报送逾期由0改为2天")
    assert count_of_runs(user) == before


def test_what_if_refuses_what_is_out_of_range_in_place(judged):
    judged.locator("#in_days_late").fill("99999")
    judged.get_by_role("button", name="试算").click()
    judged.locator("#what-if .problems").wait_for()
    judged.lines.expect("422")


def test_how_much_more_would_give_how_many_points(page):
    page.goto("/runs/new/prh-shanty/?region=410800&period=2020")
    for name, value in (FULL | {"days_late": "3"}).items():
        field = page.locator(f"[name=in_{name}]")
        field.fill(value)
        page.locator(f"[name=why_{name}]").fill("报送登记")
    page.get_by_role("button", name="运行评分").click()
    page.locator("#score").wait_for()
    see(page.locator("h1"), "扣分1处")
    page.get_by_role("button", name="全部展开").click()
    page.get_by_role("button", name="做到多少能多得几分").first.click()
    page.get_by_text("可多得").wait_for()


def test_judgement_without_evidence_is_refused_and_nothing_typed_is_lost(page):
    page.goto("/runs/new/prh-shanty/?region=410800&period=2020")
    page.locator("[name=in_days_late]").fill("1")
    page.locator("[name=why_days_late]").fill("")
    page.get_by_role("button", name="运行评分").click()
    page.get_by_text("没有写佐证材料").first.wait_for()
    page.lines.expect("422")
    expect(page.locator("[name=in_days_late]")).to_have_value("1")


def test_warnings_name_the_place_and_lead_to_their_figures(page):
    page.goto("/runs/?region=140500")
    row = page.locator("#findings tr", has_text="总体完成").filter(has_text="高平市").first
    assert "橙色" in row.inner_text()
    row.get_by_role("link").click()
    page.locator("ul.findings a.fig").first.click()
    page.locator("#panel .facts").first.wait_for()


def test_running_the_warnings_says_how_many(page):
    page.goto("/runs/?region=140500")
    page.get_by_role("button", name="运行预警和校验").click()
    page.locator(".done", has_text="预警和校验规则已运行").wait_for()


def test_a_run_can_be_recomputed_to_the_same_bytes(page):
    page.goto("/runs/?region=140500")
    page.locator("#runs tbody th a").first.click()
    see(page.locator("main"), "重新计算，结果一致")


def test_points_on_the_rule_page_add_up(page):
    page.goto("/rules/scoring/prh-shanty/2020-01-01/")
    firsts = page.locator("#scoring tbody th.first + td").all_inner_texts()
    assert sum(map(Decimal, firsts[:-1])) == Decimal(firsts[-1]) == 100


OWN = """kind: subsidy
subject: rent-subsidy
regions: ["{region}"]
applies: {{from: "2020-01-01", stated: false}}
title: {place}租赁补贴
sources: {{S1: {{title: 示例办法}}}}
row: household-month
dated: {{from: "2020-01-01", source: S1 附表, checked: "2026-01-15"}}
inputs:
  income: {{label: 月人均收入, unit: 元, range: [0, 1000000]}}
parameters:
  line: {{label: 收入线, unit: 元, values: [{{value: "{line}"}}]}}
  rate: {{label: 月补贴标准, unit: fen, bands: income, values: [{{value: [{{upto: line, value: "50000"}}, {{above: line, refuse: income_ok}}]}}]}}
conditions:
  income_ok: {{label: 收入, says: "月人均收入 {{income}}，高于 {{line}}"}}
steps:
  amount: {{label: 月补贴, unit: fen, formula: rate}}
result: amount
"""


def test_two_places_own_books_that_begin_on_one_day_have_a_page_each(page, tmp_path, monkeypatch):
    for region, place, line in (("140500", "晋城市", "3000"), ("410800", "焦作市", "2800")):
        (tmp_path / f"{region}.yaml").write_text(OWN.format(region=region, place=place, line=line), "utf-8")
    monkeypatch.setenv("ANJU_BOOKS", str(tmp_path))
    for place, region, line in (("晋城市", "140500", "3000"), ("焦作市", "410800", "2800")):
        page.goto("/rules/")
        see(page.locator("main"), "施行日期未载")
        page.get_by_role("link", name=f"{place}租赁补贴").click()
        see(page.locator(".sub").first, f"施行日期未载，按2020年1月1日起施行 · 适用地区 {region}")
        see(page.locator("main"), "不超过“收入线”：500.00 元；超过“收入线”：不予办理")
        see(page.locator("main"), f"{line} 元")
