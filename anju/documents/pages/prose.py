"""What the official's own paragraphs of a document are called, where they are edited."""

from anju.documents import kinds
from anju.documents.models import Document
from anju.problems import Refused

NAMES = {
    "correction": {"reasons": "变化的原因", "requirements": "要求"},
}  # fmt: skip


def section_names(document: Document, keys: list[str]) -> list[tuple[str, str]]:
    """(key, name) of every section the kind has, in the order of the document; a key that it does not know comes last, by itself."""
    try:
        kind = kinds.find_kind(document.kind, document.region, document.period)
        order, names = list(kind.prose), kind.sections or NAMES.get(kind.code, {})
    except Refused:  # its kind is gone
        order, names = [], NAMES.get(document.kind, {})
    return [(key, names.get(key, f"自拟段落“{key}”")) for key in dict.fromkeys([*order, *keys])]
