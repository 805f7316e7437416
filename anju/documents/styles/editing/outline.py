"""The outline of a style: its sections and sentences, figures, lists and annexes, each with its path in the text and what it is called."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anju.documents.styles.editing.labels import StyleLabels, is_figure, period_word
from anju.documents.styles.editing.source import Path, StyleSource
from anju.documents.styles.language.conditions import ConditionError, read_condition
from anju.documents.styles.language.schema import TRUTHS, Style
from anju.documents.styles.language.schema import WORDS as STYLE_WORDS
from anju.documents.styles.language.sentences import (
    LABELS,
    Choose,
    Each,
    Piece,
    Reference,
    SentenceError,
    SentenceWords,
    read_sentence,
)
from anju.documents.styles.library.scopes import FIGURE, LIST, OPTION, PIECES, TRUTH, WORD, Scope, item_scope
from anju.figures.models import Measure

ONE_TEXT = ("text", "number", "choice")  # options of which one text stands unless the writer says another
OPTION_KINDS = {
    "text": "文字", "texts": "几段文字", "number": "数", "choice": "选一个", "regions": "区划", "table": "一组对照", "codes": "指标", "tables": "几行",
    "given": "别处公布的话",
}  # fmt: skip
MOST = 2000  # of blocks, sentences, columns: more than any style may have


@dataclass
class OutlinedSentence:
    """pieces: as the template shows them; text: in words; flaw: why it cannot be read."""

    path: str
    source: str
    pieces: list[dict[str, Any]]
    text: str
    scope: str
    flaw: str = ""


@dataclass
class OutlinedBlock:
    """kind: text, heading, prose, group. number: which of its list, of how many. when, repeat: as written and in words."""

    kind: str
    path: str
    level: int
    number: int
    last: bool
    sentences: list[OutlinedSentence] = field(default_factory=list)
    blocks: list["OutlinedBlock"] = field(default_factory=list)
    prose: str = ""
    when: str = ""
    when_text: str = ""
    repeat: str = ""
    repeat_text: str = ""
    scope: str = ""


@dataclass
class OutlinedColumn:
    """A column of an annex. says: what stands in it; below: columns under its head."""

    path: str
    head: str
    says: str
    number: int
    last: bool
    depth: int = 0
    spec: dict[str, str] = field(default_factory=dict)
    below: list["OutlinedColumn"] = field(default_factory=list)


@dataclass
class OutlinedAnnex:
    """declared: its columns stand below `table`; columns_path "" for one that the program lays out."""

    path: str
    name: str
    title: OutlinedSentence | None
    columns: list[OutlinedColumn]
    columns_path: str
    declared: bool = False
    source: str = ""
    when_text: str = ""


@dataclass
class OutlinedName:
    """A figure or a list that has a name: what it is called, what it is."""

    name: str
    path: str
    label: str
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass
class StyleOutline:
    """A style's parts in the order of its text. scopes: what may be said at a sentence, by the key that the sentence has."""

    head: dict[str, str]
    title: OutlinedSentence | None
    blocks: list[OutlinedBlock]
    enclosure: list[OutlinedBlock]
    figures: list[OutlinedName]
    lists: list[OutlinedName]
    texts: list[OutlinedSentence]
    options: list[OutlinedName]
    annexes: list[OutlinedAnnex]
    prose: dict[str, str]
    scopes: dict[str, list[dict[str, str]]]


def outline_style(source: StyleSource, measures: Mapping[str, Measure]) -> StyleOutline:
    """As far as the text can be read; what cannot stands as it is written."""
    style, _ = source.style()
    return _Outline(source, style, StyleLabels(style, measures)).whole()


