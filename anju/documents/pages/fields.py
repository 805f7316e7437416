"""The fields of a draft: its layout's (organ, addressee, signature, copies) and the options of its kind. Lists are typed one a line."""

from collections.abc import Iterator, Mapping
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


LINES = {
    "texts": "一行一段",
    "regions": "区划代码，一行一个",
    "codes": "指标代码，一行一个",
    "table": "一行一个，写成“键: 值”",
}
SOURCE = "-source"  # behind the field of what others published: where they did
ELSEWHERE = ("warnings",)  # has boxes of its own


def option_fields(posted: PostedForm, version: Version) -> dict[str, list[Input]]:
    """Those of the kind's own options: "each" to be said for this paper alone, "kept" for those that follow too. As they stand or were just typed."""
    fields: dict[str, list[Input]] = {"each": [], "kept": []}
    for option in kind_options(version):
        fields["each" if option.each_time else "kept"] += _inputs(posted, option, version.options.get(option.name))
    return fields


def kind_options(version: Version) -> list[kinds.KindOption]:
    """Of the kind as it is now; none when it is gone."""
    document = version.document
    try:
        asked = kinds.find_kind(document.kind, document.region, document.period).asks
    except Refused:
        return []
    return [one for one in asked if one.name not in (*LABELS, *ELSEWHERE)]


def _inputs(posted: PostedForm, option: kinds.KindOption, value: Any) -> Iterator[Input]:
    """One field; two of what others published. None for a list in which what each is called is said: only a file has that."""
    name = f"option_{option.name}"
    if option.type == "given":
        said = value if isinstance(value, Mapping) else {}
        yield Input(name, option.label, value=posted.typed.get(name, str(said.get("text", ""))))
        source = posted.typed.get(name + SOURCE, str(said.get("source", "")))
        yield Input(name + SOURCE, f"{option.label}：出处", value=source)
        return
    if isinstance(value, Mapping) != (option.type == "table") and value not in (None, ""):
        return
    if option.type == "table":
        value = [f"{key}: {one}" for key, one in value.items()] if value else []
    shown = "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    shown = posted.typed.get(name, shown)
    if option.type == "choice":
        yield Input(name, option.label, "choice", shown, choices=[(one, _called(one, word)) for one, word in option.values.items()], hint="（没有选）")  # fmt: skip
    else:
        yield Input(
            name, option.label, "area" if option.type in LINES else "text", shown, hint=LINES.get(option.type, "")
        )


def _called(value: str, word: str) -> str:
    """What a choice is called: the word that it prints, unless that is a code."""
    return word if word and not word.isascii() else value


def posted_option(posted: PostedForm, option: kinds.KindOption) -> Any:
    """What was typed for it; None for nothing."""
    name = f"option_{option.name}"
    if option.type == "given":
        said = {"text": posted.text(name), "source": posted.text(name + SOURCE)}
        return said if any(said.values()) else None
    if option.type == "table":
        pairs = (line.replace("：", ":", 1).partition(":") for line in typed_lines(posted, name))
        return {key.strip(): word.strip() for key, _, word in pairs} or None
    if option.type in LINES:
        return typed_lines(posted, name) or None
    return posted.text(name) or None


def posted_options(posted: PostedForm, version: Version) -> dict[str, Any]:
    """The version's options with what was typed of its layout and of its kind's own; what was emptied is left out."""
    options = dict(version.options)
    for name in LABELS:
        if f"layout_{name}" not in posted.typed:
            continue
        given = typed_lines(posted, f"layout_{name}") if name in LISTS else posted.text(f"layout_{name}")
        if given:
            options[name] = given
        else:
            options.pop(name, None)
    for option in kind_options(version):
        if f"option_{option.name}" in posted.typed:
            options[option.name] = posted_option(posted, option)
            if options[option.name] is None:
                del options[option.name]
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
