"""Tell a row step by step in Chinese: formula, figures put in, value, clause; each lost point and failed condition one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from anju.quantities import trim_zeros
from anju.rules.book.display import SHOWN_RATIO, convert_value, figure_text, number_text, shown_value
from anju.rules.book.lower import input_type
from anju.rules.book.programs import Cache, book_key
from anju.rules.book.rollups import ALL, asked_of
from anju.rules.book.schema import Book, BookCondition, BookStep, BracedFigure, SentenceTemplate
from anju.rules.engine.evaluation import Known
from anju.rules.engine.outcome import MANY, OutcomeRow, reasons_from_causes
from anju.rules.engine.reference import run_reference
from anju.rules.language.exact import needed_places, to_scaled
from anju.rules.language.formula import (
    Allowed,
    And,
    Between,
    Call,
    CaseExpression,
    Compare,
    Expr,
    In,
    Literal,
    Name,
    Not,
    Number,
    Or,
    Product,
    Quotient,
    Ranked,
    Sum,
)
from anju.rules.language.ir import Num
from anju.rules.language.operators import MODES, OPERATORS

_FORMULAS: Cache[list[str]] = Cache(4096)
MARK = "\0"  # around a name in a told formula; no book has it


@dataclass(frozen=True)
class Explained:
    """One step, criterion or condition of one row.

    formula: with Chinese names; substituted: with figures; lost: points lost as text, empty when none or not a criterion;
    sentence: why points were lost, a condition failed, or the value is unknown.
    """

    name: str
    label: str
    formula: str
    substituted: str
    value_text: str
    clause: str
    source: str
    lost: str = ""
    sentence: str = ""
    under: tuple[str, ...] = ()


def explain_outcome(
    book: Book,
    row: Mapping[str, Any],
    *,
    on: date,
    parameters: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    members: Sequence[Mapping[str, Any]] | None = None,
) -> list[Explained]:
    """One row told step by step, on the reference. rows: the rest of its partition, when the book shares or ranks; members: its own."""
    keyed = [{**other, "_key": f"{index:09d}"} for index, other in enumerate((row, *rows))]
    people = None if members is None else {keyed[0]["_key"]: members}
    return explain_row(run_reference(book, keyed, on=on, key="_key", parameters=parameters, members=people).rows[0])


def explain_row(row: OutcomeRow) -> list[Explained]:
    book = row.run.book
    names = (*book.rollups, *book.steps, *book.conditions, *book.payables)
    return [_explained(row, name) for name in names]


def _explained(row: OutcomeRow, name: str) -> Explained:
    book = row.run.book
    if name in book.payables:
        of = book.payables[name]
        gates = "、".join(book.label(gate) for gate in book.gates)
        formula = f"{gates}有一条不符合是 0，有未知的待核，其余是{book.label(of)}" if gates else book.label(of)
        return Explained(
            name=name,
            label=book.label(name),
            formula=formula,
            substituted="，".join(f"{book.label(used)} {row.shown(used)}" for used in (*book.gates, of)),
            value_text=row.shown(name),
            clause="",
            source="",
            sentence=_unknown(row, name),
        )
    item: BookStep | BookCondition = book.rollups.get(name) or book.steps.get(name) or book.conditions[name]
    formula = _told(book, item, book.label)
    substituted = _substituted(row, item)
    value = row.values[name]
    if isinstance(item, BookCondition):
        shown = "未知" if value is None else "是" if value else "否"
        applies = bool(value) if book.kind == "warning" else value is False
        sentence = fill_sentence(row, item.says) if applies else _unknown(row, name)
        return Explained(
            name=name,
            label=item.label,
            formula=formula,
            substituted=substituted,
            value_text=shown,
            clause=item.clause,
            source=cited_source(book, item),
            sentence=sentence,
        )
    lost = lost_points(row, item)
    sentence = _unknown(row, name) or (fill_sentence(row, item.says) if lost and item.says else "")
    return Explained(
        name=name,
        label=item.label,
        formula=formula,
        substituted=substituted,
        value_text=row.shown(name),
        clause=item.clause,
        source=cited_source(book, item),
        lost=lost,
        sentence=sentence,
        under=item.under,
    )


def _substituted(row: OutcomeRow, item: BookStep | BookCondition) -> str:
    book = row.run.book
    if isinstance(item, BookStep) and item.name in book.rollups:
        return _told_members(row, item)
    if isinstance(item.expr, Ranked):
        return "，".join(f"{book.label(key.name)} {row.shown(key.name)}" for key, _ in item.expr.keys)
    return _told(book, item, lambda used: named_text(row, used))


def _told(book: Book, item: BookStep | BookCondition, name: Callable[[str], str]) -> str:
    """Its formula in Chinese signs, which are laid once: only what stands for the names is put in for each row."""
    parts = _FORMULAS.get(
        (book_key(book), item.name), lambda: render_formula(item.expr, lambda used: f"{MARK}{used}{MARK}").split(MARK)
    )
    return "".join(name(part) if place % 2 else part for place, part in enumerate(parts))


def _told_members(row: OutcomeRow, step: BookStep) -> str:
    """What each member comes to, with the figures put in."""
    people, trace = row.run.table.members, row.run.trace.members
    if people is None or trace is None or row.index not in people.listed:
        return "名单没有给出"
    inner, asked, members = trace.book, asked_of(step), people.listed[row.index]

    def named(member: int, name: str) -> str:
        if name in inner.inputs:
            type_ = input_type(inner.inputs[name])
            return shown_value(inner, name, people.table.columns[name][member], type_) or "未知"
        return known_text(inner, name, trace.value(member, name)[0])

    told = []
    for member in members[:MANY]:
        value = trace.value(member, step.name)[0]
        answer = ("是" if value else "否") if isinstance(value, bool) else _plain_text(inner, step.name, value)
        figures = render_formula(asked, partial(named, member))
        told.append(people.names[member] + (f"：{figures} → {answer}" if asked is not ALL else ""))
    more = [f"等 {len(members)} 名"] if len(members) > MANY else []
    return "；".join([*told, *more]) or "没有成员"


def _plain_text(book: Book, name: str, value: Known | None) -> str:
    return figure_text(value, book.unit(name), None) if isinstance(value, Decimal) else known_text(book, name, value)


def cited_source(book: Book, item: BookStep | BookCondition) -> str:
    """The document behind a step: the title and number of the source its clause or source names."""
    key = (item.clause or item.source).split(" ")[0]
    if source := book.sources.get(key):
        return f"《{source.title}》{f'（{source.number}）' if source.number else ''}"
    return ""


def lost_points(row: OutcomeRow, step: BookStep) -> str:
    value, type_ = row.values[step.name], row.run.types[step.name]
    if step.points is None or value is None or not isinstance(type_, Num):
        return ""
    places = max(type_.places, needed_places(step.points))
    lost = to_scaled(max(step.points, Decimal(0)), places) - value * 10 ** (places - type_.places)
    return number_text(lost, places, SHOWN_RATIO, "point") if lost > 0 else ""


def _unknown(row: OutcomeRow, name: str) -> str:
    if row.values[name] is not None:
        return ""
    return (
        "；".join(reason.sentence for reason in reasons_from_causes(row, row.run.trace.value(row.index, name)[1]))
        + "，无法计算"
    )


def row_sentences(row: OutcomeRow) -> list[str]:
    """Lost points in the order of the table, then conditions, then what is unknown."""
    book = row.run.book
    sentences = [
        fill_sentence(row, step.says) for step in book.criteria.values() if step.says and lost_points(row, step)
    ]
    if book.kind == "warning":
        sentences += [fill_sentence(row, row.warning.says)] if row.warning else []
    else:
        sentences += [fill_sentence(row, book.conditions[name].says) for name in row.failed]
    return sentences + [f"{reason.sentence}，待核。" for reason in row.reasons]


# -- sentences and formulas


def fill_sentence(row: OutcomeRow, says: SentenceTemplate) -> str:
    return "".join(part if isinstance(part, str) else _figure(row, part) for part in says.parts)


def _figure(row: OutcomeRow, figure: BracedFigure) -> str:
    book = row.run.book
    plain = isinstance(figure.expr, Name)
    if isinstance(figure.expr, Name) and figure.unit is None and figure.places is None:
        return named_text(row, figure.expr.name)
    value, _ = row.run.trace.figure(row.index, figure.expr)
    if value is None:
        return "未知"
    if not isinstance(value, Decimal):
        return ("是" if value else "否") if isinstance(value, bool) else str(value)
    unit = book.unit(figure.expr.name) if plain and isinstance(figure.expr, Name) else ""
    if not unit:
        unit = _unit(row, figure.expr) or ""
    if figure.unit:
        value, unit = convert_value(value, unit, figure.unit), figure.unit
    return figure_text(value, unit, figure.places)


def _unit(row: OutcomeRow, expr: Expr) -> str | None:
    """The unit of a sum of named figures; a product or quotient has none of its own."""
    if isinstance(expr, Name):
        return row.run.book.unit(expr.name) or None
    if isinstance(expr, Sum):
        return next((unit for _, term in expr.terms if (unit := _unit(row, term))), None)
    if isinstance(expr, Call) and expr.name in ("greatest", "least", "abs", "mean"):
        return next((unit for arg in expr.args if (unit := _unit(row, arg))), None)
    return None


def named_text(row: OutcomeRow, name: str) -> str:
    """A name's value as shown, with unit; of a parameter, the value in force for this row."""
    book = row.run.book
    if name not in book.parameters and name != "run_date":
        return row.shown(name)
    return known_text(book, name, row.run.trace.value(row.index, name)[0])


