"""The reference document of Word: GB/T 9704 page, grid, fonts, styles and page numbers, built once a process with python-docx.

22 lines × 28 characters: docGrid of lines 28.95 pt apart, 16 pt type drawn together by a quarter of a point.
The fonts are those the offices have; none of them is shipped.
"""

import tempfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor

FANG, HEI, KAI, SONG, TITLE = "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体", "方正小标宋简体"
LINE = 579  # twentieths of a point: 28.95 pt
CHARACTER = 315  # 16 pt less a quarter
RED = RGBColor(0xE6, 0x00, 0x12)
CENTRE, RIGHT, LEFT, BOTH = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
# Page in twentieths of a point: size, margins (top, right, bottom, left), distance of the page number from the edge.
PORTRAIT = {"w": 11906, "h": 16838, "margins": (2098, 1474, 1985, 1588), "footer": 1275}
LANDSCAPE = {"w": 16838, "h": 11906, "margins": (1588, 2098, 1474, 1985), "footer": 765}
WIDE = {"w": 23811, "h": 16838, "margins": (1588, 2098, 1474, 1985), "footer": 765}
PAGES = (PORTRAIT, LANDSCAPE, WIDE)
TABLE_SIZES = (24, 21, 18, 16, 15)


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="anju-")  # goes with the process


@lru_cache(maxsize=1)
def reference_path() -> Path:
    """The file pandoc reads."""
    file = Path(_folder().name) / "reference.docx"
    file.write_bytes(build_reference())
    return file


def build_reference() -> bytes:
    document = Document()
    _defaults(document)
    _page(document)
    _slim(document, _styles(document))
    _table_style(document)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _slim(document, names: set[str]) -> None:
    """Take out what python-docx's own template brings: pandoc reads the reference at every run, and 160 unused styles doubled its time."""
    styles = document.styles.element
    keep = {document.styles[name].style_id for name in names} | {"DefaultParagraphFont", "TableNormal", "NoList"}
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in keep:
            styles.remove(style)
        for pointer in (*style.findall(qn("w:link")), *style.findall(qn("w:next"))):
            style.remove(pointer)
    for latent in styles.findall(qn("w:latentStyles")):
        styles.remove(latent)
    for holder in (document.part, document.part.package):
        for key, relation in list(holder.rels.items()):
            if relation.reltype.rsplit("/", 1)[1] in ("stylesWithEffects", "customXml", "thumbnail"):
                del holder.rels[key]


def set_fonts(element, font: str) -> None:
    """One font for Han and Latin alike; theme fonts would win over names, so they go."""
    properties = element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    names = OxmlElement("w:rFonts")
    for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
        names.set(qn(f"w:{kind}"), font)
    properties.insert(0, names)


def _defaults(document) -> None:
    styles = document.styles.element
    for old in styles.findall(qn("w:docDefaults")):
        styles.remove(old)
    styles.insert(0, parse_xml(
        f'<w:docDefaults {nsdecls("w")}><w:rPrDefault><w:rPr><w:rFonts w:ascii="{FANG}" w:hAnsi="{FANG}" w:eastAsia="{FANG}" w:cs="{FANG}"/>'
        '<w:kern w:val="2"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    ))  # fmt: skip


def _page(document) -> None:
    section = document.sections[0]
    top, right, bottom, left = PORTRAIT["margins"]
    section.page_width, section.page_height = Emu(PORTRAIT["w"] * 635), Emu(PORTRAIT["h"] * 635)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = (
        Emu(one * 635) for one in (top, right, bottom, left)
    )
    section.header_distance, section.footer_distance = Mm(15), Emu(PORTRAIT["footer"] * 635)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for name in list(grid.attrib):
        del grid.attrib[name]
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE))
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer, RIGHT)
    _number(section.even_page_footer, LEFT)


