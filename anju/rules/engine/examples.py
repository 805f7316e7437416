"""Worked cases (算例) of a book, run on the reference or on an engine, and what does not come out as written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from anju.problems import Problem, Refused
from anju.quantities import divide_half_up
from anju.rules.book.schema import ONE, Book, WorkedExample
from anju.rules.book.tree import DECIMAL
from anju.rules.engine import reference
from anju.rules.language.exact import to_scaled
from anju.rules.language.ir import Num


def example_failures(
    book: Book, example: WorkedExample, run: Callable[..., Any] = reference.run_reference
) -> list[str]:
    """Sentences on every expectation that does not hold. run: an engine's run; by default the reference."""
    rows = example_rows(example)
    unknown = [name for row in (*rows.values(), example.given) for name in row if name not in book.inputs]
    unknown += [name for name in example.assumed if name not in book.inputs]
    inner = {"key", *book.members.inputs} if book.members else set()
    unknown += [
        name for people in (example.members or {}).values() for one in people for name in one if name not in inner
    ]
    if unknown:
        raise Refused(
            Problem(
                "BOOK-045", example.name, f"“{'、'.join(dict.fromkeys(unknown))}”不是输入。", "请写 inputs 中的名称。"
            )
        )
    result = run_example(book, example, run)
    expect = example.expect if example.rows is not None else {ONE: example.expect}
    failures = []
    for key, wanted in expect.items():
        row = next((row for row in result.rows if row.key == key), None)
        if row is None:
            failures.append(f"expect 写了“{key}”，rows 里没有。")
            continue
        for name, value in wanted.items():
            if what := _differs(row, name, value):
                failures.append(f"{'' if example.rows is None else key + '：'}{what}")
    return failures


def example_rows(example: WorkedExample) -> Mapping[str, Mapping[str, Any]]:
    return example.rows if example.rows is not None else {ONE: {}}


def run_example(book: Book, example: WorkedExample, run: Callable[..., Any] = reference.run_reference) -> Any:
    """The run of all its rows."""
    facts = [{**example.given, **row, "key": key} for key, row in example_rows(example).items()]
    return run(book, facts, on=example.date or book.applies_from, key="key", members=example.members)


def _differs(row: Any, name: str, wanted: Any) -> str:
    """What is different, or nothing. Numbers compare at the places shown, or at those written if finer."""
    special: Mapping[str, Callable[[], Any]] = {
        "decision": lambda: row.decision,
        "colour": lambda: row.colour,
        "failed": lambda: row.failed,
        "unknown": lambda: row.unknown,
    }
    if name in special:
        actual = special[name]()
        return "" if actual == wanted else f"{name} 应为 {_text(wanted)}，算得 {_text(actual)}。"
    if name in row.run.book.parameters:
        return _differs_value(name, row.run.trace.value(row.index, name)[0], wanted)
    if name not in row.values:
        return f"expect 写了“{name}”，规则书里没有这一步。"
    actual = row.values[name]
    type_ = row.run.types[name]
    if actual is None or wanted is None or not isinstance(type_, Num):
        actual = row.plain(name)
        return (
            ""
            if actual == wanted and type(actual) is type(wanted)
            else f"{name} 应为 {_text(wanted)}，算得 {_text(actual)}。"
        )
    if isinstance(wanted, bool) or not DECIMAL.match(str(wanted)):
        return f"{name} 的期望值“{wanted}”不是数。"
    expected = Decimal(str(wanted))
    written = len(str(wanted).partition(".")[2])
    places = max(written, row.run.shown_places(name))
    computed = divide_half_up(actual * 10**places, 10**type_.places)
    same = computed == to_scaled(expected, places)
    return "" if same else f"{name} 应为 {wanted}，算得 {row.exact(name)}。"


def _differs_value(name: str, actual: Any, wanted: Any) -> str:
    """Of a parameter: the value that this row took, exactly."""
    if isinstance(actual, Decimal) and not isinstance(wanted, bool) and DECIMAL.match(str(wanted)):
        same = Decimal(str(wanted)) == actual
    else:
        actual = str(actual) if isinstance(actual, date) else actual
        same = type(actual) is type(wanted) and actual == wanted
    return "" if same else f"{name} 应为 {_text(wanted)}，算得 {_text(actual)}。"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value)) or "无"
    return (
        "未知"
        if value is None
        else {True: "true", False: "false"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )
