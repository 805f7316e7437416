"""Reading where a figure came from and what it was before."""

from dataclasses import dataclass

from django.db.models import QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure, Observation, Source, TargetDocument
from anju.figures.queries.current import observation_figure
from anju.problems import Place


@dataclass(frozen=True)
class HistoryEntry:
    """One observation in a figure's history. before: what it replaced, as text with its unit; None when it was the first."""

    observation: Observation
    figure: Figure
    before: str | None
    act: str  # 导入 填报 更正 推定 台账; "" when the source belongs to a region above the user's
    title: str
    undone: bool

    @property
    def reason(self) -> str:
        return self.observation.reason


def figure_history(user: Actor, code: str, region: Region, period: str, calibre: str = "") -> list[HistoryEntry]:
    """Every value the figure ever had, the newest first: who, when, from what, why."""
    if region.pk not in user.region_ids:
        return []
    return _entries(Observation.objects.filter(measure=code, region=region, period=period, calibre=calibre))


def _entries(observations: QuerySet[Observation]) -> list[HistoryEntry]:
    """Sources and documents are fetched apart: what a region above brought in is seen here without its file."""
    rows = list(observations.select_related("measure", "region", "undone", "supersedes").order_by("-id"))
    sources = Source.objects.defer("content").in_bulk({row.source_id for row in rows})
    entries = []
    for row in rows:
        source = sources.get(row.source_id)
        if row.supersedes:
            row.supersedes.region = row.region  # it is of the same key, and not asked for once more
        entries.append(
            HistoryEntry(
                row, observation_figure(row), observation_figure(row.supersedes, row.measure).spoken_or_state if row.supersedes else None,
                source.get_kind_display() if source else "", (source.title or source.file_name) if source else "", hasattr(row, "undone"),
            )
        )  # fmt: skip
    return entries


@dataclass(frozen=True)
class Provenance:
    """Where a number came from. file: None for what was typed in, or imported by a region above the user's."""

    figure: Figure
    observation: Observation
    source: Source | None
    document: TargetDocument | None
    earlier: tuple[HistoryEntry, ...]
    current: bool

    @property
    def place(self) -> str:
        """《文件》工作表“…” 单元格 F12."""
        name = self.source.file_name or self.source.title if self.source else ""
        row = self.observation
        return str(Place(file=name, sheet=row.sheet, cell=row.cell))


def find_provenance(user: Actor, observation_id: int) -> Provenance:
    """Observation.DoesNotExist for what the user may not see."""
    row = Observation.objects.select_related("measure", "region").get(pk=observation_id)
    if row.region_id not in user.region_ids:
        raise Observation.DoesNotExist(f"没有第 {observation_id} 号填报数")
    earlier = Observation.objects.filter(
        measure=row.measure_id, region=row.region_id, period=row.period, calibre=row.calibre_id, pk__lt=row.pk
    )
    return Provenance(
        observation_figure(row), row,
        Source.objects.defer("content").filter(pk=row.source_id).first(),
        TargetDocument.objects.filter(pk=row.document_id).first(),
        tuple(_entries(earlier)),
        CurrentFigure.objects.filter(observation=row).exists(),
    )  # fmt: skip


def source_content(user: Actor, source: Source) -> bytes | None:
    """The imported file itself; None when it was not kept. Source.DoesNotExist outside the user's regions."""
    kept, region_id = Source.objects.values_list("content", "region_id").get(pk=source.pk)
    if region_id not in user.region_ids:
        raise Source.DoesNotExist(f"没有第 {source.pk} 号来源")
    return None if kept is None else bytes(kept)


def list_sources(user: Actor, region: Region | None = None) -> QuerySet[Source]:
    """What was imported and entered, the newest first, without the files' bytes."""
    found = Source.objects.defer("content").order_by("-id")
    if region is None:
        return visible_rows(found, user)
    return found.filter(region=region) if region.pk in user.region_ids else found.none()
