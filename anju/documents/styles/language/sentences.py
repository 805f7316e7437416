"""The grammar of a sentence: words, and in braces what is put in. Pure; nothing here knows a figure.

{start}  {start 套 0}  {start.period}          a figure or a word, how it is printed, what else is known of it
{each behind join "；": {name}{rate}}          for each member of a list
{choose more: 增加 → 增加{more}套 | 减少 → …}    by value or state; {choose list: 全部 → … | 部分 → …}
{when rate < 60: …} {when known(more): … | …}  a clause under a condition, and instead of it
"""

import re
from dataclasses import dataclass

from anju.documents.styles.language.conditions import ConditionError, StyleCondition, read_condition
from anju.documents.text.printing import FigureFormat

NAME = re.compile(r"[a-z][a-z0-9_]*")
REFERENCE = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*)(?P<step>[+-]\d{1,2})?(?P<path>(\.[a-z][a-z0-9_-]*)*)(?P<look>(\s+\S+)*)\s*"
)
EACH = re.compile(
    r"""each\s+(?P<list>[a-z][a-z0-9_]*)(?P<rest>(\s+(join|last)\s*(["“'‘][^"”'’{}|]*["”'’]))*)\s*[:：]"""
)
JOINED = re.compile(r"""(join|last)\s*["“'‘]([^"”'’]*)["”'’]""")
ARROW = re.compile(r"\s*(?:→|->|=>|＝＞)\s*")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MAX_LENGTH, MAX_NESTING, MAX_EACH = 4000, 8, 2
ATTRIBUTES = {
    "period": "它的期间", "until": "它截至哪一天（与文书同日的不印）", "unit": "它的单位", "name": "指标的名称", "why": "为什么没有数", "state": "它的状态",
    "region": "它的区划",
}  # fmt: skip
OTHERWISE, YES, NO, UNKNOWN = "else", "yes", "no", "unknown"
UP, DOWN, SAME = "up", "down", "same"
ALL, SOME, NONE = "all", "some", "none"
# A label of choose: as it is kept, and how else it may be written.
LABELS = {
    UP: "增加", DOWN: "减少", SAME: "持平", "unreported": "未报", "no_task": "无任务", "not_applicable": "不适用", UNKNOWN: "未知", ALL: "全部",
    SOME: "部分", NONE: "没有", YES: "是", NO: "否", OTHERWISE: "其他",
}  # fmt: skip
ALIASES = {text: code for code, text in LABELS.items()} | {"其余": OTHERWISE, "均": ALL}


