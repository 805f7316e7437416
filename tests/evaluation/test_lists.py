"""What a style may say of score tables: scores row by row, what points were lost for, the rank of places by their scores."""

import re
from datetime import date

import pytest

from anju.figures.services import observations
from anju.problems import Refused
from anju.runs.services import runs
from tests.evaluation.test_reports import FACTS, JUDGED, plain, scored
from tests.sample_place import FIRST, SECOND, place

pytestmark = pytest.mark.usefixtures("measures")

STYLE = """
style: scores
name: 评分通报
applies: {{from: "2015-01-01"}}
sources: [{{title: 示例}}]
periods: [year]
title: 评分通报
options: {{tables: {{type: tables, keys: [book, name]}}}}
figures:
  score: {{run: {{kind: scoring, subject: prh-shanty, step: total}}}}
lists:
  every_table: {{of: score-tables}}
  {lists}
sections:
  - text: "{text}"
"""


@pytest.fixture
def says(scope, monkeypatch, tmp_path):
    """text and lists of a style → what its paper says of the sample place in 2020."""
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document

    def say(text, lists=""):
        (tmp_path / "scores.yaml").write_text(STYLE.format(text=text, lists=lists), "utf-8")
        monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
        options = {"organs": ["示例机关"], "tables": [{"book": "prh-shanty", "name": "公租房和棚改"}]}
        document = write_document(
            by=scope, kind="scores", region=place(scope), period="2020", options=options, prose={}
        )
        version = find_version(scope, document)
        return version, plain(version).partition("评分通报")[2].split("示例机关")[0].strip()

    return say


def test_what_points_were_lost_for_is_told_with_its_figures(scope, says):
    scored(scope)
    version, text = says(
        "{each every_table: {name}满分{points}分，得{total}分，{each losses join “；”: {name}扣{lost}分（{why}）}}。"
    )
    assert text.startswith("公租房和棚改满分100分，得94.5分，违规违纪情况扣0.5分（查实违规违纪1项，每项扣0.5分")
    assert "扣5分（实际开工95套，计划100套，完成95.0%" in text
    assert re.search(r'<data class="fig" value="0.5" data-ref="run:\d+/扣分/[^"]+">0.5</data>', version.html)
    assert [book["subject"] for book in version.books] == ["prh-shanty"]


def test_each_indicator_is_told_with_its_points_and_score(scope, says):
    scored(scope)
    _, text = says("{each every_table: {each indicators: {second}{score}（{points}）}}。")
    assert text.startswith("资金筹集10（10）、资金分配5（5）、资金使用管理9.5（10）") and text.count("、") >= 8


def test_places_are_ranked_by_the_score_of_their_run(scope, says):
    scored(scope)
    for code, breaches in ((FIRST, "3"), (SECOND, "0")):
        for measure, value in FACTS.items():
            observations.enter_figure(by=scope, measure=measure, region=place(scope, code), period="2020", value=value)
        runs.run_book(
            by=scope, kind="scoring", subject="prh-shanty", region=place(scope, code), period="2020", on=date(2020, 12, 31),
            judged=JUDGED | {"breaches": breaches},
        )  # fmt: skip
    lists = "best: {of: regions, order: score desc}"
    _, text = says("{each best join “；”: 第{rank}名{name}{score}分}。{each best_unknown: {name}}没有评分。", lists)
    assert text.startswith("第1名六枝特区95分；第2名钟山区93.5分。") and text.endswith("盘州市没有评分。")


def test_a_table_that_was_never_scored_is_refused(scope, says):
    from anju.figures import catalogue

    catalogue.load_catalogue(by=scope)
    with pytest.raises(Refused, match="EVAL-001"):
        says("{each every_table: {total}}。")
