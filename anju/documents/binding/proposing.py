"""What each number of a paper is taken for: proposals that a person confirms, none of them taken unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.matching import RegionMatcher
from anju.core.regions.tree import child_regions
from anju.documents.binding.contexts import NumberContext, ParagraphContexts
from anju.documents.binding.holdings import AMOUNT, GROWTH, FigureMeant, HeldFigure, Holdings, relative_periods
from anju.documents.binding.scoring import (
    MOST_RELATED,
    OF_ITS_NUMBER,
    RELATED,
    Candidate,
    Scorer,
    agreeing,
    best_first,
    changes_near,
    digits_of,
    families_of,
    is_bound,
    looks_like,
    slipped,
    state_of,
)
from anju.documents.binding.tables import (
    CELLS,
    LEAD,
    LineMeant,
    PlaceNames,
    TableMeant,
    leave_out_ordinals,
    understand_table,
)
from anju.documents.checker.findings import AGREES, CUT, WRONG
from anju.documents.checker.paper import PaperNumber, ReadPaper

CERTAIN, SEVERAL, DIFFERS, ABSENT = "certain", "several", "differs", "absent"
STATE_NAMES = {CERTAIN: "认定", SEVERAL: "多个候选", DIFFERS: "数不一致", ABSENT: "台账没有"}
MOST = 6  # candidates shown
SURE, SURE_IF_LONG, LIKELY, TOLD, TOLD_FAR = 50, 25, 12, 80, 100
LONG = 4  # digits that are hardly like another figure's
RELATIONS = 2  # times that what a number is says something of its neighbours


@dataclass(frozen=True)
class ProposedFigure:
    """A figure that a number may stand for. shown: what the ledger holds, in the number's unit; ref: what it is cited as."""

    meant: FigureMeant
    name: str
    shown: str
    agrees: bool
    cut: bool = False
    ref: str = ""


@dataclass
class NumberProposal:
    """serial: of the number. state: certain, several, differs or absent."""

    serial: int
    state: str
    figures: list[ProposedFigure] = field(default_factory=list)


@dataclass
class PaperProposals:
    numbers: dict[int, NumberProposal]
    tables: list[TableMeant]
    holdings: Holdings


def propose_paper(user: Actor, paper: ReadPaper, region: Region, period: str) -> PaperProposals:
    """For every number what the ledger may hold of it, within what the user sees."""
    matcher = RegionMatcher(user, region, periods.period_end(period))
    names = PlaceNames(matcher, region)
    parts = child_regions(user, region, periods.period_end(period))
    known = {one.pk: one for one in (region, *parts)}
    for table in paper.tables:
        leave_out_ordinals(table)
        for label in table.labels.values():
            if (found := names(label)) is not None:
                known.setdefault(found.pk, found)
    regions = list(known.values())
    text = "".join(one.text for one in paper.paragraphs) + "".join(
        head for table in paper.tables for head in table.heads.values()
    )
    holdings = Holdings(user, regions, period, relative_periods(period, text))
    scorer = Scorer(holdings)
    proposals: dict[int, NumberProposal] = {}
    tables = [understand_table(paper, index, holdings, scorer, names) for index in range(len(paper.tables))]
    contexts = ParagraphContexts(paper, regions, period).read()
    for meant in tables:
        if meant.shape == CELLS:
            contexts += meant.contexts.values()
        else:
            proposals |= propose_table(meant, holdings)
    proposals |= propose_sentences(contexts, holdings, scorer)
    for number in paper.numbers():
        proposals.setdefault(number.serial, NumberProposal(number.serial, ABSENT))
    return PaperProposals(proposals, tables, holdings)


# --- sentences ---------------------------------------------------------------


def propose_sentences(
    contexts: Sequence[NumberContext], holdings: Holdings, scorer: Scorer
) -> dict[int, NumberProposal]:
    """First each by itself, then again with what its neighbours turned out to be."""
    plain = {one.number.serial: candidates_of(one, holdings, scorer) for one in contexts}
    ranked = {serial: best_first(some) for serial, some in plain.items()}
    for _ in range(RELATIONS):
        ranked = {
            one.number.serial: best_first(with_neighbours(one, plain[one.number.serial], contexts, ranked, scorer))
            for one in contexts
        }
    return {one.number.serial: judge(one, ranked[one.number.serial], holdings, scorer) for one in contexts}


def candidates_of(context: NumberContext, holdings: Holdings, scorer: Scorer) -> list[Candidate]:
    number = context.number
    found = [
        Candidate(held, scorer.score(context, held), state)
        for held, state in agreeing(number, holdings)
        if not is_bound(number) or held.value == number.value
    ]
    found += [
        Candidate(held, scorer.score(context, held), state) for held, state in changes_near(number, context, holdings)
    ]
    return found


def with_neighbours(
    context: NumberContext, found: Sequence[Candidate], contexts: Sequence[NumberContext],
    ranked: dict[int, list[Candidate]], scorer: Scorer,
) -> list[Candidate]:  # fmt: skip
    """A rate whose counts stand before it, a task beside what was done of it: each speaks for the other."""
    number = context.number
    if len(found) < 1:
        return list(found)
    beside = [
        one.number
        for one in contexts
        if one.number.table == number.table == -1
        and one.number.paragraph == number.paragraph
        and one.number.serial != number.serial
        and abs(one.number.sentence - number.sentence) <= 1
    ]
    told = [top.held.meant for one in beside for top in ranked.get(one.serial, [])[:1] if top.score >= LIKELY]
    result = []
    for one in found:
        points = 0
        codes = [meant.code for meant in told if meant.region == one.held.meant.region]
        if scorer.related(one.held.measure, codes):
            points += RELATED
        if one.held.is_rate and {one.held.measure.numerator_id, one.held.measure.denominator_id} & set(codes):
            points += MOST_RELATED - RELATED
        if context.antecedent is not None and (tops := ranked.get(context.antecedent.serial)):
            mine = {one.held.measure.numerator_id, one.held.measure.denominator_id, one.held.measure.code}
            points += OF_ITS_NUMBER if tops[0].held.meant.code in mine else -OF_ITS_NUMBER // 2
        result.append(Candidate(one.held, one.score + points, one.state))
    return result


