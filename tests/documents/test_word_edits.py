"""What an editor, another program or a hand does to a Word file: each change of a number is told, and nothing else is one."""

import contextlib
import copy
import random
import re
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from anju.documents.layout.markup import parse_article
from anju.documents.text import readback, word_file
from anju.documents.writers import word
from anju.problems import Refused

CASES = Path(__file__).parent / "data/word"


def fig(ref: str, text: str) -> str:
    return f'<data class="fig" data-ref="{ref}">{text}</data>'


def row(label: str, **figures: str) -> str:
    return f"<tr><td>{label}</td>{''.join(f'<td>{fig(ref, text)}</td>' for ref, text in figures.items())}</tr>"


HEAD = (
    '<tr><th rowspan="2">县区</th><th colspan="2">开工</th><th rowspan="2">投资（亿元）</th><th rowspan="2">完成率</th></tr>'
    "<tr><th>任务</th><th>完成</th></tr>"
)
ARTICLE = f"""<article class="official"><h1>通报</h1>
<p>全市投资{fig("invest", "27.27")}亿元，开工{fig("start", "6631")}套，开工率{fig("rate", "138.8%")}。</p>
<p>省定任务为总户数的{fig("share", "二分之一")}，已开工{fig("every", "全部")}项目。</p>
<section class="annex" data-title="附件"><h1>完成情况</h1><p class="unit-line">单位：套</p>
<table><thead>{HEAD}</thead><tbody>{row("城区", a1="450", a2="423", a3="9.10", a4="94.0%")}
{row("泽州县", b1="80", b2="114", b3="", b4="—")}</tbody></table></section></article>"""


@pytest.fixture
def file():
    return docx.Document(BytesIO(word.to_docx(parse_article(ARTICLE))))


def saved(file) -> bytes:
    stream = BytesIO()
    file.save(stream)
    return stream.getvalue()


def compared(content) -> readback.EditComparison:
    content = content if isinstance(content, bytes) else saved(content)
    return readback.compare_blocks(ARTICLE, ARTICLE, word_file.read_word(content))


def changes(content) -> dict[str, str]:
    return {one.ref: one.found for one in compared(content).changed}


def run_with(file, text):
    return next(run for part in (file.element.body,) for run in part.iter(qn("w:r")) if text in "".join(run.itertext()))


def retype(file, old, new):
    """Type over a text that stands in one run."""
    text = next(node for node in file.element.body.iter(qn("w:t")) if old in (node.text or ""))
    text.text = text.text.replace(old, new)


def rewritten(content: bytes, every) -> bytes:
    """The package with its parts renamed and their text replaced, by two functions."""
    out = BytesIO()
    rename, change = every
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(rename(name), change(source.read(name)))
    return out.getvalue()


def test_an_untouched_export_loses_nothing(file):
    found = compared(file)
    assert found.changed == found.disagree == found.prose == []
    assert [one.found for one in found.figures if one.ref in ("share", "every", "b4")] == ["二分之一", "全部", "—"]


@pytest.mark.parametrize(
    ("case", "document"),
    [("04_jincheng_saved_by_libreoffice", "jincheng-2021"), ("05_jiaozuo_untouched_export", "jiaozuo-2020")]
    + [(f"12_{name}", "jincheng-2021") for name in ("document2", "strict")],
)
def test_a_file_only_opened_and_saved_elsewhere_has_no_change(case, document):
    html = (CASES / f"{document}.html").read_text(encoding="utf-8")
    found = readback.compare_blocks(html, html, word_file.read_word((CASES / f"{case}.docx").read_bytes()))
    assert found.figures and found.changed == found.disagree == found.prose == []


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("minus", ("27.27", "-27.27")),
        ("unit", ("27.27亿元", "27.27万元")),
        ("strike", ("6631", "7000")),
    ],
)
def test_a_changed_sign_unit_or_struck_number_is_told(case, change):
    html = (CASES / "jincheng-2021.html").read_text(encoding="utf-8")
    found = readback.compare_blocks(html, html, word_file.read_word((CASES / f"12_{case}.docx").read_bytes()))
    assert [(one.printed, one.found) for one in found.changed] == [change] and found.disagree == found.changed
    assert found.prose == []