class _Outline:
    def __init__(self, source: StyleSource, style: Style | None, labels: StyleLabels) -> None:
        self.source, self.style, self.labels = source, style, labels
        self.left = MOST
        self.scopes: dict[str, list[dict[str, str]]] = {}
        self.top = top_scope(style)

    def whole(self) -> StyleOutline:
        data = self.source.data
        applies = data.get("applies") if isinstance(data.get("applies"), Mapping) else {}
        periods = data.get("periods") if isinstance(data.get("periods"), list) else []
        enclosure = data.get("enclosure") if isinstance(data.get("enclosure"), Mapping) else {}
        head = {
            "kind": _text(data.get("style")), "name": _text(data.get("name")), "from": _text(applies.get("from")), "until": _text(applies.get("until")),
            "periods": "、".join({"year": "年", "half": "半年", "quarter": "季度", "month": "月", "day": "日"}.get(_text(one), _text(one)) for one in periods),
        }  # fmt: skip
        prose = data.get("prose") if isinstance(data.get("prose"), Mapping) else {}
        return StyleOutline(
            head=head,
            title=self.sentence(("title",), data.get("title"), self.top, "top"),
            blocks=self.blocks(("sections",), data.get("sections"), 1, self.top, "top"),
            enclosure=self.blocks(("enclosure", "sections"), enclosure.get("sections"), 1, self.top, "top"),
            figures=list(self.figures()),
            lists=list(self.lists()),
            texts=list(self.texts()),
            options=list(self.options()),
            annexes=list(self.annexes()),
            prose={str(key): _text(value) for key, value in prose.items()},
            scopes=self.scopes,
        )

    # -- sentences

    def scope_key(self, key: str, scope: Scope) -> str:
        if key not in self.scopes:
            self.scopes[key] = self.labels.choices(scope)
        return key

    def sentence(self, path: Path, said: Any, scope: Scope, key: str) -> OutlinedSentence | None:
        if said is None or isinstance(said, list | Mapping):
            return None
        text, place = _text(said), _address(path)
        key = self.scope_key(key, scope)
        try:
            pieces = read_sentence(text)
        except SentenceError as error:
            return OutlinedSentence(
                place, text, [{"kind": "words", "text": text}], text, key, f"{error.what}{error.fix}"
            )
        shown = self.pieces(pieces, scope, key)
        return OutlinedSentence(place, text, shown, plain_text(shown), key)

    def pieces(self, pieces: Iterable[Piece], scope: Scope, key: str) -> list[dict[str, Any]]:
        return [self.piece(one, scope, key) for one in pieces]

    def piece(self, piece: Piece, scope: Scope, key: str) -> dict[str, Any]:
        if isinstance(piece, SentenceWords):
            return {"kind": "words", "text": piece.text}
        if isinstance(piece, Reference):
            return self.reference(piece, scope)
        if isinstance(piece, Each):
            inner = scope | (item_scope(self.style, piece.listed) if self.style else {})
            inside = self.scope_key(f"{key}/{piece.listed}", inner)
            return {
                "kind": "each", "list": piece.listed, "label": self.labels.name(piece.listed, scope), "join": piece.join,
                "last": piece.last or "", "body": self.pieces(piece.body, inner, inside), "scope": inside,
            }  # fmt: skip
        if isinstance(piece, Choose):
            subject = piece.name or (piece.condition.text if piece.condition else "")
            branches = [
                {
                    "labels": "、".join(LABELS.get(label, label) for label in labels),
                    "label": "或".join(self.labels.branch(label, piece.name) for label in labels),
                    "body": self.pieces(body, scope, key),
                }
                for labels, body in piece.branches
            ]
            label = (
                self.labels.name(piece.name, scope) if piece.name else self.labels.condition(piece.condition, 0, scope)
            )
            return {"kind": "choose", "subject": subject, "label": label, "branches": branches, "scope": key}
        return {
            "kind": "when", "condition": piece.condition.text, "label": self.labels.condition(piece.condition, 0, scope),
            "body": self.pieces(piece.body, scope, key), "otherwise": self.pieces(piece.otherwise, scope, key), "scope": key,
        }  # fmt: skip

    def reference(self, piece: Reference, scope: Scope) -> dict[str, Any]:
        label = self.labels.name(piece.name, scope)
        if piece.name == "year" and piece.step:
            label = {-1: "上年年份", 1: "下年年份"}.get(piece.step, f"年份{piece.step:+}")
        if piece.path:
            asked = {
                "period": "期间",
                "until": "截至",
                "unit": "单位",
                "name": "名称",
                "why": "没有数的原因",
                "state": "状态",
                "region": "区划",
                "title": "题名",
                "date": "日期",
            }
            label += f"的{'·'.join(asked.get(one, one) for one in piece.path)}"
        name = piece.name + (f"{piece.step:+}" if piece.step else "") + "".join(f".{one}" for one in piece.path)
        spec = self.style.figures.get(piece.name) if self.style else None
        look = piece.look or (spec.show if spec else "")
        return {
            "kind": "figure",
            "name": name,
            "label": label,
            "look": piece.look,
            "shown": look,
            "figure": is_figure(scope, piece.name),
        }

    # -- blocks

    def blocks(self, path: Path, said: Any, level: int, scope: Scope, key: str) -> list[OutlinedBlock]:
        listed = said if isinstance(said, list) else []
        found = []
        for number, one in enumerate(listed):
            self.left -= 1
            if self.left > 0 and isinstance(one, Mapping) and len(path) < 40:
                found.append(self.block((*path, number), one, level, scope, key))
                found[-1].number, found[-1].last = number, number == len(listed) - 1
        return found

    def block(self, path: Path, said: Mapping[str, Any], level: int, scope: Scope, key: str) -> OutlinedBlock:
        kind = next((one for one in ("text", "prose", "heading") if one in said), "group")
        when, repeat = _text(said.get("when")), _text(said.get("repeat"))
        block = OutlinedBlock(kind, _address(path), level, 0, False, when=when, repeat=repeat)
        block.when_text = self.labels.formula(when, 0, scope) if when else ""
        if repeat:
            block.repeat_text = self.labels.name(repeat, scope)
            scope, key = scope | (item_scope(self.style, repeat) if self.style else {}), f"{key}/{repeat}"
        block.scope = self.scope_key(key, scope)
        if kind == "prose":
            block.prose = _text(said["prose"])
            return block
        if kind != "group":
            text = said[kind]
            rows = (
                [((*path, kind, n), one) for n, one in enumerate(text)]
                if isinstance(text, list)
                else [((*path, kind), text)]
            )
            block.sentences = [made for at, one in rows if (made := self.sentence(at, one, scope, key))]
        below = level + (kind == "heading")
        block.blocks = self.blocks((*path, "content"), said.get("content"), below, scope, key)
        return block

    # -- names

    def figures(self) -> Iterator[OutlinedName]:
        said = self.source.data.get("figures")
        for name, one in (said if isinstance(said, Mapping) else {}).items():
            spec = {str(key): _text(value) for key, value in one.items()} if isinstance(one, Mapping) else {}
            if "formula" in spec:
                spec["formula_text"] = self.labels.formula(spec["formula"], 0, self.top)
            if spec.get("measure"):
                spec["measure_name"] = self.labels.code(spec["measure"])
            if spec.get("period"):
                spec["period_name"] = period_word(spec["period"])
            yield OutlinedName(str(name), _address(("figures", str(name))), self.labels.name(str(name)), spec)

    def lists(self) -> Iterator[OutlinedName]:
        said = self.source.data.get("lists")
        for name, one in (said if isinstance(said, Mapping) else {}).items():
            spec = (
                {key: _text(one.get(key)) for key in ("of", "where", "order", "top")}
                if isinstance(one, Mapping)
                else {}
            )
            key = self.scope_key(f"list/{name}", self.top | (item_scope(self.style, str(name)) if self.style else {}))
            yield OutlinedName(
                str(name), _address(("lists", str(name))), self.labels.listed(str(name)), {**spec, "scope": key}
            )

    def texts(self) -> Iterator[OutlinedSentence]:
        """Words and sentences that others use by name."""
        said = self.source.data.get("texts")
        for name, one in (said if isinstance(said, Mapping) else {}).items():
            if sentence := self.sentence(("texts", str(name)), one, self.top, "top"):
                yield sentence

    def options(self) -> Iterator[OutlinedName]:
        """What a draft's writer says besides the figures. fixed: its default is no single text, or it has none."""
        said = self.source.data.get("options")
        for name, one in (said if isinstance(said, Mapping) else {}).items():
            if not isinstance(one, Mapping):
                continue
            kind, values = _text(one.get("type")), one.get("values")
            spec: dict[str, Any] = {"label": _text(one.get("label")), "kind": OPTION_KINDS.get(kind, kind)}
            spec["fixed"] = kind not in ONE_TEXT or isinstance(one.get("default"), list | Mapping)
            spec["default"] = "" if spec["fixed"] else _text(one.get("default"))
            spec["values"] = "、".join(map(_text, values)) if isinstance(values, list | Mapping) else ""
            yield OutlinedName(str(name), _address(("options", str(name))), spec["label"] or str(name), spec)

    # -- annexes

    def annexes(self) -> Iterator[OutlinedAnnex]:
        said = self.source.data.get("annexes")
        for number, one in enumerate(said if isinstance(said, list) else []):
            if not isinstance(one, Mapping):
                continue
            path: Path = ("annexes", number)
            table = one.get("table")
            inner, at = (table, (*path, "table")) if isinstance(table, Mapping) else (one, path)
            columns = self.columns((*at, "columns"), inner.get("columns"), 0)
            when = _text(one.get("when"))
            yield OutlinedAnnex(
                _address(path), _text(one.get("name")), self.sentence((*at, "title"), inner.get("title"), self.top, "top"), columns,
                _address((*at, "columns")) if "columns" in inner else "", declared=isinstance(table, Mapping), source=_text(one.get("from")),
                when_text=self.labels.formula(when, 0, self.top) if when else "",
            )  # fmt: skip

    def columns(self, path: Path, said: Any, depth: int) -> list[OutlinedColumn]:
        listed = said if isinstance(said, list) else []
        found = []
        for number, one in enumerate(listed):
            self.left -= 1
            if self.left < 0 or not isinstance(one, Mapping) or depth > 6:
                continue
            at = (*path, number)
            spec = {str(key): _text(value) for key, value in one.items() if not isinstance(value, list | Mapping)}
            column = OutlinedColumn(
                path=_address(at), head=_text(one.get("head")), says=self.column(one), number=number,
                last=number == len(listed) - 1, depth=depth, spec=spec,
            )  # fmt: skip
            column.below = self.columns((*at, "columns"), one.get("columns"), depth + 1)
            found.append(column)
        return found

    def column(self, said: Mapping[str, Any]) -> str:
        """What stands in a column, in words."""
        code, figure = _text(said.get("code")), _text(said.get("figure"))
        look = _text(said.get("show"))
        told = ""
        if code:
            told = self.labels.code(code)
        elif figure:
            told = self.labels.name(figure.split(".")[-1])
        elif said.get("formula"):
            told = f"算式 {_text(said.get('formula'))}"
        elif isinstance(said.get("rank"), Mapping):
            told = "名次"
        elif isinstance(said.get("change"), Mapping):
            told = "同比、环比"
        elif "columns" in said:
            return ""
        else:
            told = "、".join(
                f"{key} {_text(value)}" for key, value in said.items() if key in ("side", "text", "given", "each")
            )
        when = period_word(_text(said.get("period"))) if _text(said.get("period")) not in ("", "own") else ""
        return "，".join(filter(None, (told, when, look)))


