"""The fields of a draft that are its layout's: organ, addressee, signature, copies. Lists are typed one a line."""

from typing import Any

from anju.core.pages.forms import Input, PostedForm
from anju.documents import kinds
from anju.documents.models import Document, Version
from anju.problems import Refused

LISTS = ("organs", "signatories", "copies")
LABELS = {
    "organs": "发文机关（署名；一行一个）",
    "addressee": "主送机关",
    "signatories": "签发人（上行文；一行一个）",
    "copies": "抄报、抄送（一行一条）",
    "disclosure": "信息公开选项",
    "printed_by": "印发机关（不写就是第一个发文机关）",
    "title": "标题（不写就按年度和地名拟）",
}


def layout_fields(posted: PostedForm, version: Version) -> list[Input]:
    """As they stand in the options or as they were just typed. 签发人 only where the kind goes upward."""
    return [
        Input(f"layout_{name}", label, "area" if name in LISTS else "text", _shown(posted, version, name))
        for name, label in LABELS.items()
        if name != "signatories" or _is_upward(version) or version.options.get(name)
    ]


def posted_options(posted: PostedForm, version: Version) -> dict[str, Any]:
    """The version's options with what was typed of its layout; what was emptied is left out."""
    options = dict(version.options)
    for name in LABELS:
        if f"layout_{name}" not in posted.typed:
            continue
        given = typed_lines(posted, f"layout_{name}") if name in LISTS else posted.text(f"layout_{name}")
        if given:
            options[name] = given
        else:
            options.pop(name, None)
    return options


def typed_lines(posted: PostedForm, field: str) -> list[str]:
    """What was typed, line by line, without blank ones."""
    return [line.strip() for line in posted.typed.get(field, "").splitlines() if line.strip()]


def takes_option(document: Document, name: str) -> bool:
    try:
        return name in kinds.find_kind(document.kind, document.region, document.period).options
    except Refused:  # its kind is gone
        return False


def _is_upward(version: Version) -> bool:
    try:
        document = version.document
        return kinds.find_kind(document.kind, document.region, document.period).upward
    except Refused:
        return False


def _shown(posted: PostedForm, version: Version, name: str) -> str:
    stands = version.options.get(name) or ""
    text = "\n".join(map(str, stands)) if isinstance(stands, list) else str(stands)
    return posted.typed.get(f"layout_{name}", text)
