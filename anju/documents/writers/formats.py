"""One HTML, every format: Word, PDF, Excel, a page that stands alone, all of them in one file."""

import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import escape
from io import BytesIO
from pathlib import Path

from anju.documents.layout import markup
from anju.documents.writers import excel, pdf, word

NAMES = {"docx": "Word", "pdf": "PDF", "xlsx": "附表", "html": "网页"}
STYLE = Path(__file__).parents[1] / "static" / "documents" / "official.css"


def to_docx(html: str, title: str = "") -> bytes:
    return word.to_docx(markup.parse_article(html), title)


def to_pdf(html: str, title: str = "", on: date | None = None) -> bytes:
    return pdf.to_pdf(markup.parse_article(html), title, on)


def annex_xlsx(html: str, title: str = "") -> bytes:
    return excel.annex_xlsx(markup.parse_article(html))


def to_page(html: str, title: str = "") -> str:
    """A page that stands alone: the article with its style, for a browser without this system."""
    article = markup.serialise_article(markup.parse_article(html))
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head><body>{article}</body></html>\n"
    )


WRITERS: dict[str, Callable[[str, str], bytes]] = {
    "docx": to_docx,
    "pdf": to_pdf,
    "xlsx": annex_xlsx,
    "html": lambda html, title: to_page(html, title).encode(),
}


def write_formats(html: str, formats: Iterable[str], title: str = "") -> dict[str, bytes]:
    """The document in each of these formats. Side by side: pandoc is a process of its own."""
    formats = list(formats)
    with ThreadPoolExecutor(max_workers=len(formats) or 1) as pool:
        return dict(zip(formats, pool.map(lambda name: WRITERS[name](html, title), formats), strict=True))


def bundle_documents(documents: Iterable[tuple[str, str]], formats: Iterable[str] = ("docx", "pdf", "xlsx")) -> bytes:
    """One .zip of a set of documents (title, html), a file for each format."""
    formats, out, used = list(formats), BytesIO(), set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, html in documents:
            for name, content in write_formats(html, formats, title).items():
                archive.writestr(zipfile.ZipInfo(file_name(title, name, used), word.EPOCH), content)
    return out.getvalue()


def file_name(title: str, form: str, used: set[str] | None = None) -> str:
    """A name every system takes; 附表 is told apart from the document itself. used: names given already, to which this one is added."""
    stem = "".join(" " if sign in '\\/:*?"<>|\r\n\t' else sign for sign in title).strip()[:80] or "文书"
    stem = f"{stem}（附表）" if form == "xlsx" else stem
    name, count = f"{stem}.{form}", 1
    while used is not None and name in used:
        count += 1
        name = f"{stem}（{count}）.{form}"
    if used is not None:
        used.add(name)
    return name
