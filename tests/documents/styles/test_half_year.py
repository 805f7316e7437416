"""A paper that exists as data alone: half-year, with lists, a ranking and a comparison with the year before."""

import io
import re
import zipfile

import openpyxl
import pytest

from anju.documents.layout import markup
from anju.documents.writers.formats import write_formats
from tests.documents.styles.conftest import BEFORE, told
from tests.sample_place import FIRST, SECOND


def plain(version) -> str:
    return re.sub(r"<[^>]+>", "", version.html)


def test_its_sentences_are_of_the_ledger(written):
    text = plain(written())
    assert "目标任务是：棚户区改造开工100套，城镇保障性安居工程投资20亿元。" in text
    assert "截至2023年6月底，全市棚户区改造开工90套，为年度任务的90.0%；" in text
    assert "钟山区等1个已完成年度开工任务。" in text
    assert "第1名钟山区（100.0%）；第2名六枝特区（75.0%）。" in text


def test_a_comparison_names_what_grew(written):
    text = plain(written())
    assert "棚户区改造开工90套，比上年同期增加10套，增长12.5%。完成投资12.50亿元，同比增长25.0%。" in text


def test_a_comparison_over_an_unknown_year_drops_its_clause_alone(scope, written, half_year):
    from anju.figures.models import CurrentFigure

    CurrentFigure.objects.filter(period=BEFORE).delete()
    text = plain(written())
    assert "棚户区改造开工90套。完成投资12.50亿元。" in text and "同期" not in text.split("附件")[0].replace(
        "与上年同期比较", ""
    )


def test_less_and_the_same_are_told_as_what_they_are(scope, written):
    told(scope, {"shanty.start": "100", "invest.done": "12.5"}, period=BEFORE, reason="更正")
    text = plain(written())
    assert "比上年同期减少10套，下降10.0%。完成投资12.50亿元，与上年同期持平。" in text


def test_who_has_not_reported_is_named_apart_from_who_did_nothing(scope, written):
    from anju.figures.models import CurrentFigure

    told(scope, {"shanty.start": "0"}, FIRST, reason="更正")
    CurrentFigure.objects.filter(period="2023-06", region__code=SECOND).delete()
    text = plain(written())
    assert "钟山区开工为零。六枝特区开工情况未报。" in text


def test_equal_ones_share_a_rank(scope, written):
    told(scope, {"shanty.start": "40"}, SECOND, reason="更正")
    assert "第1名钟山区、六枝特区并列（100.0%）。" in plain(written())


def test_a_task_that_nobody_reported_is_told_as_unreported(scope, written):
    told(scope, {"prh.start.target": "30"}, period="2023")
    assert "公租房开工（筹集）年度任务30套，完成情况未报。" in plain(written())


def test_the_annex_has_columns_of_the_style_beside_measures(written):
    from tests.fidelity.reading import tables

    [table] = tables(written().html)
    assert table.rows["六盘水市"]["上年同期"] == "80" and table.rows["六盘水市"]["增减"] == "10"


def test_it_is_written_to_every_format(written):
    version = written()
    files = write_formats(version.html, ["docx", "pdf", "xlsx"], version.document.title)
    assert "比上年同期增加" in zipfile.ZipFile(io.BytesIO(files["docx"])).read("word/document.xml").decode()
    assert files["pdf"][:4] == b"%PDF"
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).worksheets[0]
    assert [cell.value for cell in sheet[4]][:2] == ["六盘水市", 100] or any(
        row[0].value == "六盘水市" and row[1].value == 100 for row in sheet.iter_rows()
    )


def test_every_figure_knows_where_it_comes_from(scope, written):
    from anju.figures.queries.references import resolve_reference
    from anju.figures.references import FigureReference

    version = written()
    printed = {
        one.ref: one.text
        for line in markup.sentences(markup.parse_article(version.html))
        for one in line.figures
        if one.text
    }
    assert any(ref.startswith("style:half-year/") for ref in printed)
    for ref, text in printed.items():
        figure = resolve_reference(scope, FigureReference.parse(ref))
        assert figure.text().rstrip("%") == text.rstrip("%") or figure.text("亿元", 2) == text, ref


def test_it_becomes_stale_where_a_figure_changed(scope, written):
    from anju.documents.queries.stale import stale_sentences

    version = written()
    told(scope, {"shanty.start": "95"}, reason="更正")
    stale = stale_sentences(scope, version.document)
    assert any("比上年同期增加15套，增长18.8%" in one.new for one in stale)


def test_a_period_that_the_style_does_not_tell_is_refused(written):
    from anju.problems import Refused

    with pytest.raises(Refused, match="DOC-079"):
        written(period="2023")


def test_the_version_keeps_the_digest_of_its_style(written):
    from anju.documents.styles.library.finding import style_library

    [style] = [style for style in style_library().styles if style.code == "half-year"]
    assert written().template_digest == style.digest