class SentenceError(ValueError):
    """What is wrong with a sentence, at which of its characters, and what to write."""

    def __init__(self, place: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.place, self.what, self.fix = place, what, fix


@dataclass(frozen=True)
class SentenceWords:
    text: str


@dataclass(frozen=True)
class Reference:
    """name: a figure's or a word's; step: of a year (year-1); path: what is asked of it (period), or a key of an option (plan.date)."""

    name: str
    place: int
    step: int = 0
    path: tuple[str, ...] = ()
    look: str = ""


@dataclass(frozen=True)
class Each:
    listed: str
    place: int
    body: tuple["Piece", ...]
    join: str = "、"
    last: str | None = None


@dataclass(frozen=True)
class Choose:
    """subject: a name, or a condition. branches: (labels, what is written)."""

    place: int
    branches: tuple[tuple[tuple[str, ...], tuple["Piece", ...]], ...]
    name: str = ""
    condition: StyleCondition | None = None


@dataclass(frozen=True)
class When:
    place: int
    condition: StyleCondition
    body: tuple["Piece", ...]
    otherwise: tuple["Piece", ...] = ()


Piece = SentenceWords | Reference | Each | Choose | When


def read_sentence(text: str) -> tuple[Piece, ...]:
    """The pieces of a sentence. SentenceError at the first thing that cannot be read."""
    if len(text) > MAX_LENGTH:
        raise SentenceError(MAX_LENGTH, f"这一句长 {len(text)} 个字，最多 {MAX_LENGTH} 个。", "请分成几句，写成列表。")
    reader = _SentenceReader(text)
    pieces = reader.pieces(0, ())
    if reader.at < len(text):
        raise SentenceError(reader.at, "多出一个右花括号。", "请删去它；要印花括号本身，写两个 }}。")
    return pieces


class _SentenceReader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.each = text, 0, 0

    def pieces(self, depth: int, stops: tuple[str, ...]) -> tuple[Piece, ...]:
        """Up to the end, a right brace, or (inside choose and when) a bar."""
        if depth > MAX_NESTING:
            raise SentenceError(self.at, f"花括号套了 {MAX_NESTING} 层以上。", "请把里面的写成另一句，或先起一个名称。")
        found: list[Piece] = []
        words = ""
        while self.at < len(self.text):
            two, character = self.text[self.at : self.at + 2], self.text[self.at]
            if two in ("{{", "}}") and not (two == "}}" and depth):
                words, self.at = words + character, self.at + 2
            elif character in "｛｝":
                raise SentenceError(self.at, "花括号是全角的。", "请改用半角的 { }。")
            elif character == "{":
                found += [SentenceWords(words)] if words else []
                words = ""
                found.append(self.braces(depth))
            elif character == "}" or character in stops:
                break
            else:
                words, self.at = words + character, self.at + 1
        return tuple([*found, SentenceWords(words)] if words else found)

    def braces(self, depth: int) -> Piece:
        start = self.at
        self.at += 1
        self.space()
        rest = self.text[self.at :]
        if re.match(r"each\b", rest):
            piece: Piece = self.read_each(depth)
        elif re.match(r"choose\b", rest):
            piece = self.read_choose(depth)
        elif re.match(r"when\b", rest):
            piece = self.read_when(depth)
        else:
            piece = self.read_reference()
        if self.at >= len(self.text) or self.text[self.at] != "}":
            raise SentenceError(start, "这个花括号没有配上右边的 }。", "请补上 }。")
        self.at += 1
        return piece

    def read_reference(self) -> Reference:
        end = next((place for place in range(self.at, len(self.text)) if self.text[place] in "{}|"), len(self.text))
        if end == len(self.text) or self.text[end] == "{":
            raise SentenceError(self.at, "这个花括号没有配上右边的 }。", "请补上 }。")
        match = REFERENCE.fullmatch(self.text, self.at, end)
        if not match:
            inside = self.text[self.at : end].strip()
            raise SentenceError(
                self.at,
                f"“{inside[:30]}”不是引用。" if inside else "花括号里是空的。",
                "请写 {名称}、{名称 单位 小数位}，或 each、choose、when；名称用小写英文字母、数字和下划线。",
            )
        look = " ".join(match["look"].split())
        try:
            FigureFormat.of(look)
        except ValueError as error:
            word = str(error).rpartition(" ")[2]
            raise SentenceError(
                match.start("look"),
                f"认不得印法里的“{word}”。",
                "印法写单位、小数位、upto、grouping、bare、trim，如 {start 套 0}、{invest 亿元 upto 2}。",
            ) from None
        place, self.at = self.at, end
        return Reference(
            match["name"], place, int(match["step"] or 0), tuple(filter(None, match["path"].split("."))), look
        )

    def read_each(self, depth: int) -> Each:
        match = EACH.match(self.text, self.at)
        if not match:
            raise SentenceError(
                self.at,
                "each 的写法有误。",
                'each 写成 {each 名单 join "、": 每一项怎么写}；join 可以不写，最后一个的连接另写 last "和"。',
            )
        place, self.at = self.at, match.end()
        self.each += 1
        if self.each > MAX_EACH:
            raise SentenceError(place, f"each 套了 {MAX_EACH} 层以上。", "一句里 each 里面最多再套一个 each。")
        said = dict(JOINED.findall(match["rest"]))
        body = _trim(self.pieces(depth + 1, ()))
        self.each -= 1
        return Each(match["list"], place, body, said.get("join", "、"), said.get("last"))

    def read_choose(self, depth: int) -> Choose:
        place = self.at
        self.at += len("choose")
        subject = self.until_colon("choose")
        name, condition = (subject, None) if NAME.fullmatch(subject) else ("", self.condition(subject, place))
        branches: list[tuple[tuple[str, ...], tuple[Piece, ...]]] = []
        while True:
            self.space()
            labels = self.read_labels()
            branches.append((labels, _trim(self.pieces(depth + 1, ("|",)))))
            if self.at >= len(self.text) or self.text[self.at] != "|":
                break
            self.at += 1
        return Choose(place, tuple(branches), name, condition)

    def read_labels(self) -> tuple[str, ...]:
        arrow = ARROW.search(self.text, self.at)
        stop = next((at for at in range(self.at, len(self.text)) if self.text[at] in "{}|"), len(self.text))
        if not arrow or arrow.start() > stop:
            raise SentenceError(self.at, "choose 的这一支没有箭头。", "每一支写成“情形 → 怎么写”，各支之间用 | 隔开。")
        given = self.text[self.at : arrow.start()]
        labels = tuple(ALIASES.get(one.strip(), one.strip()) for one in re.split("[,，、]", given))
        for label in labels:
            if not (label in LABELS or NUMBER.fullmatch(label) or NAME.fullmatch(label)):
                known = "、".join(LABELS.values())
                raise SentenceError(self.at, f"认不得情形“{label}”。", f"情形可以写数（0）、选项的取值，或 {known}。")
        self.at = arrow.end()
        return labels

    def read_when(self, depth: int) -> When:
        place = self.at
        self.at += len("when")
        condition = self.condition(self.until_colon("when"), place)
        body = _trim(self.pieces(depth + 1, ("|",)))
        otherwise: tuple[Piece, ...] = ()
        if self.at < len(self.text) and self.text[self.at] == "|":
            self.at += 1
            otherwise = _trim(self.pieces(depth + 1, ()))
        return When(place, condition, body, otherwise)

    def until_colon(self, word: str) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ":：{}|":
            self.at += 1
        if self.at >= len(self.text) or self.text[self.at] not in ":：":
            raise SentenceError(start, f"{word} 后面没有冒号。", f"请写成 {{{word} …: …}}。")
        self.at += 1
        return self.text[start : self.at - 1].strip()

    def condition(self, text: str, place: int) -> StyleCondition:
        try:
            return read_condition(text)
        except ConditionError as error:
            raise SentenceError(
                place,
                f"条件“{text[:40]}”：{error}",
                "条件与规则书的公式写法相同，另有 known(名称)、count(名单)、any、all、none、given(选项)、written(段落)、state(名称)。",
            ) from None

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1


def _trim(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Without the blanks at both ends that only set the text apart."""
    found = list(pieces)
    if found and isinstance(found[0], SentenceWords):
        found[0] = SentenceWords(found[0].text.lstrip(" \t\r\n"))
    if found and isinstance(found[-1], SentenceWords):
        found[-1] = SentenceWords(found[-1].text.rstrip(" \t\r\n"))
    return tuple(piece for piece in found if not isinstance(piece, SentenceWords) or piece.text)
