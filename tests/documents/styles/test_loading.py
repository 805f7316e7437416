"""A style is read whole or refused with every problem at once, each with its line; a hostile one is a sentence and never a hang."""

import time

import pytest

from anju.documents.styles.library.finding import StyleLibrary
from anju.documents.styles.library.loading import load_text
from anju.problems import Refused

HEAD = """
style: sample
name: 示例通报
applies: {from: "2020-01-01"}
sources: [{title: 示例}]
periods: [year]
title: 关于{year}年示例的通报
"""
BODY = """
figures:
  start: {measure: shanty.start}
  before: {measure: shanty.start, period: year-1}
  more: {formula: start - before}
lists:
  idle: {of: regions, where: start = 0}
sections:
  - text: 开工{start}套。
"""


def problems(text: str, head: str = HEAD) -> list[str]:
    with pytest.raises(Refused) as refused:
        load_text((head + text).encode(), "示例.yaml")
    return [str(problem) for problem in refused.value.problems]


def test_a_style_is_read(db):
    style = load_text((HEAD + BODY).encode(), "示例.yaml")
    assert (style.code, list(style.figures), list(style.lists)) == ("sample", ["start", "before", "more"], ["idle"])


def test_every_problem_is_told_at_once_with_its_line(db):
    told = problems(
        BODY
        + """
  - text: "完成{finish}套，{each idle: {nam}}，{idle}。"
  - prose: nowhere
  - heading: 多少
    when: start > 1 and count(start) > 0
    content: []
conditions: {late: strat < 5}
"""
    )
    lines = {int(one.partition("第 ")[2].split()[0]) for one in told}
    assert {18, 19, 20} <= lines
    for word in ("finish", "nam", "idle”是名单", "nowhere", "start”是数", "strat"):
        assert any(word in one for one in told), (word, told)
    assert any("是不是 start" in one for one in told)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("sections: [{text: 开工{start]", "DOC-070", "YAML"),
        ("sections: [{text: 好}]\nfigure: {}", "DOC-070", "figure"),
        ("sections: [{}]", "DOC-070", "text、prose"),
        ("sections: [{text: 好, prose: a}]", "DOC-070", "只写"),
        ("sections: [{text: '开工{start'}]", "DOC-071", "第 4 个字"),
        ("figures: {start: {measure: a, formula: b}}\nsections: [{text: 好}]", "DOC-070", "只写一项"),
        ("figures: {start: {formula: 'a +* b'}}\nsections: [{text: 好}]", "DOC-072", "公式"),
        ("figures: {Start: {measure: a}}\nsections: [{text: 好}]", "DOC-073", "Start"),
        ("figures: {whole_x: {measure: a}}\nsections: [{text: 好}]", "DOC-073", "whole_x"),
        ("figures: {year: {measure: a}}\nsections: [{text: 好}]", "DOC-073", "已经用过"),
        ("figures: {a: {formula: b + 1}, b: {formula: a + 1}}\nsections: [{text: 好}]", "DOC-073", "自己算出自己"),
        ("lists: {a: {of: b}, b: {of: a}}\nsections: [{text: 好}]", "DOC-073", "自己算出自己"),
        ("lists: {tasks: {of: regions}}\nsections: [{text: 好}]", "DOC-073", "不能叫"),
        ("lists: {a: {of: tasks, rows: [{task: no_such}]}}\nsections: [{text: 好}]", "DOC-073", "no_such"),
        ("figures: {a: {measure: x, period: 去年}}\nsections: [{text: 好}]", "DOC-070", "去年"),
        ("figures: {a: {measure: x, unit: 斤}}\nsections: [{text: 好}]", "DOC-072", "斤"),
        ("prose: {opening: 开头}\nsections: [{text: 好}]", "DOC-073", "没有位置"),
        ("options: {a: {type: choice}}\nsections: [{text: 好}]", "DOC-070", "可以选的值"),
        ("figures: {a: {measure: x}}\nsections: [{text: '{choose a: 全部 → 好}'}]", "DOC-073", "没有“全部”这种情形"),
        ("sections: [{text: '{secret_key}'}]", "DOC-073", "secret_key"),
        ("annexes: [{name: a, title: 表, columns: [{head: 甲}]}]\nsections: [{text: 好}]", "DOC-070", "code"),
        ("reminders: [nothing]\nsections: [{text: 好}]", "DOC-073", "nothing"),
    ],
)
def test_what_is_wrong_is_told_for_whoever_must_mend_it(db, text, code, said):
    told = problems(text)
    assert any(code in one and said in one and "第 " in one for one in told), told


