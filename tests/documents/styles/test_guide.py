"""The guide to styles: what it shows can be used as it stands, and it tells every key and every word."""

import re
from pathlib import Path

from anju.documents.styles import sources
from anju.documents.styles.language import schema, times
from anju.documents.styles.language.conditions import QUESTIONS
from anju.documents.styles.language.sentences import ATTRIBUTES, LABELS
from anju.documents.styles.library import loading
from anju.documents.styles.library.loading import load_text

GUIDE = (Path(__file__).parents[3] / "docs" / "styles.md").read_text("utf-8")


def example() -> str:
    return re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[1]


def test_the_style_that_is_shown_is_written(scope, written, monkeypatch, tmp_path):
    (tmp_path / "brief.yaml").write_text(example(), "utf-8")
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))
    text = re.sub(r"<[^>]+>", "", written("half-year-brief").html)
    assert "开工90套，完成年度任务的90.0%，比上年同期增加10套，增长12.5%。" in text
    assert "开工率居前的是钟山区（100.0%）、六枝特区（75.0%）。" in text


def test_the_style_that_is_shown_has_no_problem(db):
    assert load_text(example().encode(), "guide.yaml").code == "half-year-brief"


def test_every_list_annex_and_reminder_of_the_rooms_is_told_with_what_its_members_say(db):
    brought = [sources.paper_lists(), sources.paper_annexes(), sources.paper_reminders()]
    words = [code for codes in brought for code in codes]
    told = [*sources.paper_lists().values()]
    while told:
        one = told.pop()
        words += [*one.words, *one.figures, *one.truths, *one.pieces, *one.lists]
        told += one.lists.values()
    assert [word for word in words if not re.search(rf"\b{word}\b", GUIDE)] == []


def test_every_key_and_word_is_told(db):
    words = [
        *loading.KEYS, *loading.FIGURE, *loading.LIST, *loading.SET, *loading.BLOCK, *QUESTIONS, *schema.OPTION_TYPES, *schema.SHAPES, *schema.WORDS,
        *ATTRIBUTES, *LABELS.values(), *times.RELATIVE,
    ]  # fmt: skip
    left = {"是", "否"}
    assert [word for word in words if word not in GUIDE and word not in left] == []
