"""The long stretches of the project pages, a line or a mark for each project: templates take several times as long."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString

from anju.core.pages.layout.markup import NOTHING, element, join, markup, optional, slot, switch, writer
from anju.projects.pages.layout.drawings import PlotMark

OVERDUE, DONE, GOING = "#a3201a", "#9aa7b5", "#1554a3"
QUIET = "#4d5966"

write_overdue = writer(
    element(
        "text",
        "！逾期",
        x="9",
        y="-3",
        font_size="13",
        font_weight="700",
        fill=OVERDUE,
        stroke="#fff",
        stroke_width="3",
        paint_order="stroke",
    )
)
write_mark = writer(
    element(
        "a",
        element(
            "g",
            element("title", slot("said")),
            element("path", d=slot("shape"), fill=slot("fill"), stroke="#fff", stroke_width="1.5"),
            markup("word"),
            transform=slot("place"),
        ),
        href=slot("href"),
        data_point=slot("point"),
        aria_label=slot("said"),
    )
)
write_place = writer(
    element("td", slot("east"), element("span", slot("north"), css="block-line"), css="n small"),
)
write_no_place = writer(element("td", "没有坐标", css="n small quiet"))
write_beside = writer(
    element(
        "tr",
        element(
            "th",
            element("a", slot("name"), href=slot("href")),
            element(
                "small",
                element(
                    "svg",
                    element("path", d=slot("shape"), fill=slot("fill")),
                    css="shape",
                    viewBox="-9 -9 18 18",
                    aria_hidden="true",
                ),
                " ",
                slot("about"),
            ),
            scope="row",
            css="first",
        ),
        element("td", slot("planned"), css="n"),
        element("td", slot("progress"), css=slot("css")),
        markup("place"),
        data_point=slot("point"),
    )
)
write_region = writer(element("td", slot("name"), css="plain"))
write_filled = writer(
    element(
        "tr",
        element("th", element("a", slot("name"), href=slot("href")), scope="row", css="first"),
        markup("region"),
        markup("cells"),
        data_project=slot("project"),
        data_version=slot("version"),
        data_name=slot("name"),
        data_locked=switch("locked"),
    )
)
write_cell = writer(
    element(
        "td",
        element("span", slot("text"), css="v"),
        css=slot("css"),
        data_field=slot("name"),
        data_locked=switch("locked"),
        title=optional("locked"),
    )
)


def _lines(pieces: Iterable[SafeString]) -> SafeString:
    return join(pieces, "\n")


def map_points_html(placed: Sequence[PlotMark], kept: str) -> SafeString:
    """The points of the map. kept: what of the address every link keeps."""
    word = write_overdue()
    return _lines(
        write_mark(
            href=f"{mark.of.path}{kept}",
            point=mark.of.pk,
            said=mark.of.said,
            place=f"translate({mark.x},{mark.y})",
            shape=mark.shape,
            fill=OVERDUE if mark.of.overdue else DONE if mark.of.done else GOING,
            word=word if mark.of.overdue else NOTHING,
        )
        for mark in placed
    )


def map_table_html(rows: Sequence[Any], kept: str, regions: bool) -> SafeString:
    """The lines of the table beside the map."""
    nowhere = write_no_place()
    return _lines(
        write_beside(
            point=one.pk,
            name=one.name,
            href=f"{one.path}{kept}",
            shape=one.shape,
            fill=OVERDUE if one.overdue else QUIET,
            about=f"{one.kind_label}，{one.region.name}" if regions else one.kind_label,
            planned=one.planned,
            css="late" if one.overdue else "",
            progress=one.progress,
            place=write_place(east=one.east, north=one.north) if one.east else nowhere,
        )
        for one in rows
    )


def fill_table_html(rows: Sequence[dict[str, Any]], kept: str, regions: bool) -> SafeString:
    """The lines of the table that is filled in place."""
    return _lines(_filled(row, row["project"], kept, regions) for row in rows)


def _filled(row: Mapping[str, Any], project: Any, kept: str, regions: bool) -> SafeString:
    return write_filled(
        project=project.pk,
        version=project.version,
        name=project.name,
        href=f"{row['path']}{kept}",
        locked=not row["editable"],
        region=write_region(name=project.region.name) if regions else NOTHING,
        cells=join(_cell(cell) for cell in row["cells"]),
    )


def _cell(cell: Mapping[str, str]) -> SafeString:
    return write_cell(text=cell["text"], css=cell["css"], name=cell["name"], locked=cell["locked"])
