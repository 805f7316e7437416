"""A circular of May becomes a style; June is written from it by choosing the month, in the office's own words, every number the ledger's."""

import re

from anju.documents.binding.proposing import propose_paper
from anju.documents.binding.sentences import CONSTANT
from anju.documents.binding.styling import make_style
from anju.documents.checker.reading import read_html, read_paper, read_text
from anju.documents.styles.library.loading import load_text
from anju.documents.styles.writing import write_style
from anju.figures.services.observations import correct_figure
from tests.documents.binding.papers import JUNE, MAY, print_paper
from tests.sample_place import place

DRAFTED = {"organs": ["示例机关"], "addressee": "各地"}
LAYOUT = re.compile(r"^(?:附件|各.*：$|.*文件$|六住建通|六盘水市住房|2023年7月5日|单位：)")


def styled(user, region, paper, period=MAY):
    """With every number confirmed as it was proposed, and what the ledger does not hold as it is printed."""
    made = propose_paper(user, paper, region, period)
    meanings = {one.serial: one.figures[0].meant if one.figures else CONSTANT for one in made.numbers.values()}
    return make_style(paper, meanings, made.holdings, period, code="own-circular", name="工作通报")


def written(user, region, style, period):
    read = load_text(style.text.encode(), "样式.yaml")
    made = write_style(read, user, region, period, DRAFTED, {})
    assert not made.reminders
    return read_html(made.html)


def sentences(paper):
    titles = {table.title for table in paper.tables}
    return [one.text for one in paper.paragraphs if one.text not in titles and not LAYOUT.match(one.text)]


def cells(paper):
    return [
        [
            [cell.text if (cell := table.cells.get((row, column))) else "" for column in range(table.columns)]
            for row in range(table.head, table.rows)
        ]
        for table in paper.tables
    ]


def test_next_months_paper_is_what_the_office_would_have_written(scope, ledger):
    for number in (0, 1, 3):
        may = read_paper(print_paper(scope, number, MAY).file, "五月.docx")
        new = written(scope, ledger, styled(scope, ledger, may), JUNE)
        june = read_paper(print_paper(scope, number, JUNE).file, "六月.docx")
        missing = [text for text in sentences(june) if text not in sentences(new)]
        assert not missing, number
        assert cells(new) == cells(june), number


def test_what_grew_and_shrinks_next_time_is_told_so(scope, ledger):
    paper = read_text("关于2023年5月棚改进展的通报\n全市棚户区改造开工3232套，比上年同期增加1148套。\n")
    style = styled(scope, ledger, paper)
    assert "增加 → 增加{" in style.text
    correct_figure(
        by=scope, measure="shanty.start", region=place(scope), period="2022-06", value="99999", reason="示例更正"
    )
    assert re.search(r"比上年同期减少9\d{4}套。", "".join(sentences(written(scope, ledger, style, JUNE))))


def test_a_number_that_nobody_confirmed_is_filled_in_next_time(scope, ledger):
    paper = read_text("关于2023年5月工作的通报\n全市召开调度会7次，加装电梯97部。\n")
    made = propose_paper(scope, paper, ledger, MAY)
    style = make_style(paper, {}, made.holdings, MAY, code="own-circular", name="工作通报")
    read = load_text(style.text.encode(), "样式.yaml")
    assert "全市召开调度会＿＿次，加装电梯＿＿部。" in write_style(read, scope, ledger, JUNE, DRAFTED, {}).html
    filled = write_style(read, scope, ledger, JUNE, DRAFTED | {"fill_1": "8", "fill_2": "101"}, {})
    assert "全市召开调度会8次，加装电梯101部。" in filled.html
    assert sum("上期" in note for note in style.notes) == 2


def test_a_year_of_its_own_stays_and_is_pointed_at(scope, ledger):
    paper = read_text("关于2023年5月工作的通报\n2019年前开工的项目要在2023年5月底前交付，9月底前办证。\n")
    style = styled(scope, ledger, paper)
    text = "".join(sentences(written(scope, ledger, style, JUNE)))
    assert "2019年前开工的项目要在2023年6月底前交付，9月底前办证。" in text
    assert any("2019年" in note for note in style.notes) and any("9月" in note for note in style.notes)


def test_braces_and_bars_of_a_paper_are_words(scope, ledger):
    words = "要求{a|b}→落实#一\\二：“三”'四'｛五｝！"
    paper = read_text(f"关于2023年5月工作的通报\n{words}\n")
    text = "".join(sentences(written(scope, ledger, styled(scope, ledger, paper), JUNE)))
    assert "{a|b}→落实#一\\二：“三”'四'{五}！" in text


CLAIMS = """关于2023年5月棚改进展的通报
全市棚户区改造开工3232套，各县（市、区）均超额完成任务，同比增加。
各项年度任务已经完成。
各地要确保完成年度任务。
"""


def test_words_that_claim_without_a_number_are_written_only_where_the_writer_says_that_they_hold(scope, ledger):
    style = styled(scope, ledger, read_text(CLAIMS))
    read = load_text(style.text.encode(), "样式.yaml")
    made = write_style(read, scope, ledger, JUNE, DRAFTED, {})
    text = "".join(one.text for one in read_html(made.html).paragraphs)
    for gone in ("均超额", "同比增加", "各项年度任务已经完成"):
        assert gone not in text
        assert [one.code for one in made.reminders if gone in one.what] == ["DOC-130"], gone
    assert re.search(r"全市棚户区改造开工\d+套。", text) and "各地要确保完成年度任务。" in text
    kept = write_style(read, scope, ledger, JUNE, DRAFTED | {f"fill_{number}": "keep" for number in (1, 2, 3)}, {})
    text = "".join(one.text for one in read_html(kept.html).paragraphs)
    assert re.search(r"开工\d+套，各县（市、区）均超额完成任务，同比增加。", text) and "各项年度任务已经完成。" in text
    assert not kept.reminders
    dropped = write_style(read, scope, ledger, JUNE, DRAFTED | {f"fill_{number}": "drop" for number in (1, 2, 3)}, {})
    assert "已经完成" not in dropped.html and not dropped.reminders
    assert sum("是否仍然成立才写" in note for note in style.notes) == 3


def test_a_claim_at_the_head_of_a_sentence_leaves_the_rest_whole(scope, ledger):
    paper = read_text("关于2023年5月棚改进展的通报\n各项任务全部完成，全市棚户区改造开工3232套。\n")
    read = load_text(styled(scope, ledger, paper).text.encode(), "样式.yaml")
    assert re.search(r">全市棚户区改造开工<", write_style(read, scope, ledger, JUNE, DRAFTED, {}).html)