def test_a_footnote_mark_is_no_digit_and_is_told_as_words():
    html = (CASES / "jincheng-2021.html").read_text(encoding="utf-8")
    found = readback.compare_blocks(html, html, word_file.read_word((CASES / "12_circled.docx").read_bytes()))
    assert found.changed == found.disagree == []
    assert len(found.prose) == 1 and "①" in found.prose[0].new


@pytest.mark.parametrize("mark", ["②", "⑳", "㊿", "²", "³", "❶", "*", "※", "[1]", "〔2〕", "⒈"])
def test_no_mark_after_a_number_becomes_a_part_of_it(file, mark):
    retype(file, "6631", f"6631{mark}")
    found = compared(file)
    assert found.changed == [] and any(mark in one.new for one in found.prose)


def test_a_raised_digit_is_a_footnote_mark(file):
    run = run_with(file, "6631")
    before, after = run.text.split("6631")
    run.text = f"{before}6631"
    raised = parse_xml(f'<w:r {nsdecls("w")}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>12</w:t></w:r>')
    run.addnext(raised)
    rest = OxmlElement("w:r")
    rest.text = after
    raised.addnext(rest)
    found = compared(file)
    assert found.changed == [] and "6631套¹²" in found.prose[0].new


@pytest.mark.parametrize(
    "typed",
    [
        "-27.27亿元",
        "−27.27亿元",
        "－27.27亿元",
        "–27.27亿元",
        "—27.27亿元",
        "负27.27亿元",
        "△27.27亿元",
        "▲27.27亿元",
        "27.27万元",
        "27.27元",
        "27.27万亿元",
        "27.27亿美元",
        "27.27",
        "27.27%",
        "2727亿元",
        "2.727亿元",
        "27.2.7亿元",
        "27.27-30亿元",
        "27.27～30亿元",
        "27.27至30亿元",
        "27.27—27.3亿元",
        "27.27E5亿元",
        "27.27余亿元",
        ".27亿元",
        "二十七亿元",
        "若干亿元",
        "27 27亿元",
        "27.27¹⁄5亿元",
        "２７．２８亿元",
        "𝟐𝟕.𝟐𝟕亿元",
        "27，27亿元",
    ],
)
def test_every_change_of_a_number_is_told(file, typed):
    retype(file, "27.27亿元", typed)
    assert "invest" in changes(file)
    assert {one.ref for one in compared(file).changed} == {"invest"}


@pytest.mark.parametrize("typed", ["138.8‰", "138.8个百分点", "138.8百分点", "138.8", "138.8倍", "13.88%", "1.388"])
def test_a_percentage_is_no_percentage_point(file, typed):
    retype(file, "138.8%", typed)
    assert set(changes(file)) == {"rate"}


@pytest.mark.parametrize(
    ("old", "typed"),
    [
        ("27.27亿元", "２７．２７亿元"),
        ("27.27亿元", "27.27 亿元"),
        ("6631套", "6,631套"),
        ("6631套", "6，631套"),
        ("6631套", "6\u2009631套"),
        ("6631套", "6\u202f631套"),
        ("138.8%", "138.8％"),
        ("138.8%", "138.8﹪"),
        ("6631套", "6\u200b631套"),
    ],
)
def test_another_way_of_typing_is_no_change(file, old, typed):
    retype(file, old, typed)
    found = compared(file)
    assert found.changed == [] and found.prose == []


