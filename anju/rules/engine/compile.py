"""Compile a lowered book to one SELECT, nested by levels of dependency, for a dialect.

Every operation is on integers that are known to fit: BIGINT where the range allows, else the dialect's wide integer.
A fragment that would be written more than once becomes a column of an earlier level, so text never grows exponentially.
On PostgreSQL, which flattens nested selects and copies expressions, a level whose column is used more than once ends with OFFSET 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from anju.rules.book.lower import Program
from anju.rules.book.parameters import fingerprint
from anju.rules.book.programs import Cache, book_key, program_of
from anju.rules.book.schema import Book, Value
from anju.rules.language.dialect import Dialect
from anju.rules.language.ir import INT64, WINDOWS, Num, Term, Truth, Type

WORD = 31  # conditions of which one BIGINT says both whether they fail and whether they are unknown
LOW = (1 << WORD) - 1


@dataclass(frozen=True)
class Compiled:
    """sql has {source} where the rows come from: a select of "_i" (order of row keys), "_on" and the inputs used.

    strict: what is known while some inputs are unknown stays so whatever they are (no if_unknown, no window).
    """

    sql: str
    inputs: tuple[tuple[str, str], ...]  # name, SQL type
    rollups: tuple[tuple[str, str], ...]  # the same of what the members come to, which the rows bring as well
    outputs: tuple[str, ...]
    types: Mapping[str, Type]
    conditions: tuple[str, ...]
    windowed: bool
    strict: bool


@dataclass(frozen=True)
class _Frag:
    sql: str
    level: int  # the highest level of the columns it uses
    wide: bool = False
    atom: bool = False


@dataclass
class _Column:
    name: str
    sql: str
    level: int
    wide: bool
    uses: set[str] = field(default_factory=set)


_COMPILED: Cache[Compiled] = Cache(256)


def compile_book(book: Book, values: Mapping[str, Value], dialect: Dialect) -> Compiled:
    """The book as SQL for one set of parameter values. Cached by the book's digest, the values and the dialect."""
    return _COMPILED.get((book_key(book), fingerprint(values), dialect.name), lambda: _compile(book, values, dialect))


def _compile(book: Book, values: Mapping[str, Value], dialect: Dialect) -> Compiled:
    program = program_of(book, values)
    if program.errors:  # only a what-if can bring this about: the loader checked every published set of values
        from anju.problems import Problem, Refused

        problems = [
            Problem("RULE-006", f"《{book.title}》“{book.label(name)}”", message, "请换一个试算的值。")
            for name, message in program.errors
        ]
        raise Refused(*problems)
    return _Compiler(program, dialect).run()


def quote(name: str) -> str:
    return f'"{name}"'