def known_text(book: Book, name: str, value: Known | None) -> str:
    """A parameter's value, or a day."""
    if isinstance(value, Decimal):
        parameter = book.parameters[name]
        shown = parameter.show if parameter.show is not None else parameter.places
        return figure_text(value, parameter.unit, shown if parameter.show is not None or parameter.places > 2 else None)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "未知" if value is None else MODES.get(value, value)


def render_formula(expr: Expr, name: Callable[[str], str], inner: bool = False) -> str:
    """A formula in Chinese signs; names through `name`."""

    def sub(part: Expr) -> str:
        return render_formula(part, name, True)

    match expr:
        case Number(value):
            return trim_zeros(f"{value:f}")
        case Literal(value):
            return MODES.get(value, value)
        case Name(used):
            return name(used)
        case Sum(terms):
            text = "".join(f" {'+' if sign > 0 else '−'} {sub(term)}" for sign, term in terms)
            text = text.removeprefix(" + ").lstrip()
            return f"({text})" if inner else text
        case Product(left, right):
            text = f"{sub(left)} × {sub(right)}"
            return f"({text})" if inner and isinstance(right, Product | Quotient) else text
        case Quotient(left, right):
            bottom = f"({sub(right)})" if isinstance(right, Product | Quotient) else sub(right)
            return f"{sub(left)} ÷ {bottom}"
        case Compare(sign, left, right):
            return f"{sub(left)} {({'<>': '≠', '<=': '≤', '>=': '≥'}).get(sign, sign)} {sub(right)}"
        case And(parts) | Or(parts):
            text = (" 且 " if isinstance(expr, And) else " 或 ").join(sub(part) for part in parts)
            return f"({text})" if inner else text
        case Not(part):
            return f"并非({render_formula(part, name)})"
        case Between(value_, low, high):
            return f"{sub(value_)} 在 {sub(low)} 至 {sub(high)} 之间"
        case In(value_, choices):
            return f"{sub(value_)} 为 {'、'.join(sub(choice) for choice in choices)} 之一"
        case CaseExpression(branches, otherwise):
            text = "；".join(f"{sub(test)} 时取 {sub(value)}" for test, value in branches)
            return f"（{text}；否则取 {sub(otherwise)}）"
        case Allowed(_, subject, _, label):
            return f"{name(subject)} 不在“{label}”不予办理的一段"
        case Call(operator, args):
            texts = [render_formula(arg, name) for arg in args]
            return OPERATORS[operator].reads.format(*texts, all="，".join(texts))
        case Ranked(keys, shared):
            told = [f"{name(key.name)}{'从大到小' if descending else '从小到大'}" for key, descending in keys]
            return "，".join([*told, *(["相同的并列"] if shared else [])])
    raise AssertionError(expr)
