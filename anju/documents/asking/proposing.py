"""What the columns and rows of a pasted head are taken for: proposals that a person confirms, none of them taken unseen."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from anju import periods as calendar
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.matching import RegionMatcher
from anju.documents.asking.pasted import PastedTable, words
from anju.documents.layout.annex import UNIT
from anju.figures.models import Measure
from anju.figures.queries.current import catalogue
from anju.problems import Problem
from anju.quantities import ALIASES, UNITS, unit_of_measure

LIKELY, SURE, APART, FAR_APART = Fraction(1, 2), Fraction(7, 10), Fraction(1, 12), Fraction(1, 4)
BLANK, NUMBER, ABSENT = "（空着）", "（序号）", "none"
OTHERS = 5
LETTERS = re.compile(r"[^一-鿿a-z0-9]")
YEAR = re.compile(r"(20\d\d)年(?:(\d{1,2})月|[1-9１]?[-—–~至]?(\d{1,2})月)?")


@dataclass(frozen=True)
class ColumnProposal:
    """says: what the column is taken for, as a person can type it; others: what it might be as well. sure: nothing else comes near."""

    path: tuple[str, ...]
    says: str
    unit: str = ""
    period: str = "own"
    calibre: str = ""
    calibres: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    sure: bool = False

    @property
    def head(self) -> str:
        return " / ".join(self.path)


@dataclass(frozen=True)
class RowProposal:
    """region: the code; "" for a row that no region is, which stays blank."""

    name: str
    region: str = ""
    region_name: str = ""
    whole: bool = False
    why: str = ""


def propose_rows(user: Actor, region: Region, period: str, names: Sequence[str]) -> list[RowProposal]:
    """A region for each name within this one; a total is the region itself."""
    matcher = RegionMatcher(user, region, calendar.period_end(period))
    rows = []
    for name in names:
        found = region if name in words()["total"] else matcher.match(name) if name else None
        if isinstance(found, Region):
            rows.append(RowProposal(name, found.code, found.name, whole=found.pk == region.pk))
        else:
            rows.append(RowProposal(name, why=f"{found.what}{found.fix}" if isinstance(found, Problem) else ""))
    return rows


def is_place_within(user: Actor, region: Region, period: str) -> "Places":
    return Places(RegionMatcher(user, region, calendar.period_end(period)))


@dataclass(frozen=True)
class Places:
    """Whether a text is the name of a region, or of all of it."""

    matcher: RegionMatcher

    def __call__(self, name: str) -> bool:
        return name in words()["total"] or isinstance(self.matcher.match(name), Region)


def propose_columns(pasted: PastedTable, period: str) -> list[ColumnProposal]:
    """What each column is taken for, by its headings, its unit and the columns before it."""
    proposals: list[ColumnProposal] = []
    for path in pasted.heads:
        proposals.append(_propose(path, pasted.unit, period, proposals))
    return proposals


def spoken_measure(measure: Measure) -> str:
    """As it stands in the list of measures: 棚户区改造开工量〔shanty.start〕."""
    return f"{measure.name}〔{measure.code}〕"


def _propose(path: tuple[str, ...], table_unit: str, period: str, before: Sequence[ColumnProposal]) -> ColumnProposal:
    leaf = path[-1] if path else ""
    unit = head_unit(path, table_unit)
    bare = UNIT.sub("", leaf)
    said = words()
    if bare in said["number"]:
        return ColumnProposal(path, NUMBER, sure=True)
    if not path or bare in said["blank"]:
        return ColumnProposal(path, BLANK, sure=True)
    computed = _computed(path, bare, before)
    if computed is not None:
        return ColumnProposal(path, computed, "%" if computed[0] in "同环" else "", sure=True)
    ranked = rank_measures(path, unit)
    if not ranked or ranked[0][0] < LIKELY:
        return ColumnProposal(path, BLANK, unit, others=tuple(spoken_measure(one) for _, one in ranked[:OTHERS]))
    score, measure = ranked[0]
    lead = score - ranked[1][0] if len(ranked) > 1 else score
    sure = (score >= SURE and lead >= APART) or lead >= FAR_APART
    others = tuple(spoken_measure(one) for _, one in ranked[1 : OTHERS + 1])
    if not unit or unit_of_measure(unit).family != unit_of_measure(measure.unit).family:
        unit = measure.unit if not measure.is_computed or measure.unit != "1" else unit
    if measure.kind == Measure.Kind.RATIO:
        unit = "%"
    when, counted = head_period(path, period), tuple(measure.calibres)
    return ColumnProposal(path, spoken_measure(measure), unit, when, calibres=counted, others=others, sure=sure)


def head_unit(path: Sequence[str], table_unit: str) -> str:
    """The unit that the column's head or one above it names in brackets; else the table's."""
    for text in reversed(path):
        match = UNIT.search(text.replace("(", "（").replace(")", "）"))
        name = ALIASES.get(match[1], match[1]) if match else ""
        if name in UNITS:
            return name
        if "%" in text or "％" in text:
            return "%"
    name = ALIASES.get(table_unit, table_unit)
    return name if name in UNITS and table_unit else ""


def head_period(path: Sequence[str], period: str) -> str:
    """The period that the headings name; the table's own without one."""
    text = "".join(path)
    for word, said in words()["periods"].items():
        if word in text:
            return str(said)
    match = YEAR.search(text)
    if match and match[1] != period[:4]:
        month = match[2] or match[3]
        return f"{match[1]}-{int(month):02}" if month and 1 <= int(month) <= 12 else match[1]
    return "own"