@pytest.mark.parametrize(
    ("old", "typed", "ref"),
    [
        ("二分之一", "三分之一", "share"),
        ("二分之一", "二分之二", "share"),
        ("二分之一", "一半以上", "share"),
        ("二分之一", "50%", "share"),
        ("全部", "过半", "every"),
        ("全部", "一半", "every"),
        ("全部", "12个", "every"),
        ("全部", "", "every"),
    ],
)
def test_a_figure_in_words_that_was_changed_is_told(file, old, typed, ref):
    retype(file, old, typed)
    assert set(changes(file)) == {ref}


# --- cells -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "typed", "ref"),
    [
        (1, "-450", "a1"),
        (1, "450万", "a1"),
        (1, "450户", "a1"),
        (1, "450-460", "a1"),
        (1, "45", "a1"),
        (1, "", "a1"),
        (1, "未报", "a1"),
        (3, "9.10万元", "a3"),
        (3, "9.1", "a3"),
        (4, "94.0‰", "a4"),
        (4, "94.0", "a4"),
    ],
)
def test_a_changed_cell_is_told(file, place, typed, ref):
    file.tables[0].rows[2].cells[place].paragraphs[0].runs[0].text = typed
    assert set(changes(file)) == {ref}


@pytest.mark.parametrize(("place", "typed"), [(1, "450套"), (1, "４５０"), (3, "9.10亿元"), (4, "94.0 ％")])
def test_a_cell_that_says_its_unit_is_no_change(file, place, typed):
    file.tables[0].rows[2].cells[place].paragraphs[0].runs[0].text = typed
    assert changes(file) == {}


def test_a_blank_or_a_dash_that_was_filled_is_told(file):
    row = file.tables[0].rows[3]
    row.cells[3].paragraphs[0].add_run("1.5")
    row.cells[4].paragraphs[0].runs[0].text = "100%"
    assert changes(file) == {"b3": "1.5", "b4": "100%"}


def test_a_unit_changed_in_the_head_changes_every_number_below(file):
    retype(file, "投资（亿元）", "投资（万元）")
    assert changes(file) == {"a3": "9.10万元"}


def test_a_unit_changed_above_the_table_changes_its_numbers(file):
    retype(file, "单位：套", "单位：户")
    assert set(changes(file)) == {"a1", "a2", "b1", "b2"}


def test_a_dragged_border_is_no_change(file):
    """LibreOffice and Word write a sliver of a column, which some cells span and others do not."""
    for index, row in enumerate(file.tables[0]._tbl.tr_lst):
        cell = row.tc_lst[2 if index else 1]
        cell.grid_span += 1
    grid = file.tables[0]._tbl.tblGrid
    grid.insert(2, copy.deepcopy(grid[1]))
    found = compared(file)
    assert found.changed == [] and found.prose == []


def test_a_row_that_begins_later_is_no_change(file):
    for row in file.tables[0]._tbl.tr_lst[2:]:
        row.get_or_add_trPr().append(parse_xml(f'<w:gridBefore {nsdecls("w")} w:val="1"/>'))
    assert changes(file) == {}


def test_cells_merged_by_hand_are_told_and_no_other(file):
    cells = file.tables[0].rows[2].cells
    cells[1].merge(cells[2])
    assert set(changes(file)) == {"a1", "a2"}


def test_cells_merged_downwards_are_told_and_no_other(file):
    rows = file.tables[0].rows
    rows[2].cells[1].merge(rows[3].cells[1])
    assert set(changes(file)) == {"a1", "b1"}


def test_two_numbers_under_each_other_are_not_one(file):
    file.tables[0].rows[2].cells[1].add_paragraph("12")
    assert set(changes(file)) == {"a1"}


def test_a_column_put_in_or_taken_out_moves_no_number(file):
    for row in file.tables[0]._tbl.tr_lst:
        cell = copy.deepcopy(row.tc_lst[-1])
        for text in cell.iter(qn("w:t")):
            text.text = "备注"
        row.tc_lst[1].addprevious(cell)
    assert changes(file) == {}
    for row in file.tables[0]._tbl.tr_lst:
        row.remove(row.tc_lst[1])
        row.remove(row.tc_lst[1])
    assert set(changes(file)) == {"a1", "b1"}


