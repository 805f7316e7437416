"""Papers that were read to be bound: whose they are, what each of their numbers is taken for, and the style that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.reading import read_file_of
from anju.core.regions import tree
from anju.core.wording import period_in
from anju.documents.binding import marking, storing
from anju.documents.binding.holdings import FigureMeant, HeldFigure, Holdings, relative_periods
from anju.documents.binding.marking import MarkedNumber
from anju.documents.binding.proposing import NumberProposal, PaperProposals, ProposedFigure, propose_paper, proposed
from anju.documents.binding.scoring import state_of
from anju.documents.binding.styling import MadeStyle, make_style
from anju.documents.checker import reading
from anju.documents.checker.findings import WRONG
from anju.documents.checker.paper import ReadPaper
from anju.documents.models import BoundPaper
from anju.problems import Place, Problem, Refused

MOST_NUMBERS = 4_000
HEAVY = ("paper", "proposals", "answers")


@dataclass
class ReadBinding:
    """A bound paper, read. marks: by number, in the order in which they read."""

    binding: BoundPaper
    paper: ReadPaper
    marks: dict[int, MarkedNumber]

    @property
    def counts(self) -> dict[str, int]:
        return marking.counts_of(self.marks)

    @property
    def open(self) -> int:
        return sum(one.answered is None for one in self.marks.values())


def read_proposed(
    user: Actor, region: Region, period: str, name: str, content: bytes
) -> tuple[ReadPaper, str, PaperProposals]:
    """A paper, read in a child, the period of which it is, and what each of its numbers is taken for. Nothing is stored.

    Refused: DOC-040, DOC-090 and READ-… as every paper of strangers; DOC-170 without a number; DOC-171 with too many.
    """
    where = Place(f"公文《{name}》", file=name)
    paper: ReadPaper = read_file_of(user, reading.read_paper, content, name, file=name)
    count = sum(1 for _ in paper.numbers())
    if not count:
        fix = "请上传带数字的公文；扫描件先识别成文字。"
        raise Refused(Problem("DOC-170", where, "里面没有读到数字。", fix))
    if count > MOST_NUMBERS:
        what = f"有 {count} 个数，最多 {MOST_NUMBERS} 个。"
        raise Refused(Problem("DOC-171", where, what, "请只留要做成样式的正文和附表。"))
    period = spoken_period(paper.title, period)
    return paper, period, propose_paper(user, paper, region, period)


def spoken_period(title: str, period: str) -> str:
    """The period that the title speaks of; else the one given."""
    said = period_in(title, period[:4])
    return said if said and not periods.spans_years(said) else period


def list_bindings(user: Actor, region: Region | None = None) -> QuerySet[BoundPaper]:
    """Those of the user's own offices, newest first."""
    own = Q(organisation__in=user.organisation_ids) if user.posts is not None else Q()
    kept = BoundPaper.objects.filter(own, dropped_at__isnull=True)
    if region is not None:
        kept = kept.filter(region=region)
    return visible_rows(kept, user).select_related("region").defer(*HEAVY)


def find_binding(user: Actor, pk: int) -> BoundPaper:
    """BoundPaper.DoesNotExist when there is none, or it is another office's."""
    return list_bindings(user).defer(None).get(pk=pk)


def read_binding(binding: BoundPaper) -> ReadBinding:
    paper = storing.fetch_paper(binding.paper)
    proposals = storing.fetch_proposals(binding.proposals)
    answers = storing.fetch_answers(binding.answers)
    return ReadBinding(binding, paper, marking.mark_numbers(paper, proposals, answers))


def holdings_of(user: Actor, binding: BoundPaper, meanings: Mapping[int, Any]) -> Holdings:
    """What the ledger holds today for that paper."""
    on = periods.period_end(binding.period)
    regions = {one.code: one for one in (binding.region, *tree.child_regions(user, binding.region, on))}
    for meant in meanings.values():
        if isinstance(meant, FigureMeant) and meant.region not in regions:
            try:
                regions[meant.region] = tree.find_region(user, meant.region, on)
            except Region.DoesNotExist:
                continue
    spoken = [meant.period for meant in meanings.values() if isinstance(meant, FigureMeant) and meant.period]
    years = "".join(one["text"] for one in binding.paper["paragraphs"])
    return Holdings(user, list(regions.values()), binding.period, [*relative_periods(binding.period, years), *spoken])


def look_up(user: Actor, binding: BoundPaper, meant: FigureMeant) -> HeldFigure | None:
    """What a figure of somebody's choice is today; None when the ledger does not hold it."""
    return holdings_of(user, binding, {0: meant}).look_up(meant)


def propose_typed(user: Actor, read: ReadBinding, serial: int, meant: FigureMeant) -> ProposedFigure | None:
    """A figure that was typed beside the proposals, as one of them."""
    held = look_up(user, read.binding, meant)
    if held is None:
        return None
    number = read.marks[serial].number
    return proposed(number, held, agrees=state_of(number, held.value) != WRONG)


def style_of(user: Actor, read: ReadBinding, *, code: str, name: str) -> MadeStyle:
    """The style that the paper makes with what was confirmed."""
    answered = {serial: one.answered for serial, one in read.marks.items() if one.answered is not None}
    holdings = holdings_of(user, read.binding, answered)
    meanings = {
        serial: said
        for serial, said in answered.items()
        if not isinstance(said, FigureMeant) or holdings.look_up(said) is not None
    }  # a measure may have left the catalogue meanwhile
    return make_style(read.paper, meanings, holdings, read.binding.period, code=code, name=name)


def certain_answers(proposals: Mapping[int, NumberProposal], answered: Mapping[str, Any]) -> dict[int, ProposedFigure]:
    """Those that are certain and were not answered yet."""
    return {
        serial: one.figures[0]
        for serial, one in proposals.items()
        if one.state == "certain" and one.figures and str(serial) not in answered
    }
