"""Which columns a topic's table has: laid out from the catalogue and from what was reported, never listed by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from anju.core.models.region import Region
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.people.scope import Actor
from anju.core.regions.levels import LEVELS
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure, Measure
from anju.figures.queries import current

TOPICS = {
    "shanty": "棚户区改造",
    "backlog": "续建攻坚",
    "prh": "公租房",
    "arh": "保障性租赁住房",
    "subsidy": "租赁补贴",
    "old": "老旧小区改造",
    "invest": "完成投资",
    "loan": "贷款",
    "bond": "债券",
    "funds": "资金",
    "audit": "审计整改",
    "satisfaction": "满意度",
}
OTHER = "其他"


def topic_of(code: str) -> str:
    head = code.partition(".")[0]
    return head if head in TOPICS else OTHER


@dataclass(frozen=True)
class MeasureColumn:
    """One measure in one calibre: a column of figures."""

    measure: Measure
    calibre: str = ""

    @property
    def code(self) -> str:
        return f"{self.measure.code}:{self.calibre}" if self.calibre else self.measure.code


@dataclass
class MeasureGroup:
    """A measure with its target, its parts, its rates: the columns under one heading."""

    base: Measure
    leaves: list[MeasureColumn] = field(default_factory=list)


def reported_measures(user: Actor, regions: Iterable[Region], period: str) -> set[tuple[str, str]]:
    """(measure, calibre) that any of these regions has in that period."""
    ids = {region.pk for region in regions} & user.region_ids
    return set(
        CurrentFigure.objects.filter(region_id__in=ids, period=period)
        .values_list("measure_id", "calibre_id")
        .distinct()
    )


def _base(measure: Measure, catalogue: Mapping[str, Measure]) -> Measure:
    """The measure whose heading a measure stands under: a target's is what it is the target of, a part's its whole."""
    seen: set[str] = set()
    while measure.code not in seen:
        seen.add(measure.code)
        above = measure.target_of_id or measure.of_id or measure.numerator_id
        if above is None or above not in catalogue:
            return measure
        measure = catalogue[above]
    return measure


def is_computable(measure: Measure, known: set[str], catalogue: Mapping[str, Measure]) -> bool:
    sides = [measure.numerator_id, measure.denominator_id] if measure.kind == Measure.Kind.RATIO else measure.terms
    return all(
        code in known or (catalogue[code].is_computed and is_computable(catalogue[code], known, catalogue))
        for code in sides
    )


def measure_groups(user: Actor, regions: list[Region], period: str) -> dict[str, list[MeasureGroup]]:
    """By topic, the groups that have figures here. A ratio stands wherever both its sides were reported."""
    catalogue = current.find_measures(user)
    keys = reported_measures(user, regions, period)
    known = {code for code, _ in keys}
    calibres: dict[str, list[str]] = {}
    for code, calibre in sorted(keys):
        calibres.setdefault(code, []).append(calibre)
    topics: dict[str, dict[str, MeasureGroup]] = {}
    for measure in sorted(catalogue.values(), key=lambda one: _rank(one, catalogue)):
        if measure.is_computed:
            if not is_computable(measure, known, catalogue):
                continue
            sides = [measure.numerator_id, measure.denominator_id, *measure.terms]
            wanted = sorted(
                {name for side in sides for name in calibres.get(side or "", ()) if name in _declared(catalogue, side)}
            ) or [""]
        else:
            wanted = calibres.get(measure.code, [])
        if wanted:
            base = _base(measure, catalogue)
            group = topics.setdefault(topic_of(measure.code), {}).setdefault(base.code, MeasureGroup(base))
            group.leaves += [MeasureColumn(measure, calibre) for calibre in wanted]
    order = [*TOPICS, OTHER]
    return {topic: list(topics[topic].values()) for topic in order if topic in topics}


def _declared(catalogue: Mapping[str, Measure], code: str | None) -> list[str]:
    return catalogue[code].calibres if code in catalogue else []


def _rank(measure: Measure, catalogue: Mapping[str, Measure]) -> tuple:
    """Targets first, then what was done, then rates: the order of the official annex. Parts follow their whole."""
    base = _base(measure, catalogue)
    kind = 0 if measure.target_of_id else 2 if measure.kind == Measure.Kind.RATIO else 1
    return (base.order, base.code, kind, measure.order, measure.code)


def is_part(measure: Measure, catalogue: Mapping[str, Measure]) -> bool:
    """A 其中, or the target or the rate of one."""
    top = catalogue.get(measure.numerator_id or measure.target_of_id or "")
    return bool(measure.of_id or (top is not None and top.of_id))


def column_label(
    leaf: MeasureColumn, group: MeasureGroup, catalogue: Mapping[str, Measure], names: Mapping[str, str]
) -> str:
    """The short head of a column under its group: 目标, 省定目标, 完成, 其中：老城区, 完成率（口径二）."""
    measure = leaf.measure
    if measure.target_of_id:
        target = catalogue.get(measure.target_of_id)
        part = measure.member or (target.member if target else "")
        return (
            f"{leaf.calibre}定目标（{part}）".replace("（）", "")
            if leaf.calibre in LEVELS
            else f"目标（{part}）"
            if part
            else "目标"
        )
    if measure.kind == Measure.Kind.RATIO:
        top, bottom = catalogue[measure.numerator_id], catalogue[measure.denominator_id]
        completion = bottom.target_of_id == top.code
        text = (f"完成率（{top.member}）" if top.member else "完成率") if completion else measure.name
    elif measure.of_id:
        text = f"其中：{measure.member}"
    else:
        asked = any(one.measure.target_of_id for one in group.leaves)
        text = "完成" if asked else "合计" if len(group.leaves) > 1 else "数值"
    return f"{text}（{names.get(leaf.calibre, leaf.calibre)}）" if leaf.calibre else text


def is_reported(figure: Figure) -> bool:
    return figure.known or figure.observation_id is not None


def column_unit(leaf: MeasureColumn, found: current.FigureMapping, regions: Iterable[Region]) -> str:
    """One unit for a column: the first that was printed there. Decimals stay as each was printed: 6.88 is not 6.880."""
    return next(
        (one.unit for one in (found(leaf.code, region) for region in regions) if one.known), leaf.measure.unit or "%"
    )


def topic_sheet(
    user: Actor,
    sheet_id: str,
    wanted: list[MeasureGroup],
    regions: list[Region],
    period: str,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> Sheet:
    """The official table of a topic: the region itself first as 合计, then its parts. links: address by region code."""
    catalogue = current.find_measures(user)
    leaves = [leaf for group in wanted for leaf in group.leaves]
    found = current.current_figures(user, [leaf.code for leaf in leaves], regions, [period])
    shown = {leaf: column_unit(leaf, found, regions) for leaf in leaves}
    columns = [SheetColumn("区划")]
    for group in wanted:
        if len(group.leaves) == 1:
            only = group.leaves[0]
            name = only.measure.name + (f"（{names.get(only.calibre, only.calibre)}）" if only.calibre else "")
            unit = "" if only.measure.kind == Measure.Kind.RATIO else shown[only]
            columns.append(SheetColumn(name, unit=unit, href=only.measure.get_absolute_url()))
            continue
        units = {shown[leaf] for leaf in group.leaves if leaf.measure.kind != Measure.Kind.RATIO}
        one_unit = units.pop() if len(units) == 1 else ""
        below = tuple(
            SheetColumn(
                column_label(leaf, group, catalogue, names),
                unit="" if one_unit or leaf.measure.kind == Measure.Kind.RATIO else shown[leaf],
                part=is_part(leaf.measure, catalogue),
                sort=leaf.code,
            )
            for leaf in group.leaves
        )
        columns.append(SheetColumn(group.base.name, below, unit=one_unit, href=group.base.get_absolute_url()))
    rows = []
    for number, region in enumerate(regions):
        # 市本级 and the like report a few things only: no empty line for them in the tables of all the rest.
        if (
            number
            and region.kind == Region.Kind.PSEUDO
            and not any(is_reported(found(leaf.code, region)) for leaf in leaves)
        ):
            continue
        cells = [SheetCell(text=region.name, href=links.get(region.code, ""))]
        cells += [SheetCell(figure=found(leaf.code, region), unit=shown[leaf]) for leaf in leaves]
        rows.append(SheetRow(cells, css="total" if number == 0 and len(regions) > 1 else "", key=region.code))
    return Sheet(sheet_id, columns, rows, caption="县区指标表")


def sort_rows(sheet: Sheet, leaves: list[str], wanted: str) -> None:
    """Sort by one column, unknown last, the 合计 row staying first. wanted: a code, with - before it downwards."""
    code, down = wanted.removeprefix("-"), wanted.startswith("-")
    if code not in leaves:
        return
    at = leaves.index(code) + 1
    fixed = [row for row in sheet.rows if row.css == "total"]
    rest = [row for row in sheet.rows if row.css != "total"]
    known = [row for row in rest if row.cells[at].figure.known]
    known.sort(key=lambda row: row.cells[at].figure.exact, reverse=down)
    sheet.rows = fixed + known + [row for row in rest if not row.cells[at].figure.known]
