"""A style on real data before it counts: the paper that it would write, and where one begins to change a style that is in force."""

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.kinds import carried_over
from anju.documents.queries import documents
from anju.documents.queries.styles import styles_in_use
from anju.documents.styles.editing.source import StyleSource, quoted
from anju.documents.styles.kinds import style_kind
from anju.documents.styles.language import times
from anju.documents.styles.language.schema import Style
from anju.documents.text.compose import ComposedText, compose_document
from anju.problems import Refused

SHAPES = {
    "year": ("{}",), "half": ("{}-H1", "{}-H2"), "quarter": ("{}-Q1", "{}-Q2", "{}-Q3", "{}-Q4"),
    "month": tuple(f"{{}}-{month:02}" for month in range(1, 13)), "day": (),
}  # fmt: skip

MOST_PERIODS = 60


def preview_style(user: Actor, style: Style, region: Region, period: str) -> ComposedText:
    """The paper, with the options and the free prose of the last one of its kind there; where nothing was written the place of the prose says so."""
    last = documents.list_documents(user, region, kind=style.code).first()
    version = documents.find_version(user, last) if last else None
    options, written = carried_over(style_kind(style), version, period) if version else ({}, {})
    options.pop("title", None)
    prose = {key: written.get(key) or [f"（这里是自由正文“{name}”，由拟稿人写）"] for key, name in style.prose.items()}
    return compose_document(user, style_kind(style), region, period, options, prose)


def preview_periods(style: Style | None, known: list[str], period: str) -> list[str]:
    """Periods that such a paper may be of: where one stands, those with figures, and the others of their years."""
    shapes = style.periods if style else tuple(SHAPES)
    years = dict.fromkeys([period[:4], *sorted({one[:4] for one in known}, reverse=True)])
    of_years = [form.format(year) for year in years for shape in shapes for form in SHAPES.get(shape, ())]
    fitting = [one for one in (period, *known) if times.shape_of(one) in shapes]
    return list(dict.fromkeys([*fitting, *of_years]))[:MOST_PERIODS]


def style_in_force(region: Region, kind: str, period: str) -> Style | None:
    """What a paper of that kind is written by there and then; None where there is none, or it cannot be read."""
    try:
        return styles_in_use().find(kind, tree.region_path_codes(region), periods.period_end(period))
    except Refused:
        return None


def style_text(style: Style) -> str:
    """The text that a style was read from."""
    return style.content.decode()


def begin_text(text: str, region: Region, since: str) -> str:
    """The same style as that region's own, from a day on."""
    source = StyleSource(text)
    data = source.data
    if "region" in data:
        data["region"] = quoted(region.code)
    else:
        data.insert(list(data).index("name") + 1, "region", quoted(region.code))
    source.set(("applies", "from"), quoted(since))
    source.set(("applies", "until"), None)
    return source.text()
