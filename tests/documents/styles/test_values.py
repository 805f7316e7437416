"""What the names of a style come to: measures of other places and times, formulas, sums, counts, and what no measure is."""

import pytest

from anju.problems import Refused
from tests.documents.styles.conftest import told
from tests.sample_place import CITY, FIRST, SECOND


def test_a_formula_over_an_unknown_is_unknown_and_its_sentence_is_not_printed(says):
    text, version = says(
        "开工{start}套。少报{less}套。",
        "{start: {measure: shanty.start}, gone: {measure: prh.start}, less: {formula: start - gone}}",
    )
    assert text == "开工90套。"
    assert any(one["code"] == "DOC-034" and "少报" in one["what"] for one in version.warnings)


def test_a_ratio_is_exact_and_rounded_once(says):
    figures = "{a: {measure: shanty.start}, b: {measure: invest.done}, c: {measure: shanty.start.target}, share: {formula: a / c, unit: '%', places: 2}}"
    assert says("占{share}。", figures)[0] == "占90.00%。"


def test_points_are_printed_without_the_sign(says):
    figures = "{now: {measure: shanty.start.rate}, target: {measure: shanty.start.target}, was: {formula: before / target, unit: '%'}, before: {measure: shanty.start, period: same-last-year}, "
    figures += "up: {formula: now - was}}"
    assert says("提高{up bare}个百分点。", figures)[0] == "提高10.0个百分点。"


def test_a_ratio_over_nothing_is_unknown(says):
    figures = "{a: {measure: shanty.start}, zero: {formula: a - a}, share: {formula: a / zero, unit: '%'}}"
    assert says("{choose share: 未知 → 无从计算 | 其他 → 占{share}}。", figures)[0] == "无从计算。"


def test_two_units_are_not_added(says):
    with pytest.raises(Refused, match="DOC-076"):
        says("合计{sum}。", "{a: {measure: shanty.start}, b: {measure: invest.done}, sum: {formula: a + b}}")


def test_what_a_formula_comes_to_is_in_the_unit_it_says(says):
    with pytest.raises(Refused, match="DOC-076"):
        says("合计{sum}。", "{a: {measure: shanty.start}, sum: {formula: a + a, unit: 亿元}}")


def test_a_measure_that_is_not_there_is_named_with_its_line(says):
    with pytest.raises(Refused, match=r"DOC-075.*第 9 行.*shanty.stort.*shanty.start"):
        says("开工{a}套。", "{a: {measure: shanty.stort}}")


def test_an_option_of_another_type_is_refused(says):
    with pytest.raises(Refused, match="DOC-080"):
        says("好。", options="{order: {type: regions}}", order="各县")
    with pytest.raises(Refused, match="DOC-080"):
        says("好。", options="{way: {type: choice, values: [total, part]}}", way="other")


def test_a_choice_puts_its_word_and_its_measure(says):
    options = "{way: {type: choice, values: {total: shanty.start, target: shanty.start.target}, default: total}}"
    text = "{choose way: total → 完成 | target → 任务}{a}套。"
    assert says(text, "{a: {measure: '{way}'}}", options=options)[0] == "完成90套。"
    assert says(text, "{a: {measure: '{way}'}}", options=options, way="target")[0] == "任务100套。"


def test_a_sum_over_a_set_names_who_is_left_out(says):
    sets = (
        f"{{town: {{regions: ['{FIRST}']}}, rest: {{below: own, minus: [town]}}, both: {{plus: [town, '{SECOND}']}}}}"
    )
    figures = "{town_start: {measure: shanty.start, over: town}, both_start: {measure: shanty.start, over: both}}"
    assert says("城区{town_start}套，合计{both_start}套。", figures, sets=sets)[0] == "城区60套，合计90套。"


def test_a_list_over_a_set_in_the_order_of_an_option(says):
    sets = "{mine: {below: own, order: order}}"
    lists = "{those: {of: regions, set: mine, where: known(start)}}"
    given = {"options": "{order: {type: regions}}", "order": [SECOND, FIRST]}
    assert (
        says("{each those: {name}{start}套}。", "{start: {measure: shanty.start}}", lists, sets, **given)[0]
        == "六枝特区30套、钟山区60套。"
    )


def test_the_first_few_and_who_shares_the_last_place(scope, says):
    told(scope, {"shanty.start": "60"}, SECOND, reason="更正")
    figures = "{start: {measure: shanty.start}}"
    lists = "{best: {of: regions, where: known(start), order: start desc, top: 1}}"
    assert says("{each best: {name}}。", figures, lists)[0] == "钟山区、六枝特区。"
    cut = lists.replace("top: 1", "top: 1, cut: true")
    assert says("{each best: {name}}。", figures, cut)[0] == "钟山区。"


