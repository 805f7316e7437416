"""What a book must satisfy beyond its shape: names that exist, no cycles, units and ranges that fit, points that add up, examples that hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from anju.periods import period_bounds
from anju.problems import Problem, Refused
from anju.rules.book import parameters
from anju.rules.book.lower import Program, lower_book
from anju.rules.book.order import dependencies, order_steps
from anju.rules.book.rollups import rollup_problems
from anju.rules.book.schema import (
    DECIDING,
    MAX_CHAIN,
    MAX_INPUTS,
    MAX_NODES,
    MAX_PARAMETERS,
    MAX_STEPS,
    NUMBER,
    RELATIVE_PERIODS,
    Book,
    BookCondition,
    BookInput,
    BookStep,
    BracedFigure,
    Members,
    Parameter,
)
from anju.rules.book.tree import ProblemReport
from anju.rules.language.formula import Expr, FormulaError, Literal, Name, Ranked, formula_names, operator_calls, walk
from anju.rules.language.ir import Num, Type, join_units
from anju.rules.language.operators import WINDOWS


def check_book(book: Book, report: ProblemReport, failed: Mapping[str, str] = MappingProxyType({})) -> None:
    """Add every problem to the report. Later checks wait until the earlier ones pass, so that one slip is not told five times.

    failed: names that were written and could not be read, with their part, which the report tells already: what uses them is not told again.
    """
    _Checker(book, report, failed).run()


class _Checker:
    def __init__(self, book: Book, report: ProblemReport, failed: Mapping[str, str]) -> None:
        self.book, self.report, self.failed = book, report, failed

    def wrong(self, code: str, name: str, what: str, fix: str) -> None:
        book = self.book
        named: dict[str, Members | BookInput | Parameter | BookStep | BookCondition] = {
            **({book.members.key: book.members} if book.members else {}),
            **(book.members.inputs if book.members else {}),
            **book.rollups,
            **book.inputs,
            **book.parameters,
            **book.steps,
            **book.conditions,
        }
        self.report.add(code, named[name].line if name in named else 1, name, what, fix)

    def run(self) -> None:
        self.kind()
        self.points()
        self.known_names()
        for problem in rollup_problems(self.book, self.failed):
            self.wrong(*problem)
        self.sources()
        if self.book.language > 1:
            self.sizes()
            self.periods()
        if self.report.problems:
            return
        try:
            order = order_steps(self.book)
            if self.book.language > 1:
                self.chain(order)
        except ValueError as cycle:
            self.wrong(
                "BOOK-041", str(cycle).split(" → ", 1)[0], f"步骤循环引用：{cycle}。", "请改写其中一步，使先后分明。"
            )
            return
        except RecursionError:
            self.report.add("BOOK-041", 1, "", "步骤一环套一环，超过 500 层。", "请合并步骤。")
            return
        if not self.report.problems:
            self.programs(order)

    def periods(self) -> None:
        """Whose period an input is: the run's, its year, or one that is written out. Anything else would be read as the run's without a word."""
        for item in self.book.inputs.values():
            if item.period and item.period not in RELATIVE_PERIODS and not _is_period(item.period):
                fix = '写 year（当年全年）、cumulative-year（本期累计），或写出一个期间，如 "2020-Q1"、"2020-H1"、"2020-09"。'
                self.wrong("BOOK-053", item.name, f"period“{item.period}”不是期间。", fix)

    # -- how large

    def sizes(self) -> None:
        book = self.book
        counts = [("inputs", len(book.inputs), MAX_INPUTS), ("rollups", len(book.rollups), MAX_STEPS)]
        counts += [("members", len(book.members.inputs) if book.members else 0, MAX_INPUTS)]
        counts += [("parameters", len(book.parameters), MAX_PARAMETERS)]
        counts += [("steps", len(book.steps), MAX_STEPS)]
        for part, count, most in counts:
            if count > most:
                self.report.add("BOOK-052", 1, part, f"有 {count} 个，最多 {most} 个。", "请分成几本规则书。")
        expressions = [expr for _, expr in self.expressions()] + [step.expr for step in book.rollups.values()]
        nodes = sum(sum(1 for _ in walk(expr)) for expr in expressions)
        if nodes > MAX_NODES:
            self.report.add("BOOK-052", 1, "", f"公式共有 {nodes} 个成分，最多 {MAX_NODES} 个。", "请分成几本规则书。")

    def chain(self, order: list[str]) -> None:
        """The longest chain of steps that use one another: each is a level of the compiled statement."""
        depths: dict[str, int] = {}
        for name in order:
            item = self.book.steps.get(name) or self.book.conditions[name]
            depths[name] = 1 + max((depths.get(used, 0) for used in dependencies(item.expr, self.book)), default=0)
            if depths[name] > MAX_CHAIN:
                what = f"步骤一环套一环，超过 {MAX_CHAIN} 层。"
                self.wrong("BOOK-052", name, what, "请把几步合成一步，或分成几本规则书。")
                return

    # -- what each kind needs

    def kind(self) -> None:
        book = self.book
        needs = {
            "scoring": (("criteria", book.criteria), ("total", book.total is not None)),
            "eligibility": (("conditions", book.conditions),),
            "subsidy": (("result", book.result),),
            "rent": (("result", book.result),),
            "share": (("result", book.result),),
            "queue": (("order", book.order),),
            "warning": (("conditions", book.conditions),),
            "check": (("conditions", book.conditions),),
            "counting": (("steps", book.steps),),
            "conduct": (("result 或 conditions", book.result or book.conditions),),
        }
        for key, present in needs.get(book.kind, ()):
            if not present and key not in self.failed.values():
                self.report.add("BOOK-005", 1, "", f"{book.kind} 类规则书缺少 {key}。", "请补上。")
        if book.kind != "scoring" and (book.total is not None or book.criteria):
            self.report.add(
                "BOOK-022", 1, "", "只有 scoring 类规则书写 criteria 和 total。", "请改用 steps，或改 kind。"
            )
        if book.kind != "queue" and book.order:
            self.report.add("BOOK-022", 1, "order", "只有 queue 类规则书写 order。", "请删去，或改 kind。")
        part = "result" if len(book.results) == 1 else "results"
        for name in book.results:
            if name not in (*book.steps, *self.failed):
                what = f"{part} 写的“{name}”不是一个步骤。"
                self.report.add("BOOK-040", 1, part, what, "请写 steps 中的一个名称。")

    def points(self) -> None:
        book = self.book
        if book.kind != "scoring" or book.total is None or "criteria" in self.failed.values():
            return
        added = sum((step.points for step in book.criteria.values() if step.points is not None), Decimal(0))
        if added != book.total:
            self.report.add(
                "BOOK-043",
                1,
                "total",
                f"各评分项满分之和是 {added}，与 total {book.total} 不符。",
                "请核对各项 points 与 total。",
            )
        for step in book.criteria.values():
            if step.points is not None and step.points <= 0 and step.range is None:
                self.wrong(
                    "BOOK-043", step.name, f"满分 {step.points} 不大于 0。", "扣分项请写 range，例如 range: [-5, 0]。"
                )

    # -- names

    def known_names(self) -> None:
        book = self.book
        inner = book.members.inputs if book.members else {}
        known = {*book.inputs, *book.rollups, *book.parameters, *book.steps, *book.conditions, "run_date", *self.failed}
        for name, expr in self.expressions():
            if isinstance(expr, Ranked):
                self.sort_keys(name, expr)
                continue
            for used in dict.fromkeys(formula_names(expr)):
                if used in inner or (dependencies(Name(used), book) & inner.keys()):
                    what = f"用到的“{used}”{'是' if used in inner else '取决于'}成员的输入。"
                    self.wrong("BOOK-040", name, what, "请在 rollups 里汇总，再用汇总的名称。")
                elif used not in known:
                    self.wrong(
                        "BOOK-040",
                        name,
                        f"用到的名称“{used}”没有定义。",
                        "请在 inputs、parameters 或 steps 中定义，或改正拼写。",
                    )
        for parameter in book.parameters.values():
            for used in {*parameter.by, parameter.bands} - {""}:
                if used not in known | inner.keys() or used in (*book.parameters, *book.conditions):
                    self.wrong(
                        "BOOK-040",
                        parameter.name,
                        f"by 或 bands 所指的“{used}”不是输入或步骤。",
                        "请写一个输入或步骤的名称。",
                    )
            for refused in {*parameter.refusals} - self.failed.keys():
                condition = book.conditions.get(refused)
                if book.kind not in DECIDING:
                    what, fix = (
                        f"{book.kind} 类规则书没有“不予办理”，不能写 refuse。",
                        f"只有 {'、'.join(DECIDING)} 类可以写。",
                    )
                    self.wrong("BOOK-062", parameter.name, what, fix)
                elif condition is None or not condition.gate:
                    what = f"refuse 所指的“{refused}”{'不是一个条件' if condition is None else '不影响发放（gate: false）'}。"
                    self.wrong(
                        "BOOK-062", parameter.name, what, "请在 conditions 里写这个条件和它的 says，公式可以不写。"
                    )
            for edge in parameter.edges:
                line = book.parameters.get(edge)
                if edge not in self.failed and (line is None or line.type != NUMBER or line.by or line.bands):
                    what = f"分段的端点“{edge}”不是一个只有一个数的参数。"
                    self.wrong("BOOK-060", parameter.name, what, "端点写数，或写一个不按取值、不分段的数量参数的名称。")
        for used in book.partition:
            if used not in book.inputs and used not in self.failed:
                self.report.add("BOOK-040", 1, "partition", f"分组所用的“{used}”不是输入。", "请写一个输入的名称。")

    def sort_keys(self, name: str, ranked: Ranked) -> None:
        book = self.book
        where, line = ("order", 1) if ranked.entire else (name, book.steps[name].line)
        names = [key.name for key, _ in ranked.keys]
        for used in names:
            if used not in (*book.inputs, *book.rollups, *book.steps, *self.failed):
                what = f"排序所用的“{used}”不是输入或步骤。"
                self.report.add("BOOK-040", line, where, what, "请写一个输入或步骤的名称。")
        if not ranked.shared and names[-1] not in (*book.inputs, *self.failed):
            code, fix = ("BOOK-026", "请在末尾加上这样的键。")
            if not ranked.entire:
                code, fix = "BOOK-070", "请在末尾加上这样的键；同分的排在同一名次，写 ties: shared。"
            what = "最后一个排序键须是输入，且每行不同（例如申请编号），否则同分的先后没有定论。"
            self.report.add(code, line, where, what, fix)

    def formulas(self) -> list[BookStep | BookCondition]:
        return [*self.book.steps.values(), *self.book.conditions.values()]

    def expressions(self) -> Iterator[tuple[str, Expr]]:
        for item in self.formulas():
            yield item.name, item.expr
            for figure in self.figures(item):
                yield item.name, figure.expr

    def figures(self, item: BookStep | BookCondition) -> list[BracedFigure]:
        return [part for part in item.says.parts if isinstance(part, BracedFigure)] if item.says else []

    def sources(self) -> None:
        for item in (*self.book.rollups.values(), *self.formulas()):
            if any(call.name == "if_unknown" for call in operator_calls(item.expr)) and not (
                item.source or item.clause
            ):
                self.wrong(
                    "BOOK-044",
                    item.name,
                    "用了 if_unknown，却没有写 source 或 clause。",
                    "未知按什么处理须有依据，请写明。",
                )
            if isinstance(item, BookCondition) and not item.gate and not (item.source or item.clause):
                what = "写了 gate: false（不影响发放），却没有写 source 或 clause。"
                self.wrong("BOOK-044", item.name, what, "不符合也照发须有依据，请写明。")
            for figure in self.figures(item):
                if any(call.name in WINDOWS for call in operator_calls(figure.expr)):
                    self.wrong("BOOK-031", item.name, "句子的花括号里用了跨行的算子。", "请先写成一个步骤，再引用它。")
                elif isinstance(figure.expr, Literal):
                    self.wrong("BOOK-031", item.name, "花括号里是一个字符串。", "请直接写在句子里。")

    # -- types, units and ranges, for every set of values in force

    def programs(self, order: list[str]) -> None:
        scales: dict[str, Type] = {}
        reported: set[tuple[str, str]] = set()
        dates = 0
        disordered: list[Problem] = []
        for day, now in parameters.each_program(self.book, disordered):
            dates += 1
            program = lower_book(self.book, now, order)
            for name, message in program.errors:
                if (name, message) not in reported:
                    reported.add((name, message))
                    self.wrong(
                        "BOOK-042",
                        name,
                        f"公式“{_formula(self.book, name)}”：{message}",
                        "请改写公式，或核对输入和参数的单位、范围。",
                    )
            if not program.errors:
                for part in filter(None, (program, program.members)):
                    self.edges_of_one_unit(part, reported)
                self.figures_typed(program, reported)
                self.same_scale(program, scales, day.isoformat())
        for problem in disordered:
            self.wrong("BOOK-061", problem.where.field, problem.what, problem.fix)
        if not dates and not disordered:
            self.report.add(
                "BOOK-014",
                1,
                "parameters",
                "施行期内没有一天是所有参数都有值的。",
                "请核对 applies 与各参数的 from、until。",
            )

    def edges_of_one_unit(self, program: Program, reported: set[tuple[str, str]]) -> None:
        """A parameter that is an edge of bands is compared with what they are bands of."""
        for parameter in program.book.parameters.values():
            for edge in parameter.edges if parameter.bands in program.types else ():
                try:
                    part = program.of(parameter)
                    join_units([part.lowered(Name(parameter.bands)), part.lowered(Name(edge))])
                except FormulaError as error:
                    if (parameter.name, str(error)) not in reported:
                        reported.add((parameter.name, str(error)))
                        self.wrong("BOOK-060", parameter.name, f"分段的端点“{edge}”：{error}", "请改用同一单位的参数。")

    def same_scale(self, program: Program, scales: dict[str, Type], day: str) -> None:
        for name, type_ in program.types.items():
            before = scales.setdefault(name, type_)
            if isinstance(type_, Num) and isinstance(before, Num) and type_.places != before.places:
                self.wrong(
                    "BOOK-017",
                    name,
                    f"自 {day} 起小数位数由 {before.places} 变为 {type_.places}。",
                    "请写明 places，使各期一致。",
                )

    def figures_typed(self, program: Program, reported: set[tuple[str, str]]) -> None:
        """The figures of sentences are lowered as well: a sentence must not fail when it is first needed."""
        for item in self.formulas():
            for figure in self.figures(item):
                try:
                    program.lowered(figure.expr)
                except FormulaError as error:
                    if (item.name, str(error)) not in reported:
                        reported.add((item.name, str(error)))
                        self.wrong("BOOK-031", item.name, f"句子花括号里的算式：{error}", "请改写。")


def _is_period(text: str) -> bool:
    try:
        period_bounds(text)
    except Refused:
        return False
    return True


def _formula(book: Book, name: str) -> str:
    item = book.steps.get(name) or book.conditions.get(name) or book.rollups.get(name)
    text = item.formula if item else name
    return text if len(text) <= 60 else text[:57] + "…"