def test_a_table_inside_a_cell_is_read_once(file):
    cell = file.tables[0].rows[2].cells[1]
    cell.add_table(1, 1).rows[0].cells[0].text = "77"
    found = compared(file)
    assert "".join(one.new for one in found.prose).count("77") <= 1 and {one.ref for one in found.changed} == {"a1"}


# --- what counts -------------------------------------------------------------


@pytest.mark.parametrize("mark", ["<w:strike/>", '<w:dstrike w:val="1"/>', "<w:vanish/>", '<w:strike w:val="true"/>'])
def test_what_is_struck_out_or_hidden_does_not_count(file, mark):
    run_with(file, "6631").addprevious(parse_xml(f"<w:r {nsdecls('w')}><w:rPr>{mark}</w:rPr><w:t>9</w:t></w:r>"))
    run_with(file, "6631").addnext(parse_xml(f"<w:r {nsdecls('w')}><w:rPr>{mark}</w:rPr><w:t>7</w:t></w:r>"))
    found = compared(file)
    assert found.changed == [] and found.prose == []


def test_what_says_it_is_not_struck_out_counts(file):
    run_with(file, "6631").get_or_add_rPr().append(parse_xml(f'<w:strike {nsdecls("w")} w:val="0"/>'))
    assert changes(file) == {}


def test_a_style_that_strikes_out_counts_as_struck_out(file):
    styles = file.styles.element
    styles.append(
        parse_xml(f'<w:style {nsdecls("w")} w:type="character" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>')
    )
    styles.append(
        parse_xml(f'<w:style {nsdecls("w")} w:type="character" w:styleId="Gone2"><w:basedOn w:val="Gone"/></w:style>')
    )
    run_with(file, "6631").addnext(
        parse_xml(f'<w:r {nsdecls("w")}><w:rPr><w:rStyle w:val="Gone2"/></w:rPr><w:t>99</w:t></w:r>')
    )
    assert compared(file).prose == [] and changes(file) == {}


