"""What a style says of lists besides their members: who reported anything, sums of one day, what its writer is reminded of, headings over nothing."""

import pytest

from tests.documents.styles.conftest import told
from tests.documents.styles.test_loading import BODY, problems
from tests.sample_place import FIRST, SECOND

TASKS = "{each_task: {of: tasks, rows: [{task: prh_start}]}, "
SILENT = (
    TASKS + "still: {of: regions, where: 'not known(actual)'}, asleep: {of: still, where: not has_reported}, "
    "awake: {of: still, where: has_reported}}"
)


def test_who_reported_anything_of_the_paper_is_told_from_who_reported_nothing(says):
    text = "{each each_task: 没有报的{each asleep: {name}}。报了别的{each awake: {name}}。}开工{start}套。"
    said = says(text, "{start: {measure: shanty.start}}", SILENT)[0]
    assert "报了别的钟山区、六枝特区。" in said and "没有报的水城区、盘州市。" in said


def test_what_is_not_of_the_paper_is_no_report_of_its(says):
    assert "报了别的。" in says("{each each_task: 报了别的{each awake: {name}}。}", lists=SILENT)[0]


SUM = (
    "{of_all: {sum: start, of: those}, start: {measure: shanty.start}}",
    "{those: {of: regions, where: known(start)}}",
)


@pytest.mark.parametrize(
    ("period", "said"), [("2023-Q2", "合计140套。"), ("2023-05", "不能合计：各自的数不是同一天的，不能相加。")]
)
def test_what_counts_up_to_one_day_is_added_whatever_it_was_reported_for(scope, says, half_year, period, said):
    """FIRST and SECOND reported June, in H1: 60 and 30."""
    figures = "{of_all: {sum: start, of: both}}"
    lists = (
        "{both: {of: rows, rows: [{start: {measure: shanty.start, period: 2023-06, region: '" + FIRST + "'}}, "
        "{start: {measure: shanty.start, period: " + period + ", region: '" + SECOND + "'}}]}}"
    )
    told(scope, {"shanty.start": "80"}, SECOND, period)
    text = "{when known(of_all): 合计{of_all}套。 | 不能合计：{of_all.why}。}"
    assert says(text, figures, lists)[0] == said


def test_a_style_says_what_its_writer_is_reminded_of(says):
    reminders = """
reminders:
  - {repeat: idle, where: "{name}", what: "开工{start}套，{start.why}。", fix: 请核对。}
  - {when: any(idle), where: 全市, what: "{whole}要看{each idle: {name}}。", fix: "请看{year}年的数。"}
  - {when: start > 1000, where: 全市, what: 不该有的提醒。, fix: 无。}
"""
    lists = "{idle: {of: regions, where: not known(start) or start < 40}}" + reminders
    version = says("开工{start}套。", "{start: {measure: shanty.start}}", lists)[1]
    said = [(one["where"], one["what"], one["fix"]) for one in version.warnings if one["code"] == "DOC-130"]
    assert said == [
        ("六枝特区", "开工30套，。", "请核对。"),
        ("水城区", "开工套，未报。", "请核对。"),
        ("盘州市", "开工套，未报。", "请核对。"),
        ("全市", "全市要看六枝特区、水城区、盘州市。", "请看2023年的数。"),
    ]
    assert {one["ref"] for one in version.figures} == {"shanty.start@520200/2023-06"}


def test_what_a_reminder_names_is_checked_like_a_sentence(db):
    wrong = '\nreminders:\n  - {repeat: idle, where: "{nam}", what: "{start}", fix: "{idle}", when: strat > 1}\n'
    said = problems(BODY + wrong + "  - {repeat: idel, where: 甲, what: 乙, fix: 丙}\n")
    for word in ("idel", "nam", "idle”是名单", "strat"):
        assert any(word in one and "reminders" in one for one in said), word
    said = problems(BODY + "\nreminders:\n  - {what: 只有一半, who: 谁}\n")
    for word in ("where", "fix", "who"):
        assert any(word in one for one in said), word


def test_a_heading_over_nothing_takes_no_number_though_words_follow(says):
    text = '甲{start}套。"\n  - heading: 空的\n    content: [{when: start > 1000, text: 没有}]\n  - text: "乙。"\n  - heading: 有的\n    content: [{text: 丙。}]\n  - text: "丁。'
    said = says(text, "{start: {measure: shanty.start}}")[0]
    assert said.split() == ["甲90套。", "乙。", "一、有的", "丙。", "丁。"]


def test_an_option_that_is_not_given_has_its_table_by_default(says):
    options = "{banks: {type: table, default: {cdb: 国开行, adb: 农发行}}}"
    lists = "{each_bank: {of: option, option: banks}}"
    assert says("{each each_bank: {item_name}}。", lists=lists, options=options)[0] == "国开行、农发行。"
    assert says("{each each_bank: {item_name}}。", lists=lists, options=options, banks={"icbc": "工行"})[0] == "工行。"


def test_a_word_that_says_something_is_known(says):
    lists = "{two: {of: rows, rows: [{name: 甲, note: 有注}, {name: 乙}]}}"
    assert says("{each two: {name}{when known(note): （{note}）}}。", lists=lists)[0] == "甲（有注）、乙。"


def test_the_whole_year_is_no_year_of_the_whole(says):
    assert says("{when whole_year: 全年 | 半年}。")[0] == "半年。"
    assert says("{when whole_year: 全年 | 半年}。", period="2023")[0] == "全年。"
