"""What can be told of a style before any figure is read: every name is known where it stands, lists do not go round in circles. All at once."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

from anju.documents.styles import sources
from anju.documents.styles.language.conditions import OF_LISTS, StyleCondition
from anju.documents.styles.language.schema import (
    TRUTHS,
    WORDS,
    Block,
    FigureSpec,
    ListSpec,
    ProsePlace,
    Style,
    StyleParagraph,
)
from anju.documents.styles.language.sentences import (
    ALL,
    ATTRIBUTES,
    LABELS,
    NO,
    NONE,
    NUMBER,
    OTHERWISE,
    SOME,
    UNKNOWN,
    YES,
    Choose,
    Each,
    Piece,
    Reference,
    SentenceWords,
    When,
)
from anju.documents.styles.library.annexes import check_annex
from anju.documents.styles.library.scopes import (
    FIGURE,
    LIST,
    OPTION,
    PARTS_OF,
    PIECES,
    TRUTH,
    WORD,
    Scope,
    base_list,
    item_scope,
    source_scope,
)
from anju.figures.tasks import tasks
from anju.rules.book.tree import ProblemReport

NAMES, LIMIT = "DOC-073", "DOC-074"
KINDS = {FIGURE: "数", WORD: "词", LIST: "名单", PIECES: "成句的话", TRUTH: "条件", OPTION: "选项"}
# Of what a condition may ask; "": its value.
QUESTIONED = {"": (FIGURE, WORD, TRUTH, OPTION), "known": (FIGURE, WORD)} | dict.fromkeys(OF_LISTS, (LIST,))
BUILT_IN = ("regions", "tasks", "rows", "option", "members")
GIVEN = ("cited", "dates")
ALWAYS = ("organs", "addressee", "signatories", "copies", "disclosure", "printed_by", "title")
MAX_LOOPS = 3  # repeat, each, each
MAX_CHAIN = 30  # of names that rest on one another


def check_style(style: Style, report: ProblemReport) -> None:
    """Problems go into the report."""
    StyleCheck(style, report).run()


class StyleCheck:
    def __init__(self, style: Style, report: ProblemReport) -> None:
        self.style, self.report = style, report
        self.top: Scope = (
            dict.fromkeys(WORDS, WORD)
            | dict.fromkeys(TRUTHS, TRUTH)
            | dict.fromkeys(style.options, OPTION)
            | dict.fromkeys(style.figures, FIGURE)
            | dict.fromkeys(style.conditions, TRUTH)
            | dict.fromkeys(style.texts, PIECES)
            | dict.fromkeys(style.lists, LIST)
            | {f"{name}{part}": LIST for name in style.lists for part in PARTS_OF}
        )

    def wrong(self, line: int, where: str, what: str, fix: str, code: str = NAMES) -> None:
        self.report.add(code, line, where, what, fix)

    def run(self) -> None:
        style = self.style
        self.clashes()
        for name, spec in style.figures.items():
            self.figure(spec, f"figures.{name}", self.top)
        for name, condition in style.conditions.items():
            self.condition(condition, 0, f"conditions.{name}", self.top)
        for name, spec in style.lists.items():
            self.named_list(name, spec)
        self.sets()
        self.circles()
        self.pieces(style.title, 0, "title", self.top, 0)
        for variant in style.variants:
            self.pieces(variant.title, 0, f"variants.{variant.code}", self.top, 0)
        for name, text in style.texts.items():
            self.pieces(text, 0, f"texts.{name}", {key: kind for key, kind in self.top.items() if kind != PIECES}, 0)
        self.blocks(style.blocks, "sections", self.top, 0)
        if style.enclosure:
            self.pieces(style.enclosure.title, 0, "enclosure.title", self.top, 0)
            self.blocks(style.enclosure.blocks, "enclosure", self.top, 0)
        for annex in style.annexes:
            check_annex(self, annex)
        for reminder in style.reminders:
            if reminder not in sources.paper_reminders():
                self.unknown(1, "reminders", reminder, sources.paper_reminders(), "提醒")
        for said in style.own_reminders:
            inner = self.enter(said.repeat, said.line, "reminders", self.top) if said.repeat else self.top
            self.condition(said.when, said.line, "reminders", inner)
            for text in (said.where, said.what, said.fix):
                self.pieces(text, said.line, "reminders", inner, 1 if said.repeat else 0)
        self.prose_places()

    def clashes(self) -> None:
        """One word per thing: a name is a figure's or a list's or an option's."""
        groups = {
            "figures": self.style.figures,
            "conditions": self.style.conditions,
            "texts": self.style.texts,
            "lists": self.style.lists,
            "options": self.style.options,
        }
        seen: dict[str, str] = dict.fromkeys((*WORDS, *TRUTHS), "现成的词")
        for name in set(BUILT_IN) & set(self.style.lists):
            self.wrong(
                self.style.lists[name].line,
                f"lists.{name}",
                f"名单不能叫“{name}”：of: {name} 另有意思。",
                "请换一个名称。",
            )
        for group, names in groups.items():
            for name in names:
                if name in seen and not (group == "options" and name in ("parts_word", "place")):
                    line = getattr(names[name], "line", 0)
                    self.wrong(line, f"{group}.{name}", f"名称“{name}”已经用过（{seen[name]}）。", "请换一个名称。")
                seen.setdefault(name, group)

    # -- names

    def unknown(self, line: int, where: str, name: str, known: Iterable[str], what: str) -> None:
        names = list(known) if not self.report.is_full() else []
        near = difflib.get_close_matches(name, names, 1)
        fix = f"是不是 {near[0]}？" if near else ""
        self.wrong(line, where, f"没有叫“{name}”的{what}。", f"{fix}可写：{'、'.join(names[:40]) or '（没有）'}。")

    def kind(self, name: str, scope: Scope) -> str:
        """Of a name as it may stand there: whole_x and outer_x are x of another place. "" when there is none."""
        if name in scope:
            return scope[name]
        for before in ("whole_", "outer_"):
            if name.startswith(before) and name.removeprefix(before) in scope:
                return scope[name.removeprefix(before)]
        return ""

    def condition(self, condition: StyleCondition | None, line: int, where: str, scope: Scope) -> None:
        for question, name in condition.names() if condition else ():
            if question == "written":
                keys = [
                    key for key in self.style.prose if key == name or (name.endswith("*") and key.startswith(name[:-1]))
                ]
                if not keys:
                    self.unknown(line, where, name, self.style.prose, "自由正文")
                continue
            if question == "given":
                if name.split(".")[0] not in (*self.style.options, *GIVEN, *ALWAYS):
                    self.unknown(line, where, name, self.style.options, "选项")
                continue
            kind = self.kind(name, scope)
            wanted = QUESTIONED.get(question, (FIGURE,))
            if not kind:
                self.unknown(
                    line, where, name, [key for key, value in scope.items() if value in wanted], KINDS[wanted[0]]
                )
            elif kind not in wanted:
                self.wrong(
                    line,
                    where,
                    f"“{name}”是{KINDS[kind]}，这里要{'或'.join(KINDS[one] for one in wanted)}。",
                    "请改用别的名称，或用 count、known 等问法。",
                )

    def figure(self, spec: FigureSpec, where: str, scope: Scope) -> None:
        self.condition(spec.formula, spec.line, where, scope)
        if spec.over and spec.over != "parts" and spec.over not in self.style.sets:
            self.unknown(spec.line, where, spec.over, self.style.sets, "区划的集合")
        self.condition(spec.when, spec.line, where, scope)
        if spec.source.get("of") == "given" and (option := spec.source.get("option")):
            given = [name for name, one in self.style.options.items() if one.type == "given"]
            if option not in given:
                self.unknown(spec.line, where, option, given, "选项（type: given）")
        for name in spec.first:
            if self.kind(name, scope) != FIGURE:
                self.unknown(spec.line, where, name, self.style.figures, "数")
        if spec.of:
            if self.kind(spec.of, scope) != LIST:
                self.unknown(spec.line, where, spec.of, self.style.lists, "名单")
            elif spec.sum and self.kind(spec.sum, scope | item_scope(self.style, spec.of)) != FIGURE:
                self.unknown(spec.line, where, spec.sum, self.style.figures, "数")

    def named_list(self, name: str, spec: ListSpec) -> None:
        where = f"lists.{name}"
        known = [*BUILT_IN, *self.style.lists, *sources.paper_lists()]
        if spec.of not in known and base_list(self.style, spec.of) not in self.style.lists:
            self.unknown(spec.line, where, spec.of, known, "名单来源")
            return
        if spec.of == "regions" and spec.set != "parts" and spec.set not in self.style.sets:
            self.unknown(spec.line, where, spec.set, self.style.sets, "区划的集合")
        if spec.of == "option" and spec.option not in self.style.options:
            self.unknown(spec.line, where, spec.option, self.style.options, "选项")
        if spec.of == "members" and not (spec.measure and spec.dimension):
            fix = "请写成 {of: members, measure: 指标, dimension: 维度}。"
            self.wrong(spec.line, where, "没有写明哪个指标按什么维度分。", fix)
        if spec.of in ("tasks", "rows") and not spec.rows:
            self.wrong(spec.line, where, "没有写 rows：逐项是什么。", "请写 rows: [{…}]。")
        scope = self.top | item_scope(self.style, name)
        for row in spec.rows if spec.of in ("tasks", "rows") else ():
            if spec.of == "tasks" and row.get("task") not in tasks():
                self.unknown(row["line"], where, str(row.get("task", "")), tasks(), "年度任务")
            for key, value in row.items():
                if isinstance(value, FigureSpec):
                    self.figure(value, f"{where}.{key}", scope)
        for key, value in spec.figures.items():
            self.figure(value, f"{where}.{key}", scope)
        outer = scope | self.around()
        for condition in (spec.where, spec.order, spec.group):
            self.condition(condition, spec.line, where, outer)

    def around(self) -> Scope:
        """What the members of all lists tell: a list within another speaks of the outer one's too."""
        return {key: kind for name in self.style.lists for key, kind in item_scope(self.style, name).items()}

    def sets(self) -> None:
        for name, spec in self.style.sets.items():
            for other in (*spec.minus, *spec.plus):
                if other not in self.style.sets and other != "parts" and not other[:1].isdigit():
                    self.unknown(spec.line, f"sets.{name}", other, self.style.sets, "区划的集合")
            for option in filter(None, (spec.option, spec.order)):
                if option not in self.style.options:
                    self.unknown(spec.line, f"sets.{name}", option, self.style.options, "选项")
        graph = {
            f"sets.{name}": [f"sets.{one}" for one in (*spec.minus, *spec.plus)]
            for name, spec in self.style.sets.items()
        }
        self.follow(graph, {f"sets.{name}": spec.line for name, spec in self.style.sets.items()})

    def circles(self) -> None:
        graph: dict[str, list[str]] = {}
        lines: dict[str, int] = {}
        for name, spec in self.style.figures.items():
            asked = [one for _, one in spec.formula.names()] if spec.formula else []
            asked += [one for _, one in spec.when.names()] if spec.when else []
            graph[name], lines[name] = [*asked, *spec.first, *filter(None, (spec.sum, spec.of))], spec.line
        for name, condition in self.style.conditions.items():
            graph[name], lines[name] = [one for _, one in condition.names()] if condition else [], 0
        for name, listed in self.style.lists.items():
            asked = [
                one
                for condition in (listed.where, listed.order, listed.group)
                if condition
                for _, one in condition.names()
            ]
            own = {key: spec for key, spec in listed.figures.items() if spec.formula}
            while inner := [one for one in asked if one in own]:
                asked = [one for one in asked if one not in own]
                asked += [
                    one
                    for key in inner
                    if (spec := own.pop(key, None)) and spec.formula
                    for _, one in spec.formula.names()
                ]
            told = item_scope(self.style, name)
            graph[name] = [listed.of, *(one for one in asked if one not in told or one in self.style.figures)]
            lines[name] = listed.line
        self.follow(graph, lines)

    def follow(self, graph: Mapping[str, list[str]], lines: Mapping[str, int]) -> None:
        """A problem for each name that rests on itself."""
        done: dict[str, bool] = {}
        depth: dict[str, int] = {}
        plain = {name: [self.plain(one, graph) for one in rests] for name, rests in graph.items()}
        for start in plain:
            path: list[tuple[str, Iterator[str]]] = [(start, iter(plain[start]))] if start not in done else []
            while path:
                name, rest = path[-1]
                done[name] = False
                following = next(rest, None)
                if following is None:
                    done[name] = True
                    depth[name] = 1 + max((depth.get(one, 0) for one in plain[name]), default=0)
                    if depth[name] == MAX_CHAIN + 1:
                        what = f"“{name}”由一个接一个的名称算出，超过 {MAX_CHAIN} 个。"
                        self.wrong(lines.get(name, 0), name, what, "请少绕几道。", LIMIT)
                    path.pop()
                elif following in plain and following not in done:
                    path.append((following, iter(plain[following])))
                elif done.get(following) is False:
                    self.wrong(lines.get(name, 0), name, f"“{following}”由自己算出自己。", "请断开这个圈。")

    def plain(self, name: str, graph: Mapping[str, list[str]]) -> str:
        if name in graph:
            return name
        for before in ("whole_", "outer_"):
            name = name.removeprefix(before)
        return base_list(self.style, name)

    # -- what is written

    def blocks(self, blocks: Iterable[Block], where: str, scope: Scope, loops: int) -> None:
        for block in blocks:
            self.condition(block.when, block.line, where, scope)
            inner, more = scope, loops
            if not isinstance(block, ProsePlace) and block.repeat:
                inner, more = self.enter(block.repeat, block.line, where, scope), loops + 1
            if isinstance(block, StyleParagraph):
                for sentence in block.sentences:
                    self.pieces(sentence, block.line, where, inner, more)
            elif not isinstance(block, ProsePlace):
                self.pieces(block.heading, block.line, where, inner, more)
                self.blocks(block.blocks, where, inner, more)

    def enter(self, name: str, line: int, where: str, scope: Scope) -> Scope:
        if self.kind(name, scope) != LIST:
            self.unknown(line, where, name, [key for key, kind in scope.items() if kind == LIST], "名单")
            return scope
        return scope | self.members(name, scope)

    def members(self, name: str, scope: Scope) -> Scope:
        if base_list(self.style, name) in self.style.lists:
            return item_scope(self.style, name)
        nested = self.nested(name)
        return source_scope(nested) if nested else {}

    def nested(self, name: str) -> sources.PaperList | None:
        todo = [source for spec in self.style.lists.values() if (source := sources.paper_lists().get(spec.of))]
        while todo:
            source = todo.pop()
            if name in source.lists:
                return source.lists[name]
            todo += source.lists.values()
        return None

    def pieces(self, pieces: Iterable[Piece], line: int, where: str, scope: Scope, loops: int) -> None:
        for piece in pieces:
            if isinstance(piece, SentenceWords):
                continue
            if isinstance(piece, Reference):
                self.reference(piece, line, where, scope)
            elif isinstance(piece, Each):
                if loops >= MAX_LOOPS:
                    self.wrong(line, where, f"repeat 和 each 一共套了 {MAX_LOOPS} 层以上。", "请分成几段。", LIMIT)
                self.pieces(piece.body, line, where, self.enter(piece.listed, line, where, scope), loops + 1)
            elif isinstance(piece, When):
                self.condition(piece.condition, line, where, scope)
                self.pieces((*piece.body, *piece.otherwise), line, where, scope, loops)
            elif isinstance(piece, Choose):
                self.choose(piece, line, where, scope, loops)

    def reference(self, piece: Reference, line: int, where: str, scope: Scope) -> None:
        if piece.name in GIVEN and len(piece.path) >= 1:
            return
        kind = self.kind(piece.name, scope)
        if not kind:
            known = [key for key, value in scope.items() if value not in (LIST, TRUTH)]
            self.unknown(line, where, piece.name, known, "数或词")
        elif kind in (LIST, TRUTH):
            way = f"{{each {piece.name}: …}}" if kind == LIST else f"{{when {piece.name}: …}}"
            self.wrong(
                line,
                where,
                f"“{piece.name}”是{KINDS[kind]}，不能直接印。",
                f"请写 {way}，要印个数的另起名称：{{count: 名单}}。",
            )
        elif kind == FIGURE and piece.path and (len(piece.path) > 1 or piece.path[0] not in ATTRIBUTES):
            self.wrong(
                line,
                where,
                f"“{piece.name}.{'.'.join(piece.path)}”：数没有这一项。",
                f"可写：{'、'.join(f'.{key} {text}' for key, text in ATTRIBUTES.items())}。",
            )
        elif kind == WORD and piece.path == ("date",):
            return
        elif kind in (WORD, PIECES) and (piece.path or piece.look):
            self.wrong(line, where, f"“{piece.name}”是{KINDS[kind]}，后面不能写单位、小数位或别的。", "请只写名称。")
        elif piece.step and piece.name != "year":
            self.wrong(
                line,
                where,
                f"“{piece.name}{piece.step:+}”：只有 year 可以加减。",
                "别的算式请在 figures 里起名：{formula: …}。",
            )

    def choose(self, piece: Choose, line: int, where: str, scope: Scope, loops: int) -> None:
        kind = TRUTH
        if piece.condition:
            self.condition(piece.condition, line, where, scope)
        else:
            kind = self.kind(piece.name, scope)
            if not kind or kind == PIECES:
                self.unknown(
                    line, where, piece.name, [key for key, value in scope.items() if value != PIECES], "数、名单或选项"
                )
                return
        allowed: Iterable[str] | None = None
        if kind == LIST:
            allowed = (ALL, SOME, NONE, UNKNOWN, OTHERWISE)
        elif kind == TRUTH:
            allowed = (YES, NO, UNKNOWN, OTHERWISE)
        elif kind == FIGURE:
            allowed = [label for label in LABELS if label not in (ALL, SOME, NONE, YES, NO)]
        elif kind == OPTION and self.style.options[piece.name].values:
            allowed = [*self.style.options[piece.name].values, OTHERWISE]
        for labels, body in piece.branches:
            for label in labels:
                if allowed is not None and label not in allowed and not (kind == FIGURE and NUMBER.fullmatch(label)):
                    known = "、".join(LABELS.get(one, one) for one in allowed)
                    self.wrong(
                        line,
                        where,
                        f"“{piece.name or piece.condition}”没有“{LABELS.get(label, label)}”这种情形。",
                        f"可写：{known}{'，或一个数' if kind == FIGURE else ''}。",
                    )
            self.pieces(body, line, where, scope, loops)

    def prose_places(self) -> None:
        """Every key has its place; every place a key."""
        placed: dict[str, int] = {}

        def walk(blocks: Iterable[Block]) -> None:
            for block in blocks:
                if isinstance(block, ProsePlace):
                    if block.key not in self.style.prose:
                        self.unknown(block.line, "sections", block.key, self.style.prose, "自由正文")
                    placed.setdefault(block.key, block.line)
                elif not isinstance(block, StyleParagraph):
                    walk(block.blocks)

        walk(self.style.blocks)
        walk(self.style.enclosure.blocks if self.style.enclosure else ())
        for key in self.style.prose:
            if key not in placed:
                self.wrong(
                    1,
                    f"prose.{key}",
                    f"自由正文“{key}”在 sections 里没有位置，写了也印不出来。",
                    f"请在 sections 里加一块 {{prose: {key}}}，或从 prose 里删去。",
                )
