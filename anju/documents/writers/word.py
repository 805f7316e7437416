"""Word: pandoc writes the text and the tables, this file what pandoc has no word for (red head, 版记, turned sections), then the tables are dressed."""

import copy
import os
import subprocess
import zipfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pypandoc
from lxml import etree, html

from anju.documents.layout.article import ArticleLayout, PageFormat, TablePlan, lay_out_article
from anju.documents.layout.grid import text_width
from anju.documents.writers import word_reference
from anju.documents.writers.word_reference import CHARACTER, LINE, PAGES
from anju.isolation import MEMORY, SHORT, seconds_for
from anju.problems import Problem, Refused
from anju.trees import TREES

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = {"w": W}
FILTER = Path(__file__).with_name("raw.lua")
TYPE_AREA = 8844  # twentieths of a point: 156 mm
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same text gives the same bytes


HEAP_EXHAUSTED = 251  # how pandoc ends when its memory is over


def word_tag(name: str) -> str:
    return f"{{{W}}}{name}"


@lru_cache(maxsize=1)
def pandoc_path() -> str:
    return pypandoc.get_pandoc_path()


def run_pandoc(source: str, to: str, *options: str) -> bytes:
    """One run of pandoc over a document. The sandbox keeps a template from reading files."""
    command = [
        pandoc_path(),
        "+RTS",
        f"-M{MEMORY >> 20}m",
        "-RTS",
        "--sandbox",
        "--from=html+native_divs+native_spans-auto_identifiers",
        f"--to={to}",
        f"--lua-filter={FILTER}",
        *options,
    ]
    clock = {**os.environ, "SOURCE_DATE_EPOCH": "315532800"}  # 1980: the day of a file is not the day of its document
    text = source.encode()
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, check=False, env=clock, timeout=seconds_for(len(text))
        )
    except subprocess.TimeoutExpired as slow:
        raise too_long() from slow
    if done.returncode == HEAP_EXHAUSTED:
        raise too_long()
    if done.returncode:
        raise RuntimeError(f"pandoc: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def too_long(title: str = "") -> Refused:
    return Refused(
        Problem(
            "DOC-060",
            f"《{title}》" if title else "公文",
            f"内容太多或太乱，{SHORT} 秒、{MEMORY >> 20} 兆内存之内没有排完版，已停止。",
            "请看有没有特别长而不分段的文字、粘贴进来的多余内容，删去后再试。",
        )
    )


def to_docx(article: html.HtmlElement, title: str = "") -> bytes:
    """The document as .docx."""
    with TREES:
        laid = lay_out_article(article, WordMarkup())
        source, reference = laid.source, word_reference.reference_path()
    options = (f"--reference-doc={reference}", "--syntax-highlighting=none", "--output=-")
    written = run_pandoc(source, "docx", *options)
    with TREES:
        return _dress(written, laid, title)


class WordMarkup:
    """The paragraphs pandoc cannot write, as WordprocessingML."""

    holds = False  # Word keeps a row with what is below it

    def organs(self, names: list[str], suffix: str, size: int) -> str:
        run = f'<w:rPr><w:w w:val="66"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        height = f'w:line="{size * 13}" w:lineRule="exact"'
        if len(names) == 1:
            return _p("发文机关标志", _r(names[0], run), f"<w:spacing {height}/>")
        # Joint issue: the names spread to one width, 文件 in the middle at their right.
        left = "".join(
            _p("发文机关标志", _r(name, run), f'<w:spacing w:before="0" {height}/><w:jc w:val="distribute"/>')
            for name in names
        )
        right = _p("发文机关标志", _r(suffix, run), f'<w:spacing w:before="0" {height}/>')
        beside = max(text_width(suffix), 10) * size * 7 // 10 + 200
        cells = f'<w:tc><w:tcPr><w:tcW w:w="{TYPE_AREA - beside}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{left}</w:tc>'
        if suffix:
            cells += (
                f'<w:tc><w:tcPr><w:tcW w:w="{beside}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{right}</w:tc>'
            )
        return _p("分节", "", '<w:spacing w:before="1984"/>') + _table(
            [TYPE_AREA - beside, beside][: 2 if suffix else 1], f"<w:tr>{cells}</w:tr>"
        )

    def number(self, number: str) -> str:
        return _p("发文字号", _r(number), _RULE)

    def upward(self, number: str, names: list[str]) -> str:
        kai = f'<w:rPr><w:rFonts w:ascii="{word_reference.KAI}" w:hAnsi="{word_reference.KAI}" w:eastAsia="{word_reference.KAI}"/></w:rPr>'
        tab = f'<w:tabs><w:tab w:val="right" w:pos="{TYPE_AREA - CHARACTER}"/></w:tabs>'
        content = _r("　" + number) + "<w:r><w:tab/></w:r>" + _r("签发人：") + _r("　".join(names), kai)
        return _p("发文字号", content, f'{_RULE}{tab}<w:jc w:val="left"/>')

    def attachment(self, name: str, number: str, first: bool, last: bool) -> str:
        mark = ("附件：" if first else "") + number
        gap = CHARACTER // 4 if number else 0
        left, hanging = (50 + text_width(number)) * CHARACTER // 10 + gap, text_width(mark) * CHARACTER // 10 + gap
        content = _r(mark) + ("<w:r><w:tab/></w:r>" if number else "") + _r(name)
        return _p("附件说明" if first else "附件说明续", content,
                  f'<w:tabs><w:tab w:val="left" w:pos="{left}"/></w:tabs><w:ind w:left="{left}" w:hanging="{hanging}"/>')  # fmt: skip

    def signature(self, name: str, right: int, first: bool) -> str:
        above = f'<w:spacing w:before="{2 * LINE}"/>' if first else ""
        return _p("署名", _r(name), f'{above}<w:ind w:right="{right * CHARACTER // 10}"/>')

    def date(self, text: str) -> str:
        return _p("成文日期", _r(text), f'<w:ind w:right="{4 * CHARACTER}"/>')

    def imprint(self, rows: list[str], organ: str, date: str, alone: bool, page: PageFormat) -> str:
        """At the foot of its page: alone on it, pushed down by a blank of known height; below other text, a table floating on the bottom margin."""
        area, line = (
            page.width * 2,
            (page.width - 280) // 14,
        )  # tenths of an em of 4号, one character free on either side
        cells = [_p("抄送", _r(row), _hanging(row)) for row in rows]
        if organ or date:
            tab = f'<w:tabs><w:tab w:val="right" w:pos="{area - 280}"/></w:tabs><w:ind w:left="280" w:right="280"/>'
            cells.append(_p("抄送", _r(organ) + "<w:r><w:tab/></w:r>" + _r(date), tab))
        lines = []
        for index, cell in enumerate(cells):
            last = index == len(cells) - 1
            borders = f"<w:tcBorders>{_line('top', 6 if index else 8)}{_line('bottom', 8 if last else 6)}</w:tcBorders>"  # 0.35 mm outside, 0.25 mm between
            lines.append(
                f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{area}" w:type="dxa"/>{borders}</w:tcPr>{cell}</w:tc></w:tr>'
            )
        if not lines:
            return ""
        height = 480 * sum(-(-(text_width(row) - _head(row)) // (line - _head(row))) for row in rows) + 480 * bool(
            organ or date
        )
        above = page.height * 2 - height - 300  # room for the rules and for what another program makes of a line
        if alone:
            return (
                _p("分节", "", f'<w:spacing w:line="{above}" w:lineRule="exact"/>')
                + _table([area], "".join(lines))
                + _p("分节", "")
            )
        place = f'<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:topFromText="284" w:vertAnchor="margin" w:horzAnchor="margin" w:tblpX="0" w:tblpY="{above}"/>'
        return _table([area], "".join(lines), place) + _p("分节", "")

    def turn(self, was: PageFormat | None, page: PageFormat) -> str:
        """The end of a section; its page is filled in when the reference's section is known."""
        return "" if was is None else _p("分节", "", f'<w:sectPr><w:pgSz w:code="{int(was)}"/></w:sectPr>')

    def parts(self, texts: list[str], width: int) -> str:
        """width in tenths of a point, tabs in twentieths."""
        gaps = max(1, len(texts) - 1)
        stops = [(width * 2 * place // gaps, "right" if place == gaps else "center") for place in range(1, len(texts))]
        tabs = "".join(f'<w:tab w:val="{side}" w:pos="{at}"/>' for at, side in stops)
        content = "<w:r><w:tab/></w:r>".join(_r(text) for text in texts)
        return _p("单位行", content, f'{f"<w:tabs>{tabs}</w:tabs>" if tabs else ""}<w:jc w:val="left"/>')

    def table(self, plan: TablePlan) -> tuple[str, str]:
        return "", ""


_RULE = '<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="11" w:color="E60012"/></w:pBdr>'


def _head(row: str) -> int:
    """Width of 抄送：, under whose first name the lines go on."""
    return text_width(row.partition("：")[0] + "：") if "：" in row[:6] else 0


def _hanging(row: str) -> str:
    head = _head(row)
    return f'<w:ind w:left="{280 + head * 28}" w:right="280" w:hanging="{head * 28}"/>'


def _line(side: str, size: int) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'


def _r(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""


def _p(style: str, content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/>{properties}</w:pPr>{content}</w:p>"


def _table(widths: list[int], rows: str, place: str = "") -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margins = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
    return (f'<w:tbl><w:tblPr><w:tblStyle w:val="TableNormal"/>{place}<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>{margins}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>")  # fmt: skip


# --- what pandoc wrote, dressed ----------------------------------------------


def _dress(written: bytes, laid: ArticleLayout, title: str) -> bytes:
    source = zipfile.ZipFile(BytesIO(written))
    parts = {name: source.read(name) for name in source.namelist()}
    document = etree.fromstring(parts["word/document.xml"])
    tables = [
        table
        for table in document.iter(word_tag("tbl"))
        if table.find("w:tblPr/w:tblStyle[@w:val='Table']", NS) is not None
    ]
    for table, plan in zip(tables, laid.tables, strict=True):
        _dress_table(table, plan)
        _keep_with_signers(table)
    _keep_signature(document)
    _sections(document, laid.page)
    parts["word/document.xml"] = _xml(document)
    core = etree.fromstring(parts["docProps/core.xml"])
    for named in core.iter("{http://purl.org/dc/elements/1.1/}title"):
        named.text = title
    parts["docProps/core.xml"] = _xml(core)
    settings = etree.fromstring(parts["word/settings.xml"])
    _settings(settings)
    parts["word/settings.xml"] = _xml(settings)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _keep_signature(document: etree._Element) -> None:
    """The signature never stands on a page of its own: what is above it comes along."""
    signature = next(
        (one for one in document.iter(word_tag("p")) if one.find("w:pPr/w:pStyle[@w:val='署名']", NS) is not None), None
    )
    above = signature.getprevious() if signature is not None else None
    style = above.find("w:pPr/w:pStyle", NS) if above is not None else None
    if style is not None:
        style.addnext(etree.Element(word_tag("keepNext")))


def _keep_with_signers(table: etree._Element) -> None:
    """The last row and the notes stay with the line of signers below them (its own style keeps on with what follows)."""
    below: list[etree._Element] = []
    for one in table.itersiblings():
        style = one.find("w:pPr/w:pStyle", NS)
        name = style.get(word_tag("val")) if style is not None else ""
        if name == "单位行":
            break
        if name != "表注":
            return
        below.append(one)
    else:
        return
    last = table.findall(word_tag("tr"))[-1]
    for paragraph in (*last.iter(word_tag("p")), *below):
        style = paragraph.find("w:pPr/w:pStyle", NS)
        if style is not None:
            style.addnext(etree.Element(word_tag("keepNext")))


def _sections(document: etree._Element, last: PageFormat) -> None:
    """Every section gets the reference's own footers and grid: page numbers on each page, and no empty Letter page at the end."""
    body = document.find(word_tag("body"))
    model = body.find(word_tag("sectPr"))
    for note in model.findall(word_tag("footnotePr")):
        model.remove(note)
    for old in list(body.iter(word_tag("sectPr"))):
        new = copy.deepcopy(model)
        lies = last if old is model else PageFormat(int(old.find(word_tag("pgSz")).get(word_tag("code"))))
        page = PAGES[lies]
        size, margins = new.find(word_tag("pgSz")), new.find(word_tag("pgMar"))
        size.set(word_tag("w"), str(page["w"]))
        size.set(word_tag("h"), str(page["h"]))
        if lies != PageFormat.UPRIGHT:
            size.set(word_tag("orient"), "landscape")
        for side, width in zip(("top", "right", "bottom", "left"), page["margins"], strict=True):
            margins.set(word_tag(side), str(width))
        margins.set(word_tag("footer"), str(page["footer"]))
        old.getparent().replace(old, new)


def _settings(settings: etree._Element) -> None:
    """Odd and even footers, and Word's own mode of today: without it the file opens as 兼容模式."""
    for name in ("evenAndOddHeaders", "compat"):
        for old in settings.findall(word_tag(name)):
            settings.remove(old)
    even = etree.Element(word_tag("evenAndOddHeaders"))
    compat = etree.fromstring(
        f'<w:compat xmlns:w="{W}"><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/>'
        '<w:adjustLineHeightInTable/><w:useFELayout/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    for element, before in ((even, ("characterSpacingControl", "footnotePr", "endnotePr", "rsids", "mathPr", "themeFontLang", "clrSchemeMapping", "decimalSymbol")),
                            (compat, ("rsids", "mathPr", "themeFontLang", "clrSchemeMapping", "decimalSymbol", "listSeparator"))):  # fmt: skip
        following = next((one for one in settings if etree.QName(one).localname in before), None)
        if following is None:
            settings.append(element)
        else:
            following.addprevious(element)


def _dress_table(table: etree._Element, plan: TablePlan) -> None:
    """Fixed columns, rules, a head that repeats, rows that do not break, cells centred in height."""
    total = plan.width * 2
    widths = [total * share // 10_000 for share in plan.widths]
    widths[0] += total - sum(widths)
    properties = table.find(word_tag("tblPr"))
    properties.clear()
    borders = "".join(
        _line(side, 8 if side in ("top", "bottom", "left", "right") else 4)
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    high = min(50, plan.size * plan.padding // 10)
    inside = {"top": high, "left": plan.size * 5 // 2, "bottom": high, "right": plan.size * 5 // 2}
    margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in inside.items())
    content = (f'<w:tblStyle w:val="Table"/><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
               f"<w:tblCellMar>{margins}</w:tblCellMar>"
               '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>')  # fmt: skip
    for element in etree.fromstring(f'<w:tblPr xmlns:w="{W}">{content}</w:tblPr>'):
        properties.append(element)
    for column, width in zip(table.find(word_tag("tblGrid")), widths, strict=True):
        column.set(word_tag("w"), str(width))
    for index, row in enumerate(table.findall(word_tag("tr"))):
        torn = index in plan.torn
        _dress_row(row, plan, widths, head=index < plan.head, total=index in plan.totals, torn=torn)


def _dress_row(row: etree._Element, plan: TablePlan, widths: list[int], *, head: bool, total: bool, torn: bool) -> None:
    for old in row.findall(word_tag("trPr")):
        row.remove(old)
    header, whole = "<w:tblHeader/>" if head else "", "" if torn else "<w:cantSplit/>"
    least = min(16 if head else 22, 13 + plan.padding // 5)
    row.insert(
        0,
        etree.fromstring(
            f'<w:trPr xmlns:w="{W}">{whole}<w:trHeight w:val="{plan.size * least}" w:hRule="atLeast"/>{header}</w:trPr>'
        ),
    )
    column = 0
    for cell in row.findall(word_tag("tc")):
        properties = cell.find(word_tag("tcPr"))
        span = properties.find(word_tag("gridSpan"))
        across = int(span.get(word_tag("val"))) if span is not None else 1
        if span is not None and across == 1:
            properties.remove(span)
        width = etree.Element(
            word_tag("tcW"), {word_tag("w"): str(sum(widths[column : column + across])), word_tag("type"): "dxa"}
        )
        properties.insert(0, width)
        properties.append(etree.Element(word_tag("vAlign"), {word_tag("val"): "center"}))
        column += across
        for paragraph in cell.findall(word_tag("p")):
            _dress_paragraph(paragraph, f"{'表头' if head or total else '表文'}{plan.size}", keep=head)


def _dress_paragraph(paragraph: etree._Element, style: str, *, keep: bool) -> None:
    properties = paragraph.find(word_tag("pPr"))
    if properties is None:
        properties = etree.Element(word_tag("pPr"))
        paragraph.insert(0, properties)
    side = properties.find(word_tag("jc"))
    properties.clear()
    etree.SubElement(properties, word_tag("pStyle"), {word_tag("val"): style})
    if keep:
        etree.SubElement(properties, word_tag("keepNext"))
    if side is not None and side.get(word_tag("val")) != "center":
        etree.SubElement(properties, word_tag("jc"), {word_tag("val"): side.get(word_tag("val"))})
    for run in paragraph.iter(word_tag("r")):
        for bold in run.findall("w:rPr/w:b", NS) + run.findall("w:rPr/w:bCs", NS):
            bold.getparent().remove(bold)