def _number(footer, side) -> None:
    """— 1 — in 4号 half-width 宋体, outside: one character in from the right on odd pages, from the left on even ones."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(
            f'<w:ind {nsdecls("w")} w:left="{280 if side == LEFT else 0}" w:right="{280 if side == RIGHT else 0}" w:firstLine="0"/>'
        )
    )
    run = f'<w:r {nsdecls("w")}><w:rPr><w:rFonts w:ascii="{SONG}" w:hAnsi="{SONG}" w:eastAsia="{SONG}"/><w:sz w:val="28"/></w:rPr>%s</w:r>'
    for part in ("<w:t>— </w:t>".replace("<w:t>", '<w:t xml:space="preserve">'), '<w:fldChar w:fldCharType="begin"/>',
                 '<w:instrText xml:space="preserve"> PAGE </w:instrText>', '<w:fldChar w:fldCharType="separate"/>', "<w:t>1</w:t>",
                 '<w:fldChar w:fldCharType="end"/>', '<w:t xml:space="preserve"> —</w:t>'):  # fmt: skip
        paragraph._p.append(parse_xml(run % part))


def _style(document, name: str, font: str = FANG, size: int = 32, *, base: str = "Normal", align=BOTH, line: int = LINE, before: int = 0, after: int = 0,
           indent: int = 0, spacing: int = -5, outline: int | None = None, together: bool = False, colour: RGBColor | None = None):  # fmt: skip
    """One paragraph style. Lengths in twentieths of a point, size in half points, indent in characters."""
    known = {style.name for style in document.styles}
    style = document.styles[name] if name in known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = None if name == "Normal" else document.styles[base]
    style.quick_style, style.hidden, style.unhide_when_used = True, False, False
    element = style.element
    for old in (*element.findall(qn("w:pPr")), *element.findall(qn("w:rPr"))):
        element.remove(old)
    set_fonts(element, font)
    style.font.size, style.font.bold, style.font.italic = Pt(size / 2), False, False
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    properties = element.get_or_add_rPr()
    properties.append(parse_xml(f'<w:szCs {nsdecls("w")} w:val="{size}"/>'))
    if spacing:
        properties.insert(
            properties.index(properties.find(qn("w:sz"))), parse_xml(f'<w:spacing {nsdecls("w")} w:val="{spacing}"/>')
        )
    form = style.paragraph_format
    form.alignment, form.widow_control = align, False
    form.keep_with_next = form.keep_together = together
    form.line_spacing, form.space_before, form.space_after = Pt(line / 20), Pt(before / 20), Pt(after / 20)
    if line != LINE:  # only body text sits on the grid; a grid line is not put between the lines of a title
        style.element.get_or_add_pPr().insert_element_before(
            parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'),
            "w:spacing",
            "w:ind",
            "w:contextualSpacing",
            "w:jc",
            "w:outlineLvl",
        )
    indents = parse_xml(f'<w:ind {nsdecls("w")} w:firstLineChars="{indent * 100}" w:firstLine="{indent * CHARACTER}"/>')
    paragraph = element.get_or_add_pPr()
    paragraph.insert_element_before(
        indents, "w:contextualSpacing", "w:mirrorIndents", "w:jc", "w:textDirection", "w:textAlignment", "w:outlineLvl"
    )
    if outline is not None:
        paragraph.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{outline}"/>'))
    return style


def _styles(document) -> set[str]:
    """Every style of ours; their names."""
    names: set[str] = set()

    def add(name: str, *args, **options):
        names.add(name)
        return _style(document, name, *args, **options)

    add("Normal")
    add("Body Text", indent=2)
    add("First Paragraph", base="Body Text", indent=2)
    add("Compact", base="Normal")
    add("Heading 1", HEI, indent=2, outline=0, together=True)
    add("Heading 2", KAI, indent=2, outline=1, together=True)
    add("Heading 3", FANG, indent=2, outline=2, together=True).font.bold = True
    add("Title", TITLE, 44, align=CENTRE, line=720, before=2 * LINE, spacing=0)
    add("发文机关标志", TITLE, 70, align=CENTRE, line=900, before=1984, spacing=0, colour=RED)
    add("发文字号", align=CENTRE, before=2 * LINE)
    add("主送机关", before=LINE, align=LEFT)
    add("草稿", HEI, align=RIGHT, colour=RGBColor(0x80, 0x80, 0x80))
    add("附件说明", before=LINE, align=LEFT)
    add("附件说明续", base="附件说明", align=LEFT)
    add("署名", align=RIGHT, together=True)
    add("成文日期", align=RIGHT)
    add("附注", indent=2)
    add("附件标记", HEI, align=LEFT, together=True)
    add(
        "附件标题", TITLE, 44, align=CENTRE, line=720, before=LINE, after=LINE // 2, outline=0, together=True, spacing=0
    )
    add("附件标题横", TITLE, 36, align=CENTRE, line=560, after=160, outline=0, together=True, spacing=0)
    add("单位行", FANG, 24, align=RIGHT, line=400, together=True, spacing=0)
    add("表注", FANG, 21, align=LEFT, line=320, before=80, spacing=0)
    add("抄送", FANG, 28, align=LEFT, line=480, spacing=0)
    add("分节", line=20, spacing=0)
    for size in TABLE_SIZES:
        add(f"表头{size}", HEI, size, align=CENTRE, line=size * 13, spacing=0)
        add(f"表文{size}", FANG, size, align=CENTRE, line=size * 13, spacing=0)
    return names


def _table_style(document) -> None:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    document.styles.element.append(parse_xml(
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f'<w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr></w:style>'
    ))  # fmt: skip
