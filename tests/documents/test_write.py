"""Writing: a document follows from the ledger, its free prose too, and nothing in it is typed."""

import pytest

from anju.core.models.trail import Trail
from anju.documents.layout import markup
from anju.documents.queries import documents
from anju.documents.services.documents import write_document
from anju.problems import Refused
from tests.documents.conftest import OPTIONS, PROSE, YEAR


def test_figures_reach_the_text_with_their_source(scope, draft):
    html = documents.find_version(scope, draft).html
    assert '<data class="fig" value="685" data-ref="subsidy.households@140500/2021">685</data>户' in html
    assert '<data class="fig" value="102.2" data-ref="subsidy.households.rate@140500/2021">102.2%</data>' in html
    assert "投资" in html and ">27.27</data>亿元" in html


def test_white_space_of_the_template_is_not_printed(scope, draft):
    texts = [
        sentence.text for sentence in markup.sentences(markup.parse_article(documents.find_version(scope, draft).html))
    ]
    assert "全年发放租赁补贴685户，完成年度任务的102.2%。" in texts


def test_free_prose_prints_figures_of_the_ledger(scope, draft):
    html = documents.find_version(scope, draft).html
    assert "<h2>二、存在的问题</h2>" in html
    assert (
        '<strong>一是</strong>全市开工<data class="fig" value="6631" data-ref="shanty.start@140500/2021">6631</data>套'
        in html
    )
    assert ">27.3</data>亿元" in html


def test_prose_is_escaped_and_cannot_bring_elements(scope, city, kind):
    draft = write_document(
        by=scope, kind="sample", region=city, period=YEAR, options=OPTIONS, prose={"problems": "<b>甲</b>&乙"}
    )
    assert "<p>&lt;b&gt;甲&lt;/b&gt;&amp;乙</p>" in documents.find_version(scope, draft).html


def test_every_reference_that_fails_is_told_at_once(scope, city, kind):
    prose = {
        "problems": [
            "[[no.such]]和[[shanty.start @999999]]",
            "[[shanty.start 斤]]、[[shanty.start /2021-13]]、{nothing}",
        ]
    }
    with pytest.raises(Refused) as refused:
        write_document(by=scope, kind="sample", region=city, period=YEAR, options=OPTIONS, prose=prose)
    told = [str(problem) for problem in refused.value.problems]
    assert len(told) == 5 and all(
        any(word in one for one in told) for word in ("no.such", "999999", "斤", "2021-13", "nothing")
    )


def test_unknown_is_blank_and_marked(scope, city, kind):
    draft = write_document(
        by=scope,
        kind="sample",
        region=city,
        period=YEAR,
        options=OPTIONS,
        prose={"problems": "基本建成[[shanty.complete]]套。"},
    )
    assert (
        '<data class="fig none" data-ref="shanty.complete@140500/2021"></data>套'
        in documents.find_version(scope, draft).html
    )


def test_a_draft_shows_that_it_is_one_and_has_no_number(scope, draft):
    html = documents.find_version(scope, draft).html
    assert '<p class="doc-number">草稿</p>' in html and draft.number == "" and draft.issued_on is None


def test_each_writing_is_a_version_and_the_same_text_is_none(scope, draft):
    again = write_document(by=scope, kind="sample", region=draft.region, period=YEAR)
    assert again.pk == draft.pk and documents.list_versions(scope, draft).count() == 1
    write_document(
        by=scope, kind="sample", region=draft.region, period=YEAR, options={**OPTIONS, "title": "另一个标题"}
    )
    assert [one.serial for one in documents.list_versions(scope, draft)] == [2, 1]
    assert documents.find_document(scope, draft.pk).title == "另一个标题"
    assert documents.find_version(scope, draft).prose == PROSE
    assert Trail.objects.filter(obj__startswith="公文").count() == 2


def test_what_it_was_made_of_is_kept(scope, draft):
    version = documents.find_version(scope, draft)
    rate = next(one for one in version.figures if one["ref"] == "subsidy.households.rate@140500/2021")
    assert rate["text"] == "102.2%" and len(rate["observations"]) == 2 and "完成年度任务的102.2%" in rate["sentence"]
    assert version.books == [{"kind": "scoring", "subject": "sample", "title": "示例", "digest": "d" * 64}]
    assert len({version.figures_digest, version.template_digest, version.html_digest}) == 3


def test_another_region_s_document_is_not_found(scope, draft):
    from anju.core.people.scope import Actor
    from anju.documents.models import Document

    stranger = Actor("east", "外县", frozenset({draft.region_id + 1}))
    with pytest.raises(Document.DoesNotExist):
        documents.find_document(stranger, draft.pk)


def test_no_such_kind(scope, city):
    with pytest.raises(Refused, match="DOC-010"):
        write_document(by=scope, kind="none", region=city, period=YEAR)


def test_a_template_that_prints_no_figure_is_a_defect(scope):
    from anju.documents.text.printing import FigureFormat, figure_html

    with pytest.raises(ValueError, match="no figure"):
        figure_html("", FigureFormat())
    with pytest.raises(ValueError, match="no unit"):
        FigureFormat.of("亿圆")


def test_a_key_that_the_kind_does_not_have_is_refused_with_the_nearest_and_all_that_it_has(scope, city, kind):
    with pytest.raises(Refused) as refused:
        write_document(
            by=scope,
            kind="sample",
            region=city,
            period=YEAR,
            options={"organ": "甲", "addresse": "乙"},
            prose={"problem": "丙"},
        )
    option, section = refused.value.problems
    assert (option.code, section.code) == ("DOC-032", "DOC-033")
    assert (
        "addresse" in str(option.where)
        and "是不是 addressee" in option.fix
        and "claim" in option.fix
        and "是不是 problems" in section.fix
    )


def test_an_option_that_the_prose_asks_for_is_no_typing_error(scope, city, kind):
    prose = {"problems": "按照{plan_name}办理。"}
    draft = write_document(
        by=scope, kind="sample", region=city, period=YEAR, options={**OPTIONS, "plan_name": "方案"}, prose=prose
    )
    assert "按照方案办理" in documents.find_version(scope, draft).html
