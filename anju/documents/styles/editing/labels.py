"""What the names of a style are called by people: figures by what they count, conditions and lists in words. No code is shown where a name will do."""

import re
from collections.abc import Iterable, Mapping

from anju.documents.styles import sources
from anju.documents.styles.language.conditions import StyleCondition
from anju.documents.styles.language.schema import FigureSpec, ListSpec, Style
from anju.documents.styles.language.sentences import LABELS, NAME, Choose, Each, Piece, SentenceWords, When
from anju.documents.styles.language.times import RELATIVE, WITHIN, YEARS_AGO
from anju.documents.styles.library.scopes import FIGURE, LIST, PARTS_OF, TRUTH, Scope, base_list, item_scope
from anju.figures.models import Measure
from anju.figures.tasks import tasks

WORDS = {
    "year": "年份", "place": "地名", "whole": "全市（全县）", "period": "期间", "span": "期间（年度）", "until": "期末", "parts_word": "下级统称",
    "whole_year": "期间是整年", "passed": "已经过去", "name": "名称", "code": "代码", "level": "级别", "unit": "单位", "actual": "完成数", "target": "任务数",
    "rate": "完成率", "rank": "名次", "tied": "并列", "members": "同组各项", "item": "这一项", "item_name": "这一项的名称", "text": "文字", "amount": "数", "cited": "文件", "dates": "日期",
}  # fmt: skip
PARTS = {"_unknown": "中说不清的", "_rest": "以外的"}
BEFORE = {"whole_": "本地的", "outer_": "外一层的"}
BUILT_IN = {"regions": "各地", "tasks": "各项任务", "rows": "各项"}
LOGIC = {"and": "且", "or": "或", "not": "不是", ">=": "≥", "<=": "≤", "<>": "≠", "*": "×", "/": "÷", "-": "−"}
TOKEN = re.compile(r"'[^']*'|(?:known|unknown|reported|given|written|older|shared|state|count|any|all|none)\s*\([^()]*\)|[a-z][a-z0-9_.]*|>=|<=|<>|[-+*/=<>()]|[^\s]")  # fmt: skip
UNKNOWN = re.compile(r"\bnot\s+known\s*\(")
QUESTION = re.compile(r"(\w+)\s*\(\s*([^()]*?)\s*\)")
ASKED = {
    "known": "{}已知", "unknown": "{}未知", "reported": "{}报过", "given": "写了{}", "written": "写了“{}”", "older": "{}不是本期末的", "shared": "{}按比例定", "state": "{}的状态",
    "count": "{}的个数", "any": "有{}", "all": "全是{}", "none": "没有{}",
}  # fmt: skip
TOO_DEEP = 6  # names of names