def judge(context: NumberContext, ranked: Sequence[Candidate], holdings: Holdings, scorer: Scorer) -> NumberProposal:
    """The state, and the candidates worth showing."""
    number = context.number
    likely = [one for one in ranked if one.score >= LIKELY]
    differing = [] if likely and likely[0].score >= SURE else differing_of(context, holdings, scorer)
    if likely:
        best = likely[0]
        rival = next((one for one in likely[1:] if not same_figure(one.held, best.held)), None)
        enough = SURE_IF_LONG if digits_of(number) >= LONG and rival is None else SURE
        alone = rival is None or rival.score <= best.score - LEAD
        if best.state == WRONG:
            return proposal(number, DIFFERS, likely[:MOST])
        better = differing and differing[0].score > best.score + LEAD * 3
        if not better:
            certain = best.state == AGREES and best.score >= enough and alone and not is_bound(number)
            return proposal(number, CERTAIN if certain else SEVERAL, [*likely[:MOST], *differing[:1]])
    if differing:
        return proposal(number, DIFFERS, [*differing[:MOST], *likely[:2]])
    return proposal(number, ABSENT, [])


def differing_of(context: NumberContext, holdings: Holdings, scorer: Scorer) -> list[Candidate]:
    """Figures whose words say that this number is theirs, and whose value is another."""
    number = context.number
    if is_bound(number) or context.stage == "left" or not number.unit:
        return []
    region = (context.region or holdings.own).code
    found = []
    for held in holdings.held.values():
        if held.meant.region != region or held.family not in families_of(number):
            continue
        if state_of(number, held.value) != WRONG:
            continue
        score = scorer.score(context, held)
        if score >= (TOLD if looks_like(number, held.value) else TOLD_FAR):
            found.append(Candidate(held, score, WRONG))
    near = {id(one): slipped(number, one.held.value) for one in found}
    return sorted(best_first(found), key=lambda one: not near[id(one)])


def same_figure(one: HeldFigure, other: HeldFigure) -> bool:
    """Of the same measure, place and time, whichever way it is asked for."""
    return (one.meant.coded, one.meant.region, one.of_period, one.meant.change) == (
        other.meant.coded, other.meant.region, other.of_period, other.meant.change,
    )  # fmt: skip


def proposal(number: PaperNumber, state: str, candidates: Sequence[Candidate]) -> NumberProposal:
    figures = [proposed(number, one.held, agrees=one.state != WRONG, cut=one.state == CUT) for one in candidates]
    return NumberProposal(number.serial, state, figures)


def proposed(number: PaperNumber, held: HeldFigure, *, agrees: bool, cut: bool = False) -> ProposedFigure:
    ref, shown = str(held.figures[0].reference), held.shown(number)
    if not agrees and held.meant.change in (AMOUNT, GROWTH):
        shown = ("减少" if held.value < 0 else "增加") + shown.removeprefix("-")
    return ProposedFigure(held.meant, held.name, shown, agrees, cut, ref)


# --- tables ------------------------------------------------------------------


def propose_table(meant: TableMeant, holdings: Holdings) -> dict[int, NumberProposal]:
    """A column that is told apart settles all of its cells: they agree, they differ, or the ledger has none."""
    proposals = {}
    for serial, context in meant.contexts.items():
        number, region = context.number, meant.place_of(context.number)
        lines = meant.lines.get(meant.line_of(number), [])
        if region is None or not lines:
            continue
        held = [(line, holdings.look_up(line.at(region.code))) for line in lines]
        settled = is_settled(lines)
        first = held[0][1]
        options = [
            proposed(number, one, agrees=(state := state_of(number, one.value)) != WRONG, cut=state == CUT)
            for _, one in held
            if one is not None
        ]
        if settled:
            if first is None:
                proposals[serial] = NumberProposal(serial, ABSENT, [one for one in options if one.agrees])
            elif options[0].agrees:
                proposals[serial] = NumberProposal(serial, SEVERAL if options[0].cut else CERTAIN, options[:MOST])
            else:
                proposals[serial] = NumberProposal(serial, DIFFERS, options[:MOST])
            continue
        likely = [one for one in options if one.agrees]
        proposals[serial] = NumberProposal(serial, SEVERAL if likely else ABSENT, (likely or options)[:MOST])
    return proposals


def is_settled(lines: Sequence[LineMeant]) -> bool:
    """Whether the first leaves no doubt: its values agree and its words are near, or its values agree and no other's do."""
    best = lines[0]
    rival = next(
        (one for one in lines[1:] if (one.asked.code, one.asked.calibre) != (best.asked.code, best.asked.calibre)), None
    )
    lead = best.score - rival.score if rival else best.score
    if best.agreed >= 50 and best.words >= 25 and lead >= LEAD // 2:
        return True
    if best.agreed >= 80 and lead >= LEAD * 2:
        return True
    return best.agreed > 0 and best.words >= 60 and lead >= LEAD