CONTENT = "<w:txbxContent><w:p><w:r><w:t>另有77套</w:t></w:r></w:p></w:txbxContent>"
BOX = (
    '<w:r {ns}><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    f'<mc:Choice Requires="wps"><w:drawing>{CONTENT}</w:drawing></mc:Choice>'
    f"<mc:Fallback><w:pict>{CONTENT}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def test_a_text_box_is_read_once_and_joins_no_number(file):
    run_with(file, "6631").addnext(parse_xml(BOX.format(ns=nsdecls("w"))))
    found = compared(file)
    assert found.changed == [] and [one.new for one in found.prose] == ["另有77套"]
    texts = [block.text for block in word_file.read_word(saved(file))]
    assert sum(text.count("另有77套") for text in texts) == 1


def test_a_text_box_for_old_programs_alone_is_read(file):
    old = re.sub(r"<mc:Choice.*</mc:Choice>", "", BOX)
    run_with(file, "6631").addnext(parse_xml(old.format(ns=nsdecls("w"))))
    assert [one.new for one in compared(file).prose] == ["另有77套"]


def test_a_text_box_in_a_cell_is_read_once(file):
    paragraph = file.tables[0].rows[2].cells[0].paragraphs[0]
    paragraph._p.append(parse_xml(BOX.format(ns=nsdecls("w"))))
    texts = [block.text for block in word_file.read_word(saved(file))]
    assert sum(text.count("另有77套") for text in texts) == 1


def test_a_row_deleted_with_tracked_changes_is_gone(file):
    row = file.tables[0]._tbl.tr_lst[3]
    row.get_or_add_trPr().append(parse_xml(f'<w:del {nsdecls("w")} w:id="9" w:author="甲"/>'))
    assert set(changes(file)) == {"b1", "b2", "b4"}


def test_paragraphs_joined_with_tracked_changes_are_one(file):
    first = next(one for one in file.paragraphs if "6631" in one.text)
    rest = copy.deepcopy(first._p)
    for paragraph, text in ((first._p, "全市投资27.27亿元，开工66"), (rest, "31套，开工率138.8%。")):
        runs = list(paragraph.iter(qn("w:r")))
        for run in runs[1:]:
            run.getparent().remove(run)
        runs[0].text = text
    first._p.addnext(rest)
    first._p.get_or_add_pPr().append(parse_xml(f'<w:rPr {nsdecls("w")}><w:del w:id="9" w:author="甲"/></w:rPr>'))
    assert changes(file) == {} and compared(file).prose == []


def test_an_inserted_minus_of_the_symbol_font_is_a_sign(file):
    run = run_with(file, "27.27")
    before, after = run.text.split("27.27")
    run.text = before
    symbol = parse_xml(f'<w:r {nsdecls("w")}><w:sym w:font="Symbol" w:char="F02D"/></w:r>')
    run.addnext(symbol)
    rest = OxmlElement("w:r")
    rest.text = f"27.27{after}"
    symbol.addnext(rest)
    assert changes(file) == {"invest": "-27.27"}


def test_a_footnote_is_told_as_words():
    content = (CASES / "05_jiaozuo_untouched_export.docx").read_bytes()
    html = (CASES / "jiaozuo-2020.html").read_text(encoding="utf-8")
    note = '<w:footnote w:id="7"><w:p><w:r><w:t>以审计数为准。</w:t></w:r></w:p></w:footnote></w:footnotes>'.encode()
    noted = rewritten(content, every=(lambda name: name, lambda text: text.replace(b"</w:footnotes>", note)))
    found = readback.compare_blocks(html, html, word_file.read_word(noted))
    assert found.changed == [] and [one.new for one in found.prose] == ["以审计数为准。"]


# --- packages ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("rename", "change"),
    [
        (lambda name: name.replace("/", "\\"), lambda text: text),
        (lambda name: name.upper() if name.startswith("word") else name, lambda text: text),
        (
            lambda name: name.replace("word/document", "word/document2"),
            lambda text: text.replace(b"document.xml", b"document2.xml"),
        ),
        (lambda name: name, lambda text: text.replace(b'"word/document.xml"', b'"/word/document.xml"')),
        (lambda name: name, lambda text: text.replace(b'"word/document.xml"', b'"./word/../word/document.xml"')),
        (lambda name: name, lambda text: text.replace(word.W.encode(), word_file.STRICT.encode())),
    ],
)
def test_a_package_written_by_another_program_is_read(file, rename, change):
    assert compared(rewritten(saved(file), every=(rename, change))).prose == []


@pytest.mark.parametrize(
    ("paragraph", "count", "what"),
    [("<w:p/>", 8_000_000, "多得不正常"), ("<w:p><w:r><w:t>段。</w:t></w:r></w:p>", 30_000, "超过20000个")],
)
def test_a_far_too_large_file_is_refused_at_once(file, paragraph, count, what):
    body = b"<w:body>"
    filler = paragraph.encode() * count
    large = rewritten(saved(file), every=(lambda name: name, lambda text: text.replace(body, body + filler)))
    with pytest.raises(Refused, match=what):
        word_file.read_word(large)


