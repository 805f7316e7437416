"""What a draft's figures say of its words, and its typed numbers. Sums, rates and the rest that a text says of itself: anju.documents.checker.

They remind the writer and never stop him.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from anju import periods
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.layout import markup
from anju.documents.layout.grid import NUMBER
from anju.documents.layout.markup import Sentence
from anju.documents.text.wording import claim_words
from anju.figures.figure import PERCENT_BASE, Figure, ratio_figure
from anju.figures.queries import current
from anju.problems import ASK, Problem

CLAUSE = re.compile(r"[，；。！？：]")
QUOTED = re.compile(r"原为“[^”]*”")  # what an earlier paper printed, in one that corrects it
SCALES = (0, 4, 8, -4, -8)  # the same figure in 元, 万元, 亿元; 套, 万套
AS_WRITTEN = "如确需这样写，可以保留；这里只作提醒。"


def check_text(user: Actor, text: str, cited: dict[str, Any]) -> list[Problem]:
    """Every reminder about a document's text. cited: reference → figure, of the figures it prints."""
    article = markup.parse_article(text)
    sentences = list(markup.sentences(article))
    return [
        *_claims(user, sentences, cited),
        *_typed(sentences),
        *_twice(sentences),
    ]


# --- 均、全部、超额、圆满 ----------------------------------------------------


def _claims(user: Actor, sentences: list[Sentence], cited: dict[str, Any]) -> Iterable[Problem]:
    rates = {ref: figure for ref, figure in cited.items() if _is_completion(figure)}
    prose = [sentence for sentence in sentences if not sentence.row]
    known: dict[str, list[Figure]] = {}
    for sentence in prose:
        for clause in CLAUSE.split(sentence.text):
            found = {
                kind: [word for word in claim_words()[kind] if word in clause] for kind in ("reached", "over", "every")
            }
            # 完成年度任务的94.0% tells a number, 完成年度任务 makes a claim.
            found["reached"] = [word for word in found["reached"] if not re.search(rf"{word}\D*\d", clause)]
            if not found["reached"] or any(word in clause for word in claim_words()["except"]):
                continue
            meant = _meant(sentence, prose, rates, any(word in clause for word in claim_words()["about"]))
            over, every = bool(found["over"]), bool(found["every"])
            fails: list[str] = []
            told: set[tuple[str, str, str]] = set()  # a part named under its whole is not named again by itself
            for ref in meant:
                if not _is_exceeded(rates[ref], over) and _rate_key(rates[ref]) not in told:
                    fails.append(f"{rates[ref].name} {rates[ref].region.name}{_percent(rates[ref])}")
                if every:
                    if ref not in known:
                        known[ref] = _rates_below(user, rates[ref])
                    short = [part for part in known[ref] if part.known and not _is_exceeded(part, False)]
                    short = [part for part in short if _rate_key(part) not in told]
                    told |= {_rate_key(part) for part in short}
                    if short:
                        fails.append(
                            f"{rates[ref].name} " + "、".join(f"{part.region.name}{_percent(part)}" for part in short)
                        )
            if fails:
                said = "、".join(dict.fromkeys(word for kind in ("every", "over", "reached") for word in found[kind]))
                what = f"“{clause}”里的“{said}”与数字不符：{'；'.join(fails)}。"
                yield Problem(
                    "DOC-101", sentence.where, what, f"请改写这句话，或者写明哪些地方没有达到。{AS_WRITTEN}", ASK
                )


def _is_completion(figure: Any) -> bool:
    """A ratio to a target."""
    return (
        getattr(figure, "kind", "") == "ratio"
        and len(figure.parts) == 2
        and "target" in figure.parts[1].code.split(".")
    )


def _meant(sentence: Sentence, prose: list[Sentence], rates: dict[str, Any], tasks: bool) -> list[str]:
    """The completion rates a claim rests on: its own sentence's; else, if it speaks of tasks, its paragraph's; else all the text's, which a summary sums up."""
    own = [one.ref for one in sentence.figures if one.ref in rates]
    near = [one.ref for other in prose if other.where == sentence.where for one in other.figures if one.ref in rates]
    every = [one.ref for other in prose for one in other.figures if one.ref in rates]
    return list(dict.fromkeys(own or (tasks and (near or every)) or []))


def _is_exceeded(rate: Figure, over: bool) -> bool:
    if not rate.known:
        return True
    return rate.exact > PERCENT_BASE if over else rate.exact >= PERCENT_BASE


def _rate_key(rate: Figure) -> tuple[str, str, str]:
    return rate.code, rate.calibre, rate.region.code


def _percent(rate: Figure) -> str:
    return f"{rate.text('%')}%"


def _rates_below(user: Actor, rate: Figure) -> list[Figure]:
    """The same rate of every place directly below."""
    below = tree.child_regions(user, rate.region, periods.period_end(rate.period))
    if not below:
        return []
    names = [part.code + (f":{part.calibre}" if part.calibre else "") for part in rate.parts]
    found = current.current_figures(user, names, below, [rate.period])
    return [
        ratio_figure(found(names[0], region), found(names[1], region), rate.places, rate.code, rate.name)
        for region in below
    ]


# --- typed numbers -----------------------------------------------------------


def _typed(sentences: list[Sentence]) -> Iterable[Problem]:
    """A number with a unit of ours that nobody can follow to its source."""
    typed = re.compile(
        rf"(?<![\d.〔第年])\d[\d,]*(?:\.\d+)?\s*(?:{'|'.join(sorted(map(re.escape, claim_words()['units']), key=len, reverse=True))})"
    )
    for sentence in sentences:
        if sentence.row or sentence.where in ("版头", "版记", "落款"):
            continue
        spans = [(one.start, one.start + len(one.text)) for one in sentence.figures]
        spans += [match.span() for match in QUOTED.finditer(sentence.text)]
        loose = [
            match[0]
            for match in typed.finditer(sentence.text)
            if not any(start < match.end() and match.start() < end for start, end in spans)
        ]
        if loose:
            what = f"“{'”“'.join(loose)}”是键入的数字，查不到出处，数据更正后也不会跟着变。"
            yield Problem("DOC-102", sentence.where, what, f"有统计指标的请改成引用（[[指标]]）。{AS_WRITTEN}", ASK)


# --- one figure, one value ---------------------------------------------------


def _twice(sentences: list[Sentence]) -> Iterable[Problem]:
    """The same figure printed with values that cannot be the same number."""
    first: dict[str, tuple[str, str]] = {}
    for sentence in sentences:
        for one in sentence.figures:
            if not one.text:
                continue
            text, where = first.setdefault(one.ref, (one.text, sentence.where))
            if not numbers_agree(text, one.text):
                what = f"同一个数在{where}印作 {text}，在这里印作 {one.text}。"
                yield Problem("DOC-103", sentence.where, what, "请核对以哪个为准。", ASK)


def numbers_agree(left: str, right: str) -> bool:
    """Can two printed texts be one number? Rounded to the coarser of them, in 元 or 万元 or 亿元."""
    a, b = printed_value(left), printed_value(right)
    if a is None or b is None:
        return left == right
    for scale in SCALES:
        moved = a.scaleb(scale)
        places = min(-moved.as_tuple().exponent, -b.as_tuple().exponent)
        if _rounded(moved, places) == _rounded(b, places):
            return True
    return False


def printed_value(text: str) -> Decimal | None:
    match = NUMBER.match(text)
    return Decimal(match["digits"].replace(",", "").replace("−", "-")) if match else None


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
