"""A style's text changed part by part: what is changed is what was meant, the rest stays letter by letter, and what was different is told in words."""

import dataclasses
from pathlib import Path

import pytest

from anju.documents.styles.editing.changes import change_style
from anju.documents.styles.editing.difference import style_differences
from anju.documents.styles.editing.outline import outline_style
from anju.documents.styles.editing.source import StyleSource
from anju.problems import Refused

STYLES = sorted(file for file in (Path(__file__).parents[3] / "anju").rglob("*.yaml") if "styles" in file.parts)


@dataclasses.dataclass(frozen=True)
class Named:
    """What the editor knows of a measure."""

    code: str
    name: str


MEASURES = {
    code: Named(code, name)
    for code, name in (
        ("shanty.start", "棚改开工量"),
        ("shanty.start.rate", "棚改开工率"),
        ("prh.start", "公租房开工量"),
        ("prh.start.target", "公租房任务"),
    )
}
TEXT = """\
# 示例
style: sample
name: 示例简报
region: "140500"
applies: {from: "2020-01-01"}  # 以前的另有
sources: [{title: 示例}]
periods: [month]
title: "关于{period}工作的简报"
prose: {opening: 开头}
figures:
  start: {measure: shanty.start, show: 套 0}
  before: {measure: shanty.start, period: same-last-year}
  more: {formula: start - before}
lists:
  idle: {of: regions, where: start = 0}
sections:
  - prose: opening
  - heading: 开工
    content:
      - text:
          - "本市开工{start}套{choose more: 增加 → ，增加{more}套 | 减少 → ，减少}。"
          - "{when any(idle): {each idle join \\"；\\": {name}}没有开工。 | 都开工了。}"
        when: known(start)
annexes:
  - name: progress
    title: "{period}进展"
    columns:
      - {head: 开工, code: shanty.start}
      - {head: 率, code: shanty.start.rate, show: "% 1"}
      - {head: 上年, figure: before}
"""
SENTENCE = "sections/1/content/0/text/0"


def changed(text=TEXT, **change):
    return change_style(text, change, MEASURES)


def lines(before, after):
    """(lines that are gone, lines that came)."""
    old, new = before.splitlines(), after.splitlines()
    return [one for one in old if one not in new], [one for one in new if one not in old]


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_a_shipped_style_is_the_same_bytes_after_it_was_taken_apart(file):
    text = file.read_text("utf-8")
    assert StyleSource(text).text() == text
    outline = outline_style(StyleSource(text), {})
    assert outline.blocks and not [one for one in every_sentence(outline) if one.flaw]


def every_sentence(outline):
    todo = [*outline.blocks, *outline.enclosure]
    while todo:
        block = todo.pop()
        todo += block.blocks
        yield from block.sentences


def test_a_sentence_is_told_by_names_and_not_by_codes():
    outline = outline_style(StyleSource(TEXT), MEASURES)
    first, second = outline.blocks[1].blocks[0].sentences
    assert (
        first.text
        == "本市开工【棚改开工量】套（看棚改开工量−棚改开工量·上年同期，增加：，增加【棚改开工量−棚改开工量·上年同期】套；减少：，减少）。"
    )
    assert (
        second.text
        == "（有各地中棚改开工量=0的时：（各地中棚改开工量=0的逐个，用“；”隔开：【名称】）没有开工。；否则：都开工了。）"
    )
    assert outline.blocks[1].blocks[0].when_text == "棚改开工量已知"
    inner = next(one for one in second.pieces[0]["body"] if one["kind"] == "each")
    assert {"name", "start"} <= {one["name"] for one in outline.scopes[inner["scope"]]}


def test_a_figure_is_chosen_by_what_it_is_and_named_once():
    said = {
        "op": "figure",
        "path": SENTENCE,
        "source": "公租房开工{@}。",
        "measure": "公租房开工量〔prh.start〕",
        "unit": "万套",
        "places": "2",
    }
    first = changed(**said, period="year-1")
    assert lines(TEXT, first)[1] == [
        "  prh_start_year_1: {measure: prh.start, period: year-1}",
        '          - "公租房开工{prh_start_year_1 万套 2}。"',
    ]
    again = changed(first, **said, period="year-1")
    assert again.count("measure: prh.start") == 1
    known = changed(**(said | {"measure": "棚改开工量", "unit": "", "places": ""}), period="same-last-year")
    assert '"公租房开工{before}。"' in known