def test_the_sum_of_a_list_and_the_share_of_each(says):
    figures = "{start: {measure: shanty.start}, listed: {sum: start, of: those}}"
    lists = "{those: {of: regions, where: known(start), figures: {share: {formula: start / whole_listed, unit: '%', places: 1}}}}"
    assert (
        says("共{listed}套，{each those: {name}占{share}}。", figures, lists)[0]
        == "共90套，钟山区占66.7%、六枝特区占33.3%。"
    )


def test_a_list_within_a_list_speaks_of_the_outer_member(scope, says):
    lists = "{jobs: {of: tasks, rows: [{task: shanty_start}, {task: invest}]}, behind: {of: regions, where: actual < target}, short: {of: jobs, where: count(behind) > 0}}"
    text = "{each short: {name}：{each behind: {name}{actual}{unit}，全市{whole_actual}{unit}}}。"
    assert says(text, lists=lists)[0] == "棚户区改造开工：六枝特区30套，全市90套。"


def test_all_some_and_none_wait_for_who_is_unknown(scope, says):
    from anju.figures.models import CurrentFigure

    figures = "{start: {measure: shanty.start}, target: {measure: shanty.start.target}}"
    lists = "{asked: {of: regions, where: target > 0}, done: {of: asked, where: start >= target}}"
    text = "{choose all(done): 是 → 均已完成 | 否 → 没有全部完成 | 未知 → 还不能说}。"
    assert says(text, figures, lists)[0] == "没有全部完成。"
    CurrentFigure.objects.filter(period="2023-06", region__code=SECOND).delete()
    assert says(text, figures, lists)[0] == "还不能说。"


def test_what_others_published_is_printed_with_its_source(says):
    text, version = says("居全省{rank}。", "{rank: {given: {text: 第一, source: 省厅通报〔2023〕5号}}}")
    assert text == "居全省第一。" and any(one["ref"].startswith("style:sample/rank") for one in version.figures)


def test_a_run_that_was_not_made_takes_its_sentence_out(says):
    text, version = says(
        "得分{score}分。其他正常。", "{score: {run: {kind: scoring, subject: prh-shanty, step: total}}}"
    )
    assert text == "其他正常。" and any(one["code"] == "DOC-034" for one in version.warnings)


def test_the_number_of_an_earlier_paper(scope, written, says):
    from datetime import date

    from anju.documents.services import documents

    version = written("half-year", "2023-Q1")
    paper = version.document
    documents.sign_off_document(by=scope, document=paper, on=date(2023, 4, 10), reason="示例")
    documents.issue_document(by=scope, document=paper, number="示保〔2023〕2号", on=date(2023, 4, 11), reason="示例")
    figures = "{old: {paper: {kind: half-year, what: number}}, day: {paper: {kind: half-year, what: date}}}"
    assert says("见{old}（{day}）。", figures)[0] == "见示保〔2023〕2号（2023年4月11日）。"


def test_what_lies_above_is_read_in_the_writer_s_scope_alone(scope, half_year, says):
    from anju.core.people.scope import open_scope
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document
    from tests.cast import CITY_POSTS, operator

    told(scope, {"shanty.start": "500"}, "520000")
    figures = "{start: {measure: shanty.start}, above: {measure: shanty.start, region: parent}}"
    text = "开工{start}套。{when known(above): 全省{above}套。}"
    assert says(text, figures)[0] == "开工90套。全省500套。"
    with open_scope(operator(CITY_POSTS, CITY)) as user:
        document = write_document(by=user, kind="sample", region=half_year, period="2023-H1", options={}, prose={})
        assert "全省" not in find_version(user, document).html


