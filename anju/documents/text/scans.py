"""What the text layer of a sealed scan says of the sentences and rows that print figures. Pure."""

import io
import re
import unicodedata
from typing import Any

import pdfplumber

from anju.documents.layout import markup

FOOTER = re.compile(r"^[—–\-－]\s*\d+\s*[—–\-－]$", re.M)  # — 3 —
PAGES, LEAST = 300, 20  # pages that are read; fewer characters are no layer


def read_text_layer(content: bytes) -> str:
    """All the words of a PDF; "" for one that is a picture only. For a process of its own."""
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "\n".join(page.extract_text() or "" for page in pdf.pages[:PAGES])


def missing_sentences(html: str, layer: str) -> list[dict[str, Any]]:
    """Sentences and rows with figures that the layer does not say, by where they stand; spaces and line ends do not count."""
    said = _folded(FOOTER.sub("", layer))
    return [
        {"where": one.where, "text": one.text.replace("|", "　")}
        for one in markup.sentences(markup.parse_article(html))
        if any(figure.text for figure in one.figures) and _folded(one.text.replace("|", "")) not in said
    ]


def has_text(layer: str) -> bool:
    return len(_folded(layer)) >= LEAST


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