@pytest.mark.parametrize(
    ("change", "gone", "came"),
    [
        ({"op": "sentence", "path": SENTENCE, "source": "本市“{start}”套。"}, 1, ['          - "本市“{start}”套。"']),
        (
            {"op": "head", "key": "until", "value": "2025-12-31"},
            1,
            ['applies: {from: "2020-01-01", until: "2025-12-31"} # 以前的另有'],
        ),
        ({"op": "when", "path": "sections/1/content/0", "condition": ""}, 1, []),
        ({"op": "when", "path": "sections/1", "condition": "start > 0"}, 0, ["    when: start > 0"]),
        ({"op": "repeat", "path": "sections/1/content/0", "list": "idle"}, 0, ["        repeat: idle"]),
        ({"op": "add", "path": "sections/1/content/1", "kind": "text"}, 0, ['      - text: "（请写一句话）"']),
        (
            {"op": "add", "path": "sections/2", "kind": "prose", "name": "结尾"},
            1,
            ["prose: {opening: 开头, prose: 结尾}", "  - {prose: prose}"],
        ),
        ({"op": "add-sentence", "path": "sections/1/content/0"}, 0, ['          - "（请写一句话）"']),
        ({"op": "remove", "path": "sections/0"}, 2, ["prose: {}"]),
        ({"op": "remove", "path": "annexes/0/columns/1"}, 1, []),
        (
            {"op": "column", "path": "annexes/0/columns/0", "head": "本期开工"},
            1,
            ["      - {head: 本期开工, code: shanty.start}"],
        ),
        (
            {"op": "add-column", "path": "annexes/0/columns/3", "head": "公租房", "measure": "公租房开工量"},
            0,
            ["      - {head: 公租房, code: prh.start}"],
        ),
        (
            {
                "op": "list",
                "name": "idle",
                "where": "start < 5",
                "order": "start",
                "way": "asc",
                "top": "3",
                "label": "落后的",
            },
            1,
            ["  idle: {of: regions, where: start < 5, order: start asc, top: 3, label: 落后的}"],
        ),
    ],
    ids=lambda value: value.get("op") if isinstance(value, dict) else None,
)
def test_a_change_changes_what_it_says_and_nothing_else(change, gone, came):
    after = changed(**change)
    old, new = lines(TEXT, after)
    assert (len(old), new) == (gone, came)
    assert not StyleSource(after).style()[1] or change["op"] == "repeat"


def test_a_column_goes_where_it_is_moved():
    after = changed(op="move", path="annexes/0/columns/2", to=0)
    heads = [column.head for column in outline_style(StyleSource(after), MEASURES).annexes[0].columns]
    assert heads == ["上年", "开工", "率"]
    assert lines(TEXT, after) == ([], [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"op": "sentence", "path": "sections/9/text", "source": "…"}, "DOC-156"),
        ({"op": "sentence", "path": "sections/-1", "source": "…"}, "DOC-156"),
        ({"op": "move", "path": "annexes/0/columns/0", "to": 7}, "DOC-156"),
        ({"op": "remove", "path": "title/0"}, "DOC-156"),
        ({"op": "add", "path": "sections/0", "kind": "script"}, "DOC-156"),
        ({"op": "nothing", "path": "sections"}, "DOC-156"),
        ({"op": "figure", "path": SENTENCE, "source": "{@}", "measure": "没有的指标"}, "DOC-157"),
        ({"op": "figure", "path": SENTENCE, "source": "{@}{@}", "measure": "棚改开工量"}, "DOC-156"),
        ({"op": "figure", "path": SENTENCE, "source": "{@}", "measure": "棚改开工量", "unit": "里"}, "DOC-157"),
        ({"op": "figure", "path": SENTENCE, "source": "{@}", "measure": "棚改开工量", "period": "somewhen"}, "DOC-156"),
        ({"op": "when", "path": "sections/0", "condition": "start >"}, "DOC-157"),
        ({"op": "sentence", "path": SENTENCE, "source": "长" * 7000}, "DOC-156"),
    ],
)
def test_what_the_text_has_no_place_for_is_refused_and_nothing_breaks(change, code):
    with pytest.raises(Refused, match=code):
        changed(**change)


@pytest.mark.parametrize("text", ["", "style: [", "a: &x 1\nb: *x\n", "[" * 200])
def test_what_is_no_yaml_of_ours_is_refused(text):
    with pytest.raises(Refused, match=r"DOC-07[04]"):
        StyleSource(text)


@pytest.mark.parametrize(
    "text", ["- a", "sections: 3\nannexes: {a: 1}\nlists: 7\n", "sections: [[1], {text: {a: b}}, 5]\n"]
)
def test_an_outline_is_made_of_whatever_is_written(text):
    source = StyleSource(text)
    outline = outline_style(source, MEASURES)
    assert [block.kind for block in outline.blocks] in ([], ["text"])
    assert source.style()[1], "it is no style, and is told so"


def test_differences_are_told_in_words():
    assert style_differences(TEXT, TEXT, MEASURES) == []
    after = changed(op="sentence", path=SENTENCE, source="本市开工{before}套。")
    [found] = style_differences(TEXT, after, MEASURES)
    assert found.where == "正文"
    assert ("old", "【棚改开工量】") in found.parts and ("new", "【棚改开工量·上年同期】") in found.parts
    after = changed(op="remove", path="annexes/0/columns/1")
    [found] = style_differences(TEXT, after, MEASURES)
    assert found.parts == (("old", "栏“率”：棚改开工率，% 1"),) and "进展" in found.where
    after = changed(op="head", key="from", value="2021-01-01")
    assert style_differences(TEXT, after, MEASURES)[0].parts == (
        ("old", "2020-01-01"),
        ("new", "2021-01-01"),
        ("same", "起"),
    )


UNTOLD = """
style: sample
name: 示例通报
applies: {from: "2020-01-01"}
sources: [{title: 示例}]
periods: [half]
title: 示例
needs: [organs]
options: {word: {type: text, default: 甲}, pick: {type: choice, values: {a: 早, b: 晚}, default: a}}
sets: {some: {below: own}}
conditions: {good: start > 10}
lists: {each: {of: regions, set: some}}
figures: {start: {measure: shanty.start, when: good}, all: {sum: start, of: each}}
reminders: [{where: 某处, what: 少了, fix: 补上, when: good}]
sections:
  - {text: "{all}。{word}{pick}"}
annexes:
  - name: one
    table: {title: 表, corner: 地, total: {label: 合计}, columns: [{head: 数, key: x, code: shanty.start}], rows: {set: some}, where: "x > 1"}
"""


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("default: 甲", "default: 乙"),
        ("早", "迟"),
        ("default: a", "default: b"),
        ("some: {below: own}", "some: {regions: [140502]}"),
        ("start > 10", "start > 99"),
        ("set: some}}", "set: parts}}"),
        ("when: good}, all", "when: good or start > 1}, all"),
        ("少了", "多了"),
        ("needs: [organs]", "needs: [organs, addressee]"),
        ("rows: {set: some}", "rows: {regions: below}"),
        ("label: 合计", "label: 合计, partial: true"),
        ("x > 1", "x > 2"),
        ("title: 示例}", "title: 别的}"),
    ],
)
def test_what_the_outline_does_not_tell_is_told_as_it_is_written(words, others):
    """Who publishes must not read 没有不同 over another text."""
    assert style_differences(UNTOLD, UNTOLD, MEASURES) == []
    [found] = style_differences(UNTOLD, UNTOLD.replace(words, others, 1), MEASURES)
    assert found.where == "写法"


OPTIONED = TEXT.replace("figures:", "options:\n  who: {type: text, label: 谁, default: 某地}\n  way: {type: choice, values: [甲, 乙], default: 甲}\n"
                        "  rows: {type: tables, label: 几行}\ntexts:\n  praise: \"进展顺利\"\nfigures:", 1)  # fmt: skip


def test_options_texts_and_formulas_are_outlined_and_changed_in_place():
    shown = outline_style(StyleSource(OPTIONED), MEASURES)
    assert [(one.name, one.spec["kind"], one.spec["default"], one.spec["values"]) for one in shown.options] == [
        ("who", "文字", "某地", ""),
        ("way", "选一个", "甲", "甲、乙"),
        ("rows", "几行", "", ""),
    ]
    assert [(one.path, one.source) for one in shown.texts] == [("texts/praise", "进展顺利")]
    text = change_style(OPTIONED, {"op": "option", "path": "options/who", "key": "label", "value": "哪里"}, MEASURES)
    text = change_style(text, {"op": "option", "path": "options/way", "key": "default", "value": ""}, MEASURES)
    text = change_style(text, {"op": "sentence", "path": "texts/praise", "source": "进展缓慢"}, MEASURES)
    changed = outline_style(StyleSource(text), MEASURES)
    assert [one.spec["label"] for one in changed.options] == ["哪里", "", "几行"]
    assert changed.options[1].spec["default"] == "" and changed.texts[0].source == "进展缓慢"
    assert len([1 for one, two in zip(OPTIONED.splitlines(), text.splitlines(), strict=True) if one != two]) == 3
    for wrong in (
        {"path": "options/who", "key": "type"},
        {"path": "figures/start", "key": "label"},
        {"path": "options/none", "key": "label"},
    ):
        with pytest.raises(Refused, match="DOC-156"):
            change_style(OPTIONED, {"op": "option", "value": "x", **wrong}, MEASURES)


def test_a_formula_is_changed_and_what_is_none_is_refused():
    text = OPTIONED.replace("figures:", "figures:\n  twice: {formula: start + start}", 1)
    said = {"op": "formula", "path": "figures/twice"}
    assert "{formula: start - start}" in change_style(text, said | {"value": "start - start"}, MEASURES)
    with pytest.raises(Refused, match="DOC-157"):
        change_style(text, said | {"value": "start -"}, MEASURES)
    for path in ("figures/start", "figures/none", "options/who"):
        with pytest.raises(Refused, match="DOC-156"):
            change_style(text, said | {"path": path, "value": "start"}, MEASURES)
