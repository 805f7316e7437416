"""One change of a style as a page asks for it: a sentence, a figure chosen by what it is, a condition, a block, a column. Each gives the whole text anew."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from anju.documents.styles.editing.outline import condition_flaw
from anju.documents.styles.editing.source import FILE, Path, StyleSource, entry, flow, items, quoted
from anju.documents.styles.language import times
from anju.documents.styles.language.schema import TRUTHS, WORDS
from anju.documents.styles.language.sentences import NAME
from anju.figures.models import Measure
from anju.problems import Place, Problem, Refused
from anju.quantities import ALIASES, UNITS

LONGEST = 6000  # characters of what one change says
SPOKEN = re.compile(r"〔([^〔〕]+)〕$")
HOLE = "{@}"  # where a figure is to stand that has no name yet
SUFFIXES = {
    "same-last-year": "before",
    "last": "last",
    "last-month": "last_month",
    "year": "year",
    "year-end": "year_end",
}
BLOCKS = {"text": "（请写一句话）", "heading": "新的标题"}
NAMED = ("figures", "conditions", "texts", "lists", "options")


def change_style(text: str, change: Mapping[str, Any], measures: Mapping[str, Measure]) -> str:
    """The text after the change. Refused DOC-156 for what the text has no place for, DOC-157 for a measure, a unit or a condition that is none."""
    source = StyleSource(text)
    act = CHANGES.get(str(change.get("op", "")))
    said = {
        key: str(value) for key, value in change.items() if isinstance(value, str | int) and not isinstance(value, bool)
    }
    if act is None or any(len(value) > LONGEST for value in said.values()):
        raise Refused(_nowhere())
    try:
        act(StyleChange(source, said, measures))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise Refused(_nowhere()) from error
    return source.text()


class StyleChange:
    """What a change says, read: paths, numbers, figures."""

    def __init__(self, source: StyleSource, said: Mapping[str, str], measures: Mapping[str, Measure]) -> None:
        self.source, self.said, self.measures = source, said, measures

    def text(self, key: str) -> str:
        return self.said.get(key, "").strip()

    def path(self, key: str = "path") -> Path:
        steps = self.said[key].split("/")
        return tuple(int(step) if step.isascii() and step.isdecimal() and len(step) < 6 else step for step in steps)

    def number(self, key: str) -> int:
        return int(self.said[key])

    # -- a figure by what it is

    def measure(self) -> str:
        """The code of the measure that was chosen by its name. Refused DOC-157."""
        said = self.text("measure")
        match = SPOKEN.search(said)
        code = match[1] if match else said
        if code in self.measures:
            return code
        named = [one.code for one in self.measures.values() if one.name == said]
        if len(named) == 1:
            return named[0]
        what = f"没有叫“{said}”的统计指标。" if said else "没有选指标。"
        raise Refused(Problem("DOC-157", Place("指标", field="指标"), what, "请从列出的指标里选一个。"))

    def look(self) -> str:
        """How it is printed: unit and decimals as chosen, and what else stood there."""
        unit, places = self.text("unit"), self.text("places")
        if unit and ALIASES.get(unit, unit) not in UNITS:
            raise Refused(
                Problem("DOC-157", Place("单位", field="单位"), f"没有“{unit}”这个单位。", "请从列出的里面选。")
            )
        rest = [word for word in self.text("marks").split() if word in ("upto", "grouping", "bare", "trim", "fraction")]
        return " ".join(filter(None, (unit, places if places.isdecimal() else "", *rest)))

    def name_of_figure(self) -> str:
        """The name of a figure that is that; a new one where there is none yet."""
        code, period = self.measure(), self.text("period") or "own"
        if not times.is_relative(period):
            raise ValueError(period)
        region = self.text("region")
        spec = {"measure": code, "calibre": self.text("calibre"), "period": "" if period == "own" else period}
        spec |= {"region": region} if region in ("", "parent") else {"over": "parts"}
        spec = {key: value for key, value in spec.items() if value}
        figures = self.source.data.setdefault("figures", entry())
        for name, said in figures.items():
            if (
                isinstance(said, Mapping)
                and {key: str(value) for key, value in said.items() if key not in ("show", "label", "unit", "places")}
                == spec
            ):
                return str(name)
        name = self.free_name(
            code, SUFFIXES.get(period, period.replace("-", "_").replace("/", "_") if period != "own" else ""), region
        )
        figures[name] = flow(**spec)
        return name

    def free_name(self, code: str, *suffixes: str) -> str:
        stem = "_".join([re.sub(r"[^a-z0-9_]+", "_", code.lower()), *filter(None, suffixes)])[:50]
        taken = {*WORDS, *TRUTHS, *(name for group in NAMED for name in (self.source.data.get(group) or {}))}
        return next(
            name for number in range(1, 1000) if (name := stem + (f"_{number}" if number > 1 else "")) not in taken
        )

    def condition(self, key: str = "condition") -> str:
        """As written. Refused DOC-157 for what is none."""
        text = self.text(key)
        if text and (flaw := condition_flaw(text)):
            raise Refused(
                Problem("DOC-157", Place("条件", field="条件"), f"“{text[:60]}”：{flaw}", "请改正，或从列出的里面选。")
            )
        return text


# -- changes


def set_sentence(change: StyleChange) -> None:
    path = change.path()
    change.source.get(path)
    change.source.set(path, quoted(change.said["source"]))


def put_figure(change: StyleChange) -> None:
    """The sentence with a hole, and what is to stand there."""
    path, sentence = change.path(), change.said["source"]
    change.source.get(path)
    if sentence.count(HOLE) != 1:
        raise ValueError(sentence)
    name = change.name_of_figure()
    look = change.look()
    change.source.set(path, quoted(sentence.replace(HOLE, f"{{{name}{f' {look}' if look else ''}}}")))


def set_head(change: StyleChange) -> None:
    key, text = change.said["key"], change.text("value")
    if key == "name" and text:
        change.source.set(("name",), text)
    elif key in ("from", "until"):
        change.source.set(("applies", key), quoted(text) if text else None)
    else:
        raise LookupError(key)


def add_block(change: StyleChange) -> None:
    """A paragraph, a heading with a paragraph, or a place for the writer's own words, before what is at that number."""
    path, kind = change.path(), change.said["kind"]
    if kind == "prose":
        key = change.free_name("prose")
        change.source.data.setdefault("prose", entry())[key] = change.text("name") or "自由正文"
        change.source.insert(path, flow(prose=key))
    elif kind == "heading":
        inside = items([entry(text=quoted(BLOCKS["text"]))])
        change.source.insert(path, entry(heading=quoted(BLOCKS["heading"]), content=inside))
    elif kind == "text":
        change.source.insert(path, entry(text=quoted(BLOCKS["text"])))
    else:
        raise LookupError(kind)


