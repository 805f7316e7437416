"""What the official's own paragraphs of a document are called, where they are edited."""

from anju.documents import kinds
from anju.documents.models import Document
from anju.problems import Refused

NAMES = {
    "circular": {
        "opening": "开头", "work": "目标任务：工作做法", "backlog": "续建项目：工作做法", "loans": "专项贷款：工作做法", "audit": "审计整改：工作做法",
        "thanks": "致谢", "problems": "存在问题：自拟的话", "requirements": "下一步要求",
    },
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
