"""What stands behind a figure: value, formula with figures put in, source and cell, earlier values, where it is used."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from anju.core import registry
from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.core.wording import period_label
from anju.figures.figure import SHARE, DerivedFigure, Figure
from anju.figures.models import Calibre, Measure
from anju.figures.pages.sums import sum_remarks
from anju.figures.queries import current
from anju.figures.queries import provenance as provenance_queries
from anju.figures.queries.provenance import HistoryEntry, Provenance
from anju.figures.references import FigureReference
from anju.problems import Refused
from anju.workbooks.reading.context import CellContext, read_context

RETURN = re.compile(r"return:(\d+) (.*)")  # as the lock of a return cites itself


@dataclass
class ProvenancePanel:
    """computed: made of parts when read, never stored. context: the row of the source file the figure stands in. apart: totals that are not the sum of their parts."""

    figure: Figure
    measure: Measure
    calibre: Calibre | None
    provenance: Provenance | None = None
    history: Sequence[HistoryEntry] = ()
    context: CellContext | None = None
    others: Sequence[Figure] = ()
    uses: list[dict[str, str]] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)

    @property
    def computed(self) -> bool:
        return self.measure.is_computed

    @property
    def reference(self) -> FigureReference:
        return self.figure.reference

    @property
    def ret(self) -> tuple[str, str] | None:
        """The return whose lock published the figure, and of what it is the sum: (12, 自年初累计—住房—开工，18 个项目)."""
        found = RETURN.match(self.provenance.observation.cited) if self.provenance else None
        return (found[1], found[2]) if found else None

    @property
    def formula(self) -> str:
        """In words: 棚户区改造开工量 ÷ 棚户区改造开工任务."""
        if isinstance(self.figure, DerivedFigure):
            return self.figure.formula
        names = [part.name for part in self.figure.parts]
        if self.measure.kind == Measure.Kind.RATIO:
            return " ÷ ".join(names)
        if self.figure.parts and not self.computed:
            return f"{names[0]} × 比例"
        return " + ".join(names)

    @property
    def named_parts(self) -> list[tuple[str, Figure]]:
        """Each part by what tells it from the others: its measure, or else its region, or its period."""
        parts = self.figure.parts
        for name_of in (
            lambda one: one.name,
            lambda one: one.region.name,
            lambda one: period_label(one.period, one.kind),
        ):
            names = [name_of(one) for one in parts]
            if len(set(names)) == len(names):
                return list(zip(names, parts, strict=True))
        return [(f"{one.region.name}{period_label(one.period, one.kind)}{one.name}", one) for one in parts]

    @property
    def substituted(self) -> str:
        """With figures put in: 6,631 ÷ 4,776 = 138.8%."""
        if isinstance(self.figure, DerivedFigure):
            told = self.figure.text(None, None, True)
            return f"{self.figure.substituted} = {told}" if self.figure.substituted and told else ""
        parts = [part.text(None, None, True) or part.state_text for part in self.figure.parts]
        units = {part.unit for part in self.figure.parts}
        if len(units) > 1:
            parts = [f"{text}{part.unit}" for text, part in zip(parts, self.figure.parts, strict=True)]
        value = self.figure.text(None, None, True)
        result = (
            f"{value}{'' if self.figure.unit == '1' else self.figure.unit}" if value else f"空白（{self.figure.why}）"
        )
        if self.measure.kind == Measure.Kind.RATIO:
            return f"{' ÷ '.join(parts)} = {result}"
        if self.computed:
            return f"{' + '.join(parts)} = {result}"
        row = self.provenance.observation if self.provenance else None
        if row is not None and row.state == SHARE:
            return f"{parts[0]} × {row.share_numerator}/{row.share_denominator} = {result}"
        return ""


def read_provenance(user: Actor, figure: Figure) -> ProvenancePanel:
    """Everything the side panel shows of one figure."""
    measure = current.find_measures(user, [figure.code]).get(figure.code) or computed_measure(figure)
    door = ProvenancePanel(
        figure, measure, Calibre.objects.filter(pk=figure.calibre).first() if figure.calibre else None
    )
    if not measure.is_computed:
        door.history = provenance_queries.figure_history(
            user, figure.code, figure.region, figure.period, figure.calibre
        )
    if figure.observation_id is not None:
        door.provenance = provenance_queries.find_provenance(user, figure.observation_id)
        door.context = source_row(user, door.provenance)
    if not figure.code:
        return door
    calibres = [name for name in ("", *measure.calibres) if name != figure.calibre]
    found = (
        current.current_figures(user, [f"{figure.code}:{name}" for name in calibres], [figure.region], [figure.period])
        if calibres
        else {}
    )
    door.others = [one for one in found.values() if one.known]
    door.apart = sum_remarks(user, figure, measure)
    return door


def computed_measure(figure: Figure) -> Measure:
    """A ratio or sum that only a document makes: the catalogue does not know it."""
    return Measure(
        code="", name=figure.name, unit=figure.unit, kind=Measure.Kind.RATIO if figure.unit == "%" else Measure.Kind.SUM
    )


def source_row(user: Actor, origin: Provenance) -> CellContext | None:
    """The cell in its row of the imported file. None when the file was not kept, or can be read no longer."""
    row = origin.observation
    if origin.source is None or not row.cell:
        return None
    content = provenance_queries.source_content(user, origin.source)
    if content is None:
        return None
    try:
        name = origin.source.file_name
        return read_file_of(user, read_context, content, row.sheet, row.cell, file=name, name=name)
    except Refused:
        return None


def figure_uses(user: Actor, door: ProvenancePanel) -> list[dict[str, str]]:
    """Addresses and texts of what rests on the figure, as the rooms say; the highest room first: papers before runs."""
    return [
        use for ask in reversed(registry.fetch_hooks("uses")) for use in ask(user, door.figure, str(door.reference))
    ]