def add_sentence(change: StyleChange) -> None:
    """One more in that paragraph, at its end."""
    path = (*change.path(), "text")
    said = change.source.get(path)
    if not isinstance(said, list):
        change.source.set(path, items([said]))
    listed = change.source.listing(path)
    listed.append(quoted(BLOCKS["text"]))


def remove(change: StyleChange) -> None:
    """A block, a sentence, a column, a name. A place of free prose goes with its name; the last sentence with its paragraph."""
    path = change.path()
    said = change.source.get(path)
    if isinstance(said, Mapping) and isinstance(said.get("prose"), str):
        (change.source.data.get("prose") or {}).pop(said["prose"], None)
    if path[-2:-1] == ("text",) and len(change.source.listing(path[:-1])) == 1:
        path = path[:-2]
    change.source.remove(path)


def move(change: StyleChange) -> None:
    change.source.move(change.path(), change.number("to"))


def set_condition(change: StyleChange) -> None:
    change.source.mapping(change.path())
    change.source.set((*change.path(), "when"), change.condition() or None)


def set_repeat(change: StyleChange) -> None:
    name = change.text("list")
    if name and not NAME.fullmatch(name):
        raise LookupError(name)
    change.source.mapping(change.path())
    change.source.set((*change.path(), "repeat"), name or None)