DEEP = "sections:\n" + "".join(f"{'  ' * (2 * level)}- content:\n" for level in range(60)) + "  " * 120 + "- text: 好\n"
HOSTILE = {
    "many names": "figures:\n" + "".join(f"  a{n}: {{measure: x}}\n" for n in range(2000)) + "sections: [{text: 好}]",
    "a long chain": "figures:\n  a0: {measure: x}\n"
    + "".join(f"  a{n}: {{formula: a{n - 1} + a{n - 1}}}\n" for n in range(1, 399))
    + "sections: [{text: 好}]",
    "deep sections": DEEP,
    "a long sentence": f"sections: [{{text: {'好' * 100_000}}}]",
    "many braces": f"sections: [{{text: '{'{when known(a): ' * 500}'}}]",
    "an anchor": "sections: &a [*a, *a]",
    "a bomb": "a: &a [1]\nb: &b [*a, *a]\nsections: [*b]",
    "a tag": "sections: !!python/object/apply:os.system ['ls']",
    "control characters": "sections: [{text: '\x01'}]",
    "deep yaml": "sections: " + "[" * 3000,
    "a long formula": f"conditions: {{a: '{'1 + ' * 5000}1'}}\nsections: [{{text: 好}}]",
    "much": f"# {'好' * 200_000}\nsections: [{{text: 好}}]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_style_is_a_sentence_and_never_a_hang(db, name):
    began = time.monotonic()
    told = problems(HOSTILE[name])
    assert all(one.startswith("[DOC-") for one in told)
    assert time.monotonic() - began < 10


def test_bytes_that_are_no_text_are_told(db):
    with pytest.raises(Refused, match="DOC-070"):
        load_text(b"\xff\xfe\x00", "示例.yaml")


def test_one_bad_file_stops_its_own_kind_alone(db, tmp_path):
    (tmp_path / "good.yaml").write_text(HEAD + BODY, "utf-8")
    (tmp_path / "bad.yaml").write_text(
        (HEAD + "sections: [{text: '{nothing}'}]").replace("style: sample", "style: other"), "utf-8"
    )
    library = StyleLibrary([tmp_path])
    import datetime

    assert library.find("sample", [], datetime.date(2023, 1, 1)).code == "sample"
    with pytest.raises(Refused, match="nothing"):
        library.find("other", [], datetime.date(2023, 1, 1))


def test_the_nearest_region_s_style_of_the_day_wins(db, tmp_path):
    import datetime

    def write(name: str, region: str = "", since: str = "2020-01-01", until: str = "") -> None:
        end = f', until: "{until}"' if until else ""
        text = (HEAD + BODY).replace('{from: "2020-01-01"}', f'{{from: "{since}"{end}}}')
        (tmp_path / name).write_text(
            text.replace("name: 示例通报", f"name: {name}" + (f'\nregion: "{region}"' if region else "")), "utf-8"
        )

    write("all.yaml")
    write("province.yaml", "520000", "2021-01-01", "2021-12-31")
    write("city.yaml", "520200", "2023-01-01")
    library = StyleLibrary([tmp_path])
    path = ["520201", "520200", "520000", "100000"]

    def on(day: str, regions: list[str]) -> str:
        return library.find("sample", regions, datetime.date.fromisoformat(day)).name

    assert (
        on("2020-06-30", path) == "all.yaml"
        and on("2021-06-30", path) == "province.yaml"
        and on("2023-06-30", path) == "city.yaml"
    )
    assert on("2023-06-30", ["410000", "100000"]) == "all.yaml"
    with pytest.raises(Refused, match="DOC-078"):
        on("2022-06-30", path)  # the province's own has lapsed


def test_two_styles_for_one_day_are_refused(db, tmp_path):
    import datetime

    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(HEAD + BODY, "utf-8")
    with pytest.raises(Refused, match="DOC-077"):
        StyleLibrary([tmp_path]).find("sample", [], datetime.date(2023, 1, 1))


@pytest.mark.parametrize("letter", [r"\0", r"\ud800", r"\x1b", r"\u202e", r"\ufffe"])
def test_letters_that_no_paper_prints_are_refused_when_written_as_escapes(letter):
    for text in (
        (HEAD + BODY).replace("name: ", f'name: "a{letter}" #'),
        (HEAD + BODY).replace("text: 开工{start}套。", f'text: "{letter}开工{{start}}套。"'),
    ):
        with pytest.raises(Refused) as refused:
            load_text(text.encode(), "甲.yaml")
        assert [one.code for one in refused.value.problems] == ["DOC-070"] and "U+" in refused.value.problems[0].what


def test_a_file_of_too_many_values_is_refused_before_the_rest_is_read(monkeypatch):
    """Judged by what was read, not by time: nothing beyond the limit is composed."""
    from ruamel.yaml.composer import Composer

    from anju.documents.styles.editing.source import StyleSource
    from anju.documents.styles.library.loading import MAX_NODES

    read, compose = [], Composer.compose_node
    monkeypatch.setattr(Composer, "compose_node", lambda self, *args: read.append(1) or compose(self, *args))
    text = HEAD + "figures: [" + ",".join("1" for _ in range(190_000)) + "]\n"
    for reader in (lambda: load_text(text.encode(), "大.yaml"), lambda: StyleSource(text)):
        read.clear()
        with pytest.raises(Refused, match=r"DOC-074.*键和值超过") as refused:
            reader()
        assert len(read) <= MAX_NODES and refused.value.problems[0].where.line == HEAD.count("\n") + 1


def test_of_thousands_of_slips_the_first_hundreds_are_told():
    figures = "figures:\n" + "".join(f"  figure_{number}: {{measure: shanty.start}}\n" for number in range(390))
    wrong = "sections:\n  - text:\n" + "".join(f'      - "{{figre_{number}}}"\n' for number in range(900))
    with pytest.raises(Refused) as refused:
        load_text((HEAD + figures + wrong).encode(), "错.yaml")
    assert len(refused.value.problems) == 301
    assert "错误超过 300 处，后面的没有列出" in refused.value.problems[-1].what