def test_a_paper_of_many_figures_is_a_handful_of_statements(says, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        says("开工{start}套。", "{start: {measure: shanty.start}, before: {measure: shanty.start, period: year-1}}")


@pytest.mark.parametrize(
    ("text", "figures", "lists", "code"),
    [
        ("{when place > 3: 好}。", "{}", "{}", "DOC-072"),
        ("{when whole + 1 > year: 好}。", "{}", "{}", "DOC-072"),
        (
            "{all}。",
            "{all: {sum: actual, of: jobs}}",
            "{jobs: {of: tasks, rows: [{task: shanty_start}, {task: invest}]}}",
            "DOC-076",
        ),
        (
            "{each behind: {name}}。",
            "{}",
            "{jobs: {of: tasks, rows: [{task: invest}]}, behind: {of: regions, where: actual < 5}}",
            "DOC-073",
        ),
        (
            "{each jobs: {gap}}。",
            "{}",
            "{jobs: {of: tasks, rows: [{task: invest}], figures: {gap: {formula: actual - start}}}}",
            "DOC-073",
        ),
    ],
)
def test_what_can_only_be_told_at_a_place_is_a_sentence_too(says, text, figures, lists, code):
    with pytest.raises(Refused, match=code):
        says(text, figures, lists)


def test_different_units_that_only_a_member_has_are_refused(says):
    lists = "{jobs: {of: tasks, rows: [{task: invest}], figures: {gap: {formula: actual - start}}}}"
    with pytest.raises(Refused, match="DOC-076"):
        says("{each jobs: {gap}}。", "{start: {measure: shanty.start}}", lists)


def test_a_row_that_lacks_a_word_prints_nothing_for_it(says):
    lists = "{funds: {of: rows, rows: [{lead: 下达, name: 投资, amount: {measure: invest.done}, unit: 亿元}, {name: 目标, amount: {measure: invest.target}, unit: 亿元}]}}"
    assert says("{each funds: {lead}{name}{amount}{unit}}。", lists=lists)[0] == "下达投资12.5亿元、目标20亿元。"


def test_a_list_longer_than_the_limit_is_refused(says, monkeypatch):
    from anju.documents.styles.values import lists

    monkeypatch.setattr(lists, "MAX_MEMBERS", 1)
    with pytest.raises(Refused, match="DOC-074"):
        says("{each all: {name}}。", lists="{all: {of: regions}}")


def test_a_paper_that_looks_up_too_much_is_refused(says, monkeypatch):
    from anju.documents.styles.values import paper

    monkeypatch.setattr(paper, "MAX_STEPS", 3)
    with pytest.raises(Refused, match="DOC-074"):
        says("{each all: {name}{start}}。", "{start: {measure: shanty.start}}", "{all: {of: regions}}")


def test_a_text_that_grows_too_long_is_refused(says, monkeypatch):
    from anju.documents.styles import writing

    monkeypatch.setattr(writing, "MAX_CHARACTERS", 5)
    with pytest.raises(Refused, match="DOC-074"):
        says("{each all: {name}}。", lists="{all: {of: regions}}")


def test_the_latest_report_under_a_calibre_is_that_calibre_s(scope, half_year, says):
    told(scope, {"invest.done": "11"}, period="2023-05", calibre="cal2")
    told(scope, {"invest.done": "9"}, period="2023-04", calibre="cal2")
    figures = "{plain: {measure: invest.done, latest: true}, other: {measure: invest.done, calibre: cal2, latest: true}, rate: {measure: invest.rate, calibre: cal2, latest: true}}"
    text, _ = says("{plain 亿元 1}、{other 亿元 1}、{rate % 1}。", figures)
    assert text == "12.5、11.0、55.0%。"


def test_a_task_of_the_latest_report_is_told_under_the_place_s_calibre(scope, half_year, says):
    told(scope, {"invest.done": "11"}, period="2023-05", calibre="cal2")
    lists = "{each: {of: tasks, latest: true, calibres: calibres, rows: [{task: invest}]}}"
    options = "{calibres: {type: table, label: 口径}}"
    text, _ = says(
        "{each each: {actual 亿元 1}、{target 亿元 1}、{rate % 1}}。",
        lists=lists,
        options=options,
        calibres={"invest.done": "cal2"},
    )
    assert text == "11.0、20.0、55.0%。"


def test_a_total_that_waits_for_a_place_names_it(says, scope, half_year):
    told(scope, {"prh.start": "5"}, FIRST, "2023-H1")
    text, version = says("开工{start}套。筹集{prh}套。", "{start: {measure: shanty.start}, prh: {measure: prh.start}}")
    [what] = [one["what"] for one in version.warnings if one["code"] == "DOC-034"]
    assert text == "开工90套。" and "“公租房开工（筹集）量”（已报1/4，缺：六枝特区、水城区、盘州市）" in what


def test_within_a_half_year_a_calibre_has_its_own_latest_report(scope, half_year, says):
    told(scope, {"invest.done": "11"}, period="2023-05", calibre="cal2")
    figures = "{plain: {measure: invest.done}, other: {measure: invest.done, calibre: cal2}}"
    assert says("{plain}、{other}。", figures)[0] == "12.5、11。"


def test_a_half_year_is_not_compared_with_one_that_reaches_further(scope, says):
    """May of this year stands for the half-year; of the year before June does."""
    from anju.figures.models import CurrentFigure

    figures = "{now: {measure: invest.done}, was: {measure: invest.done, period: same-last-year}, more: {formula: now - was, unit: 亿元, places: 1}}"
    text = "完成{now}{choose more: 未知 → 。 | 其他 → ，增加{more}。}"
    assert says(text, figures)[0] == "完成12.5，增加2.5。"
    CurrentFigure.objects.filter(measure_id="invest.done", period="2023-06").delete()
    told(scope, {"invest.done": "11"}, period="2023-05")
    assert says(text, figures)[0] == "完成11。"