def _computed(path: tuple[str, ...], bare: str, before: Sequence[ColumnProposal]) -> str | None:
    """名次：第3栏, 同比：第3栏, 差额：第2栏−第3栏; None for a column that is no such thing, or has nothing to be computed of."""
    said = words()
    known = [(number, one) for number, one in enumerate(before, 1) if "〔" in one.says]
    if not known:
        return None
    if any(word in bare for word in said["rank"]):
        rates = [number for number, one in known if one.unit == "%"]
        return f"名次：第{(rates or [number for number, _ in known])[-1]}栏"
    for word in said["change"]:
        if word in bare:
            counted = [number for number, one in known if one.unit != "%"] or [known[-1][0]]
            return f"{'环比' if said['change'][word] == 'last' else '同比'}：第{counted[-1]}栏"
    if any(word in bare for word in said["left"]):
        beside = [(number, one) for number, one in known if one.path[:1] == path[:1] or len(path) == 1]
        asked = [number for number, one in beside if "任务" in one.says]
        done = [number for number, one in beside if "任务" not in one.says and one.unit != "%"]
        if asked and done:
            return f"差额：第{asked[-1]}栏−第{done[-1]}栏"
    return None


def rank_measures(path: Sequence[str], unit: str) -> list[tuple[Fraction, Measure]]:
    """Measures by how alike their names are to the headings, the likeliest first; of another kind or unit than the head asks none."""
    text = canonical("".join(UNIT.sub("", one) for one in path))
    leaf = canonical(UNIT.sub("", path[-1]))
    wants_rate, wants_task = "率" in leaf or unit == "%", "任务" in leaf
    scored = []
    for measure in catalogue().values():
        rate = measure.kind == Measure.Kind.RATIO or measure.unit == "%"
        if rate is not wants_rate or bool(measure.target_of_id) is not (wants_task and not rate):
            continue
        families = {unit_of_measure(one).family for one in (measure.unit, *measure.units)}
        if unit and not rate and unit_of_measure(unit).family not in families:
            continue
        score = max(likeness(text, canonical(name)) for name in names_of(measure))
        if score > 0:
            scored.append((score, measure))
    scored.sort(key=lambda pair: (-pair[0], pair[1].order, pair[1].code))
    return scored


def names_of(measure: Measure) -> list[str]:
    """Its name, and for a part of a measure the whole with the member."""
    return [
        measure.name,
        *([f"{measure.member}{measure.of.name}"] if measure.of_id and measure.member and measure.of else []),
    ]


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """The text in the catalogue's words, without what tells nothing."""
    text = LETTERS.sub("", text.lower())
    said = words()
    for name, others in said["same"]:
        for other in sorted(others, key=len, reverse=True):
            if other in text and not (other in name and name in text):
                text = text.replace(other, name)
    for word in said["drop"]:
        text = text.replace(word, "")
    return text


@lru_cache(maxsize=65536)
def likeness(first: str, second: str) -> Fraction:
    """How alike two texts are, by the pairs of letters that they share: 0 to 1. A short head that stands whole in a long name is likely it."""
    one, other = _pairs(first), _pairs(second)
    most, shared = sum(one.values()) + sum(other.values()), sum((one & other).values())
    alike = Fraction(2 * shared, most) if most else Fraction(0)
    within = bool(one) and shared == sum(one.values())
    return (alike + 1) / 2 if within else alike


def _pairs(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1)) or Counter(text)
