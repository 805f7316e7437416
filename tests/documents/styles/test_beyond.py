"""What a sentence prints that no measure is: others' words with their source, steps of runs, papers of other places; and what opens behind each."""

from datetime import date

import pytest

from anju.documents.services import documents
from anju.problems import Refused
from anju.runs.services import runs
from tests.cast import person, sign_in
from tests.sample_place import CITY, place

PROVINCE = "520000"
OPTION = {"options": "{place_of: {type: given, label: 全省位次}}"}
RANK = "{rank: {given: {option: place_of}}}"


def ref_of(version, beginning):
    return next(one["ref"] for one in version.figures if one["ref"].startswith(beginning))


def opened(client, ref):
    sign_in(client, person(("publisher",), CITY))
    answer = client.get("/figures/door/", {"ref": ref})
    assert answer.status_code == 200
    return answer.content.decode()


def test_others_words_are_the_paper_s_own_and_open_their_source(client, says):
    given = {"text": "第一", "source": "省厅通报〔2023〕5号"}
    text, version = says("居全省{rank}。", RANK, **OPTION, place_of=given)
    assert text == "居全省第一。"
    page = opened(client, ref_of(version, "style:sample/rank"))
    assert "全省位次" in page and "第一" in page and "省厅通报〔2023〕5号" in page


def test_a_sentence_of_others_words_that_nobody_gave_is_not_printed(says):
    text, version = says("居全省{rank}。其他正常。{when known(rank): 好。}", RANK, **OPTION)
    assert text == "其他正常。" and any("全省位次" in one["what"] for one in version.warnings)


@pytest.mark.parametrize(
    "given", [{"text": "第一"}, {"text": "第一", "source": " "}, "第一", {"text": "1", "source": "2", "on": "3"}]
)
def test_words_without_their_source_are_refused(says, given):
    with pytest.raises(Refused, match=r"DOC-080.*text: 怎么说, source: 出处"):
        says("居全省{rank}。", RANK, **OPTION, place_of=given)


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ("{rank: {given: {option: nowhere}}}", "DOC-073"),
        ("{rank: {given: {text: 第一}}}", "DOC-070"),
        ("{rank: {given: {text: 第一, source: 甲, option: place_of}}}", "DOC-070"),
    ],
)
def test_a_style_says_where_others_words_come_from(says, figures, code):
    with pytest.raises(Refused, match=code):
        says("居全省{rank}。", figures, **OPTION)


def test_a_step_that_the_book_does_not_have_is_told_with_its_line(scope, half_year, says):
    runs.run_book(
        by=scope, kind="check", subject="full-score", region=half_year, period="2023", on=date(2023, 12, 31),
        judged={"place": "示例市", "score": "97.50", "problems": "0"},
    )  # fmt: skip
    figures = "{score: {run: {kind: check, subject: full-score, step: STEP}}}"
    assert says("自评{score}分。", figures.replace("STEP", "score"), period="2023")[0] == "自评97.5分。"
    with pytest.raises(Refused, match=r"DOC-142.*第 9 行.*没有“scor”.*是不是 score"):
        says("自评{score}分。", figures.replace("STEP", "scor"), period="2023")
    with pytest.raises(Refused, match=r"DOC-142.*没有“140500”"):
        says("自评{score}分。", figures.replace("STEP", "score, row: '140500'"), period="2023")


def test_the_paper_of_the_place_above_is_named_and_opens(scope, client, written, says):
    paper = documents.write_document(
        by=scope, kind="half-year", region=place(scope, PROVINCE), period="2023-Q1",
        options={"organs": ["省厅"], "addressee": "各市"}, prose={},
    )  # fmt: skip
    documents.sign_off_document(by=scope, document=paper, on=date(2023, 4, 10), reason="示例")
    documents.issue_document(by=scope, document=paper, number="省保〔2023〕2号", on=date(2023, 4, 11), reason="示例")
    written("half-year", "2023-Q1")
    figures = "{above: {paper: {kind: half-year, what: number}, region: parent}, own: {paper: {kind: half-year, what: number}}}"
    text, version = says("按照{above}。{when known(own): 见{own}。}", figures)
    assert text == "按照省保〔2023〕2号。"
    sign_in(client, person(("publisher",), PROVINCE))
    page = client.get("/figures/door/", {"ref": ref_of(version, "style:sample/above")}).content.decode()
    assert paper.get_absolute_url() in page and paper.title in page


def test_a_name_that_computes_a_figure_opens_as_a_figure(client, says):
    figures = "{start: {measure: shanty.start}, twice: {formula: start * 2}}"
    _, version = says("加倍{twice}套。", figures)
    assert "start * 2" in opened(client, ref_of(version, "style:sample/twice"))