@pytest.mark.parametrize(
    "letters", ["x", "1", "一", "二分之", "（十", "1 ", "-", "①", "。", "套\n", "1,000,", "6631套"]
)
def test_a_word_of_eighty_thousand_letters_does_not_hold_up_the_rest(file, letters):
    paragraph = next(one for one in file.paragraphs if "6631" in one.text)
    paragraph.add_run(letters * (80_000 // len(letters)))
    retype(file, "二分之一", "三分之一")
    assert "share" in changes(file)


@pytest.mark.parametrize("count", [1, 7, 60])
def test_a_damaged_file_is_told_and_never_traced(file, count):
    whole = bytearray(saved(file))
    for at in range(count):
        whole[(at + 1) * len(whole) // (count + 1)] ^= 0x5A
    with contextlib.suppress(Refused):
        compared(bytes(whole))


NAMES = (
    b"w:p",
    b"w:r",
    b"w:t",
    b"w:tc",
    b"w:tr",
    b"w:tbl",
    b"w:del",
    b"w:sdt",
    b"w:txbxContent",
    b"w:vMerge",
    b"w:rPr",
)


@pytest.mark.parametrize("seed", range(40))
def test_a_text_with_its_elements_confused_is_read_or_refused(file, seed):
    chance = random.Random(seed)
    part = chance.choice([b"<w:body>"] * 3 + [b"<w:styles ", b"Relationship "])
    old, new, count = chance.choice(NAMES), chance.choice(NAMES), chance.choice([1, 3, -1])
    torn = chance.randrange(4) == 0

    def change(text):
        if part not in text:
            return text
        return text[: chance.randrange(len(text))] if torn else text.replace(old, new, count)

    with contextlib.suppress(Refused):
        compared(rewritten(saved(file), every=(lambda name: name, change)))


def looked(file, text: str, look: str) -> None:
    """Give a part of a run a look of its own."""
    run = run_with(file, text)
    before, after = run.find(qn("w:t")).text.split(text, 1)
    for part, properties in ((before, ""), (text, look), (after, "")):
        one = parse_xml(f"<w:r {nsdecls('w')}><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{part}</w:t></w:r>")
        run.addprevious(one)
    run.getparent().remove(run)


@pytest.mark.parametrize(
    "look", ['<w:vertAlign w:val="subscript"/>', '<w:position w:val="10"/>', '<w:position w:val="-12"/>']
)
def test_digits_off_the_line_are_marks_however_they_were_put_there(file, look):
    looked(file, "31", look)
    assert changes(file)["start"] in ("66", "66套")


def test_letters_a_little_off_the_line_are_what_they_are(file):
    looked(file, "31", '<w:position w:val="2"/>')
    assert changes(file) == {}


def test_white_letters_do_not_count_unless_something_is_behind_them(file):
    looked(file, "6631", '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/>')
    assert changes(file) == {}
    looked(file, "27.27", '<w:color w:val="FFFFFF"/>')
    assert set(changes(file)) == {"invest"}


def test_a_hidden_row_is_gone(file):
    row = next(row for row in file.element.body.iter(qn("w:tr")) if "城区" in "".join(row.itertext()))
    row.get_or_add_trPr().append(parse_xml(f"<w:hidden {nsdecls('w')}/>"))
    assert set(changes(file)) == {"a1", "a2", "a3", "a4"}


@pytest.mark.parametrize(
    "formula",
    [
        "<m:f><m:num><m:r><m:t>66</m:t></m:r></m:num><m:den><m:r><m:t>31</m:t></m:r></m:den></m:f>",
        "<m:sSup><m:e><m:r><m:t>66</m:t></m:r></m:e><m:sup><m:r><m:t>31</m:t></m:r></m:sup></m:sSup>",
        "<m:sSub><m:e><m:r><m:t>66</m:t></m:r></m:e><m:sub><m:r><m:t>31</m:t></m:r></m:sub></m:sSub>",
    ],
)
def test_a_fraction_or_power_set_as_a_formula_is_not_its_digits_in_a_row(file, formula):
    looked(file, "6631", "")
    run = run_with(file, "6631")
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    run.addprevious(parse_xml(f'<m:oMath xmlns:m="{math}">{formula}</m:oMath>'))
    run.getparent().remove(run)
    assert set(changes(file)) == {"start"}