def set_column(change: StyleChange) -> None:
    """Its head; with a measure or a name, what stands in it."""
    column = change.source.mapping(change.path())
    column["head"] = change.text("head")
    if change.text("figure") or change.text("measure"):
        for key in ("code", "figure", "period", "show", "calibre"):
            column.pop(key, None)
        column.update(_column_says(change))


def add_column(change: StyleChange) -> None:
    """Before what is at that number."""
    says = _column_says(change)
    head = change.text("head") or (
        change.measures[change.measure()].name if change.text("measure") else change.text("figure")
    )
    change.source.insert(change.path(), flow(head=head, **says))


def _column_says(change: StyleChange) -> dict[str, str]:
    """Of a table that is declared for itself a column has its period; of any other the style names the figure."""
    look = {"show": change.look()} if change.look() else {}
    if figure := change.text("figure"):
        if not NAME.fullmatch(figure):
            raise LookupError(figure)
        return {"figure": figure, **look}
    period = change.text("period") or "own"
    if period == "own" and not change.text("region"):
        return {"code": change.measure(), **look}
    return {"figure": change.name_of_figure(), **look}


def set_list(change: StyleChange) -> None:
    """Which members it has, in which order, how many; a new one is of the places below."""
    name = change.text("name") or change.free_name("list")
    lists = change.source.data.setdefault("lists", entry())
    if name not in lists:
        if not NAME.fullmatch(name):
            raise LookupError(name)
        lists[name] = entry(of=change.text("of") or "regions")
    spec = change.source.mapping(("lists", name))
    order = change.condition("order")
    top = change.text("top")
    values: dict[str, Any] = {
        "where": change.condition("where") or None,
        "order": f"{order} {'asc' if change.text('way') == 'asc' else 'desc'}" if order else None,
        "top": int(top) if top.isdecimal() and 0 < int(top) < 1000 else None,
        "label": change.text("label") or None,
    }
    for key, value in values.items():
        if value is None:
            spec.pop(key, None)
        else:
            spec[key] = value


def set_figure(change: StyleChange) -> None:
    """What a figure is called."""
    spec = change.source.mapping(change.path())
    label = change.text("label")
    if label:
        spec["label"] = label
    else:
        spec.pop("label", None)


def set_option(change: StyleChange) -> None:
    """What an option is called, or what stands unless the writer says another."""
    spec, key, text = change.source.mapping(change.path()), change.said["key"], change.text("value")
    if change.path()[0] != "options" or key not in ("label", "default") or isinstance(spec.get(key), list | Mapping):
        raise LookupError(key)
    if text:
        spec[key] = quoted(text)
    else:
        spec.pop(key, None)


def set_formula(change: StyleChange) -> None:
    """What a figure is computed as. Refused DOC-157 for what is no formula."""
    spec, formula = change.source.mapping(change.path()), change.condition("value")
    if "formula" not in spec or not formula:
        raise LookupError("formula")
    spec["formula"] = formula


CHANGES: dict[str, Callable[[StyleChange], None]] = {
    "sentence": set_sentence, "figure": put_figure, "head": set_head, "add": add_block, "add-sentence": add_sentence, "remove": remove, "move": move,
    "when": set_condition, "repeat": set_repeat, "column": set_column, "add-column": add_column, "list": set_list, "label": set_figure,
    "option": set_option, "formula": set_formula,
}  # fmt: skip


def _nowhere() -> Problem:
    fix = "请先改正“写法”里的问题，或重新打开这一页再改。"
    return Problem("DOC-156", Place(file=FILE), "这一处改动对不上现在的文字，没有改。", fix)