def top_scope(style: Style | None) -> Scope:
    """What every sentence may say."""
    if style is None:
        return dict.fromkeys(STYLE_WORDS, WORD)
    return (
        dict.fromkeys(style.figures, FIGURE) | dict.fromkeys(STYLE_WORDS, WORD) | dict.fromkeys(style.options, OPTION)
        | dict.fromkeys(style.texts, PIECES) | dict.fromkeys(style.lists, LIST) | dict.fromkeys(TRUTHS, TRUTH)
        | dict.fromkeys(style.conditions, TRUTH)
    )  # fmt: skip


def plain_text(pieces: Iterable[Mapping[str, Any]]) -> str:
    """The pieces as one readable line."""
    said = []
    for one in pieces:
        if one["kind"] == "words":
            said.append(one["text"])
        elif one["kind"] == "figure":
            said.append(f"【{one['label']}】" + (f"〔{one['look']}〕" if one["look"] else ""))
        elif one["kind"] == "each":
            joined = f"，用“{one['join']}”隔开" if one["join"] != "、" else ""
            said.append(f"（{one['label']}逐个{joined}：{plain_text(one['body'])}）")
        elif one["kind"] == "when":
            other = f"；否则：{plain_text(one['otherwise'])}" if one["otherwise"] else ""
            said.append(f"（{one['label']}时：{plain_text(one['body'])}{other}）")
        else:
            told = "；".join(f"{branch['label']}：{plain_text(branch['body'])}" for branch in one["branches"])
            said.append(f"（看{one['label']}，{told}）")
    return "".join(said)


def condition_flaw(text: str) -> str:
    """Why a condition cannot be read; "" when it can."""
    try:
        read_condition(text)
    except ConditionError as error:
        return str(error)
    return ""


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip() if not isinstance(value, str) else value


def _address(path: Path) -> str:
    return "/".join(map(str, path))