class _Compiler:
    def __init__(self, program: Program, dialect: Dialect) -> None:
        self.program, self.book, self.dialect = program, program.book, dialect
        self.columns: dict[str, _Column] = {}
        self.by_sql: dict[str, _Column] = {}
        self.memo: dict[int, _Frag] = {}
        self.counts: dict[int, int] = {}
        self.hidden = 0
        self.partition = self.partition_by(self.book.partition)

    def run(self) -> Compiled:
        known = {**self.program.steps, **self.program.conditions}
        nodes = {name: known[name] for name in self.program.types if name in known}  # each after what it uses
        for node in nodes.values():
            self.count(node)
        for name in ("_i", "_on"):
            self.columns[name] = _Column(name, "", 0, False)
        kinds = {}
        for name in (*self.book.inputs, *self.book.rollups):
            kinds[name] = self.source_kind(self.program.types[name])
            self.columns[name] = _Column(name, "", 0, kinds[name] == self.dialect.wide)
        named = {node.value for root in nodes.values() for node in _nodes(root) if node.op == "col"}
        tests = {}
        for name, node in nodes.items():
            frag = self.narrow(self.emit(node), node)
            if name in self.program.steps or name in named:
                self.put(name, frag)
                frag = _Frag(quote(name), self.columns[name].level, frag.wide, atom=True)
            tests[name] = frag
        words = self.words([tests[name] for name in self.book.conditions])
        steps, payables = [*self.book.rollups, *self.book.steps], self.book.payables
        paid = [self.payable(words, name) for name in payables]
        outputs = ['"_i"', *map(quote, steps), *paid, *self.masks(words)]
        sql, needed = self.select(outputs, {"_i", *steps, *words})
        return Compiled(
            sql=sql, inputs=tuple((name, kinds[name]) for name in self.book.inputs if name in needed),
            rollups=tuple((name, kinds[name]) for name in self.book.rollups),
            outputs=(*steps, *payables),
            types=dict(self.program.types), conditions=tuple(self.book.conditions), windowed=self.program.windowed,
            strict=not self.program.windowed and not any(_takes_unknown(node) for node in nodes.values()),
        )  # fmt: skip

    def source_kind(self, type_: Type) -> str:
        """The SQL type of a column that the rows bring."""
        wide = isinstance(type_, Num) and not _fits(type_)
        return "BOOLEAN" if isinstance(type_, Truth) else self.dialect.wide if wide else "BIGINT"

    # -- conditions

    def words(self, tests: list[_Frag]) -> list[str]:
        """Columns, each of up to WORD conditions: bit i says that the i-th of them fails, bit WORD + i that it is unknown. Each test is written once."""
        names: list[str] = []
        for start in range(0, len(tests), WORD):
            part = tests[start : start + WORD]
            bits = [
                f"CASE {test.sql} WHEN TRUE THEN {self.literal(0)} WHEN FALSE THEN {self.literal(1 << place)} ELSE {self.literal(1 << place + WORD)} END"
                for place, test in enumerate(part)
            ]
            names.append(f"_word{len(names)}")
            self.put(names[-1], _Frag(" | ".join(bits), _level(part)))
        return names

    def masks(self, words: list[str]) -> list[str]:
        """Bit i of failed_mask, of unknown_mask is of the i-th condition of the book."""
        failed = [f"({quote(word)} & {self.literal(LOW)})" for word in words]
        unknown = [self.dialect.quotient(quote(word), self.literal(1 << WORD), False) for word in words]
        masks = []
        for name, parts in (("failed_mask", failed), ("unknown_mask", unknown)):
            moved = [
                part if not place else f"{part} * {self.literal(1 << place * WORD)}" for place, part in enumerate(parts)
            ]
            masks.append(f"{' + '.join(moved) or self.literal(0)} AS {quote(name)}")
        return masks

    def payable(self, words: list[str], name: str) -> str:
        """Nothing when a condition that decides is false, unknown while one is; else the result."""
        wide = isinstance(type_ := self.program.types[name], Num) and not _fits(type_)
        gates = [condition.gate for condition in self.book.conditions.values()]
        failed, known = [], []
        for number, word in enumerate(words):
            if deciding := sum(1 << place for place, gate in enumerate(gates[number * WORD :][:WORD]) if gate):
                failed.append(f"({quote(word)} & {self.literal(deciding)}) <> 0")
                known.append(f"({quote(word)} & {self.literal(deciding << WORD)}) = 0")
        if not failed:
            return f"{quote(self.book.payables[name])} AS {quote(name)}"
        nothing = f"CASE WHEN {' OR '.join(failed)} THEN {self.literal(0, wide)}"
        return f"{nothing} WHEN {' AND '.join(known)} THEN {quote(self.book.payables[name])} END AS {quote(name)}"

    # -- levels

    def put(self, name: str, frag: _Frag) -> None:
        column = _Column(name, frag.sql, frag.level + 1, frag.wide, _columns_in(frag.sql))
        self.columns[name] = column

    def hide(self, frag: _Frag) -> _Frag:
        """The fragment as a column of its own, once."""
        if frag.atom:
            return frag
        column = self.by_sql.get(frag.sql)
        if column is None:
            self.hidden += 1
            self.put(f"_h{self.hidden}", frag)
            column = self.by_sql[frag.sql] = self.columns[f"_h{self.hidden}"]
        return _Frag(quote(column.name), column.level, column.wide, atom=True)

    def select(self, outputs: list[str], wanted: set[str]) -> tuple[str, set[str]]:
        top = max((column.level for column in self.columns.values()), default=0)
        uses: dict[str, int] = {}
        levels: list[list[_Column]] = [[] for _ in range(top + 1)]
        for column in self.columns.values():
            levels[column.level].append(column)
        for column in self.columns.values():
            for name in re.findall(r'"([a-z_][a-z0-9_]*)"', column.sql):
                uses[name] = uses.get(name, 0) + 1
        for text in outputs:
            for name in re.findall(r'"([a-z_][a-z0-9_]*)"', text):
                uses[name] = uses.get(name, 0) + 1
        last = dict.fromkeys(wanted, top + 1)
        for column in self.columns.values():
            for name in column.uses:
                last[name] = max(last.get(name, 0), column.level)
        kept = [column for column in levels[0] if last.get(column.name, 0) > 0]
        sql = "SELECT " + ", ".join(quote(column.name) for column in kept) + " FROM {source} AS q0"
        for level in range(1, top + 1):
            carried = [column for column in kept if last.get(column.name, 0) > level or column.name in wanted]
            fresh = levels[level]
            items = [quote(column.name) for column in carried] + [
                f"{column.sql} AS {quote(column.name)}" for column in fresh
            ]
            fence = self.dialect.fence if any(uses.get(column.name, 0) > 1 for column in fresh) else ""
            sql = f"SELECT {', '.join(items)} FROM ({sql}) AS q{level}{fence}"
            kept = carried + fresh
        needed = {column.name for column in levels[0] if last.get(column.name, 0) > 0}
        return f"SELECT {', '.join(outputs)} FROM ({sql}) AS q{top + 1}", needed

    # -- fragments

    def count(self, node: Term) -> None:
        self.counts[id(node)] = self.counts.get(id(node), 0) + 1
        if self.counts[id(node)] == 1:
            for arg in node.args:
                self.count(arg)

    def emit(self, node: Term) -> _Frag:
        if id(node) not in self.memo:
            frag = self.narrow(getattr(self, f"_{node.op}")(node), node)
            # A node with several users is computed once; a window function always stands in a level of its own.
            if node.op in WINDOWS or (self.counts.get(id(node), 1) > 1 and not frag.atom):
                frag = self.hide(frag)
            self.memo[id(node)] = frag
        return self.memo[id(node)]

    def narrow(self, frag: _Frag, node: Term) -> _Frag:
        """Back to BIGINT as soon as the range allows: it is many times faster."""
        if frag.wide and isinstance(node.type, Num) and _fits(node.type):
            return _Frag(f"CAST({frag.sql} AS BIGINT)", frag.level)
        return frag

    def widen(self, frag: _Frag, wide: bool) -> str:
        return f"CAST({frag.sql} AS {self.dialect.wide})" if wide and not frag.wide else frag.sql

    def literal(self, value: int, wide: bool = False) -> str:
        return f"CAST({value} AS {self.dialect.wide if wide or abs(value) > INT64 else 'BIGINT'})"

    def divided(self, top: _Frag, bottom: _Frag, wide: bool, reach: int) -> _Frag:
        """reach: how large the quotient may be."""
        if wide and reach >= 10**self.dialect.quotient_digits:
            return self.long_division(self.hide(top), self.hide(bottom))
        return _Frag(self.dialect.quotient(top.sql, bottom.sql, wide), max(top.level, bottom.level), wide)

    def long_division(self, top: _Frag, bottom: _Frag) -> _Frag:
        """By a short divisor in two steps, the upper half and then the remainder with the lower; a long divisor gives a short quotient."""
        a, b, half = top.sql, bottom.sql, self.literal(10**16, True)
        short = f"ABS({b}) < {self.literal(10**6, True)}"
        upper = self.hide(_Frag(self.dialect.quotient(a, half, True), top.level, True))
        level = max(upper.level, bottom.level)
        rest = self.hide(_Frag(f"CASE WHEN {short} THEN {upper.sql} % {b} * {half} + {a} % {half} END", level, True))
        steps = f"{self.dialect.quotient(upper.sql, b, True)} * {half} + {self.dialect.quotient(rest.sql, b, True)}"
        return _Frag(f"CASE WHEN {short} THEN {steps} ELSE {self.dialect.quotient(a, b, True)} END", rest.level, True)

    def atom(self, node: Term) -> _Frag:
        return self.hide(self.emit(node))

    def _const(self, node: Term) -> _Frag:
        if isinstance(node.value, bool):
            return _Frag("TRUE" if node.value else "FALSE", 0, atom=True)
        return _Frag(self.literal(node.value), 0, abs(node.value) > INT64, atom=True)

    def _col(self, node: Term) -> _Frag:
        column = self.columns["_on" if node.value == "run_date" else node.value]
        return _Frag(quote(column.name), column.level, column.wide, atom=True)

    def _sum(self, node: Term) -> _Frag:
        frags = [self.emit(arg) for arg in node.args]
        wide = sum(_reach(arg) for arg in node.args) > INT64
        text = "".join(
            f" {'+' if sign > 0 else '-'} {self.widen(frag, wide)}"
            for sign, frag in zip(node.value, frags, strict=True)
        )
        zero = self.literal(0) if node.value[0] < 0 else ""
        return _Frag(f"({zero}{text if zero else text.removeprefix(' + ')})", _level(frags), wide)

    def _mul(self, node: Term) -> _Frag:
        left, right = (self.emit(arg) for arg in node.args)
        wide = _reach(node.args[0]) * _reach(node.args[1]) > INT64
        return _Frag(f"({self.widen(left, wide)} * {self.widen(right, wide)})", max(left.level, right.level), wide)

    def _div(self, node: Term) -> _Frag:
        """(2a ± b) ÷ 2b, truncating, is a ÷ b half-up with ties away from zero; a and b already carry their scale factors."""
        left, right = node.args
        up, down = node.value
        wide = 2 * _reach(left) * up + _reach(right) * down > INT64 or 2 * _reach(right) * down > INT64
        signed = left.num.low < 0 or right.num.low < 0
        least = right.num.low if right.num.low > 0 else -right.num.high if right.num.high < 0 else 1
        reach = (2 * _reach(left) * up + least * down) // (2 * least * down)
        dividend = self.atom(left) if signed or (wide and self.dialect.repeats) else self.emit(left)
        top = f"{self.widen(dividend, wide)} * {self.literal(2 * up, wide)}"
        if right.op == "const" and right.value > 0:
            half = right.value * down
            add = self.literal(half, wide)
            if signed:
                add = f"CASE WHEN {dividend.sql} < 0 THEN {self.literal(-half, wide)} ELSE {add} END"
            bottom = _Frag(self.literal(2 * half, wide), 0, wide, atom=True)
            return self.divided(_Frag(f"({top} + {add})", dividend.level, wide), bottom, wide, reach)
        divisor = self.atom(right)
        half_sql = f"{self.widen(divisor, wide)} * {self.literal(down, wide)}"
        bottom = _Frag(f"NULLIF({self.widen(divisor, wide)} * {self.literal(2 * down, wide)}, 0)", divisor.level, wide)
        if signed:
            half_sql = f"CASE WHEN ({dividend.sql} < 0) = ({divisor.sql} < 0) THEN {half_sql} ELSE - ({half_sql}) END"
        level = max(dividend.level, divisor.level)
        return self.divided(_Frag(f"({top} + {half_sql})", level, wide), bottom, wide, reach)

    def _floordiv(self, node: Term) -> _Frag:
        left, right = node.args
        wide = _reach(left) + _reach(right) > INT64
        reach = _reach(left) // right.num.low
        take = self.atom if left.num.low < 0 or (wide and self.dialect.repeats) else self.emit
        dividend, divisor = take(left), take(right)
        a, b = (_Frag(self.widen(one, wide), one.level, wide) for one in (dividend, divisor))
        whole = self.divided(a, b, wide, reach)
        if left.num.low >= 0:
            return whole
        level = max(dividend.level, divisor.level)
        below = self.divided(_Frag(f"({b.sql} - {self.literal(1, wide)} - {a.sql})", level, wide), b, wide, reach + 1)
        sql = f"CASE WHEN {dividend.sql} < 0 THEN - {below.sql} ELSE {whole.sql} END"
        return _Frag(sql, max(below.level, whole.level), wide)

    def _cmp(self, node: Term) -> _Frag:
        left, right = (self.emit(arg) for arg in node.args)
        return _Frag(f"({left.sql} {node.value} {right.sql})", max(left.level, right.level))

    def _and(self, node: Term) -> _Frag:
        frags = [self.emit(arg) for arg in node.args]
        return _Frag("(" + f" {node.op.upper()} ".join(frag.sql for frag in frags) + ")", _level(frags))

    _or = _and

    def _not(self, node: Term) -> _Frag:
        frag = self.emit(node.args[0])
        return _Frag(f"(NOT {frag.sql})", frag.level)

    def _between(self, node: Term) -> _Frag:
        frags = [self.emit(arg) for arg in node.args]
        return _Frag("({} BETWEEN {} AND {})".format(*(frag.sql for frag in frags)), _level(frags))

    def _in(self, node: Term) -> _Frag:
        frags = [self.emit(arg) for arg in node.args]
        return _Frag(f"({frags[0].sql} IN ({', '.join(frag.sql for frag in frags[1:])}))", _level(frags))

    def _case(self, node: Term) -> _Frag:
        """CASE c WHEN TRUE … WHEN FALSE … is strict without writing c twice: an unknown c meets neither."""
        frags = [self.emit(arg) for arg in node.args]
        wide = any(frag.wide for frag in frags[1::2]) or frags[-1].wide
        sql = self.widen(frags[-1], wide)
        for test, value in zip(frags[-3::-2], frags[-2::-2], strict=True):
            sql = f"CASE {test.sql} WHEN TRUE THEN {self.widen(value, wide)} WHEN FALSE THEN {sql} END"
        return _Frag(sql, _level(frags), wide)

    def _greatest(self, node: Term) -> _Frag:
        """SQL's own skips NULL; ours is strict."""
        frags = [self.emit(arg) if arg.op == "const" else self.atom(arg) for arg in node.args]
        wide = any(frag.wide for frag in frags)
        nulls = " OR ".join(
            f"{frag.sql} IS NULL" for frag, arg in zip(frags, node.args, strict=True) if arg.op != "const"
        )
        best = f"{node.op.upper()}({', '.join(self.widen(frag, wide) for frag in frags)})"
        return _Frag(f"CASE WHEN {nulls} THEN NULL ELSE {best} END" if nulls else best, _level(frags), wide)

    _least = _greatest

    def _abs(self, node: Term) -> _Frag:
        frag = self.emit(node.args[0])
        return _Frag(f"ABS({frag.sql})", frag.level, frag.wide)

    def _if_unknown(self, node: Term) -> _Frag:
        frags = [self.emit(arg) for arg in node.args]
        wide = any(frag.wide for frag in frags)
        return _Frag(f"COALESCE({', '.join(self.widen(frag, wide) for frag in frags)})", _level(frags), wide)

    def _within(self, node: Term) -> _Frag:
        frag = self.atom(node.args[0])
        low, high = node.value
        return _Frag(
            f"CASE WHEN {frag.sql} BETWEEN {self.literal(low)} AND {self.literal(high)} THEN {frag.sql} END",
            frag.level,
            frag.wide,
        )

    def _pick(self, node: Term) -> _Frag:
        subject, frags = self.atom(node.args[0]), [self.emit(arg) for arg in node.args[1:]]
        wide = any(frag.wide for frag in frags)
        signs = {"equal": "=", "above": ">", "upto": "<=", "below": "<"}
        tests = [
            f"{subject.sql} IS NOT NULL" if kind == "rest" else f"{subject.sql} {signs[kind]} {self.literal(edge)}"
            for kind, edge in node.value
        ]
        whens = " ".join(f"WHEN {test} THEN {self.widen(frag, wide)}" for test, frag in zip(tests, frags, strict=True))
        return _Frag(f"CASE {whens} END", subject.level, wide)

    # -- windows: one unknown member makes its partition unknown

    def _total(self, node: Term) -> _Frag:
        frag = self.atom(node.args[0])
        over = f"OVER ({self.partition})"
        total = f"CAST({self.dialect.total.format(frag.sql)} {over} AS {self.dialect.wide})"
        return _Frag(f"CASE WHEN COUNT({frag.sql}) {over} = COUNT(*) {over} THEN {total} END", frag.level, True)

    def _row_number(self, node: Term) -> _Frag:
        frag = self.atom(node.args[0])
        return _Frag(f'ROW_NUMBER() OVER ({self.partition} ORDER BY {frag.sql} DESC NULLS LAST, "_i")', frag.level)

    def _rank(self, node: Term) -> _Frag:
        """Rows that are equal up to a key are told apart by it, or by a later one: unless all of them have it, none has a place."""
        frags = [self.atom(arg) for arg in node.args]
        directions, entire = node.value
        keys: list[str] = []
        known: list[str] = []
        equal: list[str] = []
        for frag, descending in zip(frags, directions, strict=True):
            over = f"OVER ({self.partition if entire else self.partition_by(self.book.partition, equal)})"
            known.append(f"COUNT({frag.sql}) {over} = COUNT(*) {over}")
            keys.append(f"{frag.sql} {'DESC' if descending else 'ASC'} NULLS LAST")
            equal.append(frag.sql)
        order = f"CAST(RANK() OVER ({self.partition} ORDER BY {', '.join(keys)}) AS BIGINT)"
        return _Frag(f"CASE WHEN {' AND '.join(known)} THEN {order} END", _level(frags))

    def partition_by(self, names: Sequence[str], columns: Sequence[str] = ()) -> str:
        over = ", ".join([*map(quote, names), *columns])
        return f"PARTITION BY {over}" if over else ""

    # -- dates are integers yyyymmdd

    def _age(self, node: Term) -> _Frag:
        born, day = (self.atom(arg) for arg in node.args)
        years = self.dialect.quotient(f"({day.sql} - {born.sql})", self.literal(10000), False)
        return _Frag(f"CASE WHEN {day.sql} >= {born.sql} THEN {years} END", max(born.level, day.level))

    def _months(self, node: Term) -> _Frag:
        first, last = (self.atom(arg) for arg in node.args)

        def whole(earlier: str, later: str) -> str:
            return f"({self.month_index(later)} - {self.month_index(earlier)} - CASE WHEN MOD({later}, 100) < MOD({earlier}, 100) THEN 1 ELSE 0 END)"

        sql = f"CASE WHEN {last.sql} >= {first.sql} THEN {whole(first.sql, last.sql)} WHEN {last.sql} < {first.sql} THEN - {whole(last.sql, first.sql)} END"
        return _Frag(sql, max(first.level, last.level))

    def month_index(self, day: str) -> str:
        return f"({self.dialect.quotient(day, '10000', False)} * 12 + MOD({self.dialect.quotient(day, '100', False)}, 100))"

    def _days(self, node: Term) -> _Frag:
        first, last = (self.hide(self.julian(self.atom(arg))) for arg in node.args)
        return _Frag(f"({last.sql} - {first.sql})", max(first.level, last.level))

    def julian(self, day: _Frag) -> _Frag:
        """Day number of a Gregorian date by integers alone: the engines' own date arithmetic differs."""

        def div(top: str, bottom: int) -> str:
            return self.dialect.quotient(top, str(bottom), False)

        month = f"MOD({div(day.sql, 100)}, 100)"
        early = self.hide(_Frag(div(f"(14 - {month})", 12), day.level))  # 1 in January and February
        year = self.hide(_Frag(f"({div(day.sql, 10000)} + 4800 - {early.sql})", max(day.level, early.level)))
        days = f"MOD({day.sql}, 100) + {div(f'(153 * ({month} + 12 * {early.sql} - 3) + 2)', 5)}"
        years = f"365 * {year.sql} + {div(year.sql, 4)} - {div(year.sql, 100)} + {div(year.sql, 400)}"
        return _Frag(f"({days} + {years} - 32045)", max(early.level, year.level))


def _nodes(node: Term) -> Iterator[Term]:
    yield node
    for arg in node.args:
        yield from _nodes(arg)


def _takes_unknown(node: Term) -> bool:
    return node.op == "if_unknown" or any(_takes_unknown(arg) for arg in node.args)


def _fits(type_: Num) -> bool:
    return max(abs(type_.low), abs(type_.high)) <= INT64


def _reach(node: Term) -> int:
    return max(abs(node.num.low), abs(node.num.high))


def _level(frags: list[_Frag]) -> int:
    return max((frag.level for frag in frags), default=0)


def _columns_in(sql: str) -> set[str]:
    return set(re.findall(r'"([a-z_][a-z0-9_]*)"', sql))