class StyleLabels:
    """Of one style, as far as it can be read. measures: the catalogue, by code."""

    def __init__(self, style: Style | None, measures: Mapping[str, Measure]) -> None:
        self.style, self.measures = style, measures

    # -- figures

    def name(self, name: str, scope: Scope | None = None, depth: int = 0) -> str:
        """What a name is called where it stands; the name itself where nobody knows better."""
        style = self.style
        if style is None or depth > TOO_DEEP:
            return WORDS.get(name, name)
        if name in style.figures:
            return self.figure(style.figures[name], depth)
        for listed in style.lists.values():
            if name in listed.figures and (scope is None or name in scope):
                return self.figure(listed.figures[name], depth)
        if name in style.options:
            return style.options[name].label or WORDS.get(name, name)
        if name in style.texts:
            return f"“{first_words(style.texts[name])}……”"
        if name in style.conditions:
            return self.condition(style.conditions[name], depth + 1)
        if base_list(style, name) in style.lists:
            return self.listed(name, depth + 1)
        for before, text in BEFORE.items():
            if name.startswith(before):
                return f"{text}{self.name(name.removeprefix(before), scope, depth + 1)}"
        for key, text in PARTS.items():
            if name.endswith(key):
                return f"{self.name(name.removesuffix(key), scope, depth + 1)}{text}"
        return WORDS.get(name) or self.of_row(name) or name

    def of_row(self, name: str) -> str:
        """A figure that the rows of a list say each for itself: what it is in the first."""
        rows = (row for listed in (self.style.lists.values() if self.style else ()) for row in listed.rows)
        spec = next((row[name] for row in rows if isinstance(row.get(name), FigureSpec)), None)
        return f"各项的{self.figure(spec)}" if spec else ""

    def figure(self, spec: FigureSpec, depth: int = 0) -> str:
        if spec.label:
            return spec.label
        if spec.measure:
            return self.measure(spec)
        if spec.formula:
            return self.condition(spec.formula, depth + 1)
        if spec.first:
            return self.name(spec.first[0], None, depth + 1)
        if spec.sum:
            return f"各项{self.name(spec.sum, None, depth + 1)}之和"
        if spec.of:
            return f"{self.name(spec.of, None, depth + 1)}的个数"
        source = spec.source
        if source.get("of") == "given":
            return f"给定的“{source.get('text', '')}”"
        if source.get("of") == "paper":
            return f"上一件公文的{ {'number': '文号', 'title': '标题', 'date': '日期'}.get(source.get('what', ''), source.get('what', '')) }"
        return {"run": "评判结果", "parameter": "规则书参数"}.get(source.get("of", ""), spec.name) + (
            f" {source.get('step') or source.get('name') or ''}".rstrip()
        )

    def measure(self, spec: FigureSpec) -> str:
        told = self.code(spec.measure)
        for part in (spec.member, spec.calibre):
            told += f"（{part}）" if part else ""
        where = "上级" if spec.region == "parent" else "" if spec.region in ("", "own") else spec.region
        if spec.over:
            where = "各地合计的"
        when = period_word(spec.period) if spec.period not in ("", "own") else ""
        return f"{where}{told}" + (f"·{when}" if when else "")

    def code(self, code: str) -> str:
        if "{" in code:
            return "选项里写的指标"
        measure = self.measures.get(code)
        return measure.name if measure else code

    # -- lists

    def listed(self, name: str, depth: int = 0) -> str:
        """各地中开工量＝0的; with 说不清的, 以外的 for its parts."""
        style = self.style
        if style is None or depth > TOO_DEEP:
            return name
        base = base_list(style, name)
        spec = style.lists.get(base)
        if spec is None:
            return BUILT_IN.get(name) or WORDS.get(name, name)
        part = next((PARTS[one] for one in PARTS_OF if name != base and name == f"{base}{one}"), "")
        return f"{self.list_spec(spec, depth)}{part}"

    def list_spec(self, spec: ListSpec, depth: int = 0) -> str:
        if spec.label:
            return spec.label
        source = sources.paper_lists().get(spec.of)
        if spec.of == "option":
            told = f"“{self.name(spec.option, None, depth + 1)}”各项"
        elif spec.of == "tasks":
            rows = [str(row.get("name") or tasks().get(str(row.get("task")), {}).get("name", "")) for row in spec.rows]
            told = "、".join(filter(None, rows[:2])) + (f"等{len(rows)}项任务" if len(rows) > 2 else "")
        elif spec.of == "members":
            told = f"{self.code(spec.measure)}各{spec.dimension}"
        elif source:
            told = source.name
        else:
            told = BUILT_IN.get(spec.of) or self.listed(spec.of, depth + 1)
        if spec.where:
            told += f"{'，其中' if told.endswith('的') else '中'}{self.condition(spec.where, depth + 1, item_scope(self.style, spec.name) if self.style else None)}的"
        if spec.order:
            way = "由高到低" if spec.descending else "由低到高"
            told += f"，按{self.condition(spec.order, depth + 1)}{way}"
        if spec.top:
            told += f"的前{spec.top}名"
        if spec.group:
            told += "，相同的并在一起"
        return told

    # -- conditions

    def condition(self, condition: StyleCondition | None, depth: int = 0, scope: Scope | None = None) -> str:
        return self.formula(condition.text, depth, scope) if condition else ""

    def formula(self, text: str, depth: int = 0, scope: Scope | None = None) -> str:
        """A formula or condition with what its names are called."""
        said = []
        for token in TOKEN.findall(UNKNOWN.sub("unknown(", text)):
            if asked := QUESTION.fullmatch(token):
                said.append(ASKED[asked[1]].format(self.asked(asked[1], asked[2], depth, scope)))
            elif token in LOGIC:
                said.append(LOGIC[token])
            elif NAME.fullmatch(token.replace(".", "_")) and token not in (
                "case",
                "when",
                "then",
                "end",
                "between",
                "in",
                "abs",
            ):
                said.append(self.name(token, scope, depth + 1))
            else:
                said.append(token)
        return "".join(said)

    def asked(self, question: str, name: str, depth: int, scope: Scope | None) -> str:
        if question == "written" and self.style is not None:
            return self.style.prose.get(name, name)
        return self.name(name, scope, depth + 1)

    def branch(self, label: str, subject: str) -> str:
        """What a label of choose is called."""
        option = self.style.options.get(subject) if self.style else None
        return LABELS.get(label) or (option.values.get(label) if option else "") or label

    # -- what may be said somewhere

    def choices(self, scope: Scope) -> list[dict[str, str]]:
        """Names that stand there, each with what it is called and its kind; the style's own figures first."""
        style = self.style
        own = [name for name in (style.figures if style else ()) if name in scope]
        rest = [name for name in scope if name not in own]
        return [
            {"name": name, "label": self.name(name, scope), "kind": scope[name]}
            for name in (*own, *rest)
            if not (scope[name] in (LIST, TRUTH) and name.endswith(PARTS_OF))
        ]


def first_words(pieces: Iterable[Piece]) -> str:
    """The first words that are written in a sentence."""
    for piece in pieces:
        if isinstance(piece, SentenceWords) and piece.text.strip():
            return piece.text.strip()[:8]
        inside = piece.body if isinstance(piece, Each | When) else ()
        if isinstance(piece, Choose):
            inside = piece.branches[0][1]
        if words := first_words((*inside, *(piece.otherwise if isinstance(piece, When) else ()))):
            return words
    return ""


def period_word(period: str) -> str:
    """A relative period in words."""
    if "{" in period:
        return "选项里写的期间"
    if period in RELATIVE:
        return RELATIVE[period]
    if match := YEARS_AGO.fullmatch(period):
        return "上年" if match[1] == "1" else f"{match[1]}年前"
    if match := WITHIN.fullmatch(period):
        year = {"": "本年", "1": "上年"}.get(match["ago"] or "", f"{match['ago']}年前")
        rest = match["rest"]
        return year + (
            f"{int(rest)}月" if rest.isdecimal() else {"Q": "第{}季度", "H": "第{}个半年"}[rest[0]].format(rest[1])
        )
    return period


def is_figure(scope: Scope, name: str) -> bool:
    """Whether a name is a figure's there, of the place itself or of another."""
    return any(name.startswith(one) and scope.get(name.removeprefix(one)) == FIGURE for one in ("", *BEFORE))
