"""The long stretches of the project pages, a line or a mark for each project: templates take several times as long. Every value is escaped."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anju.projects.views.drawn import Mark

LATE, DONE, GOING = "#a3201a", "#9aa7b5", "#1554a3"
WORD = mark_safe('<text x="9" y="-3" font-size="13" font-weight="700" fill="#a3201a" stroke="#fff" stroke-width="3" paint-order="stroke">！逾期</text>')


def _joined(pieces: Iterable[SafeString]) -> SafeString:
    return mark_safe("\n".join(pieces))  # pieces of format_html


def marks(placed: Sequence[Mark], kept: str) -> SafeString:
    """The points of the map. kept: what of the address every link keeps."""
    return _joined(
        format_html(
            '<a href="{}{}" data-point="{}" aria-label="{}"><g transform="translate({},{})"><title>{}</title>'
            '<path d="{}" fill="{}" stroke="#fff" stroke-width="1.5"></path>{}</g></a>',
            mark.of.path, kept, mark.of.pk, mark.of.said, mark.x, mark.y, mark.of.said, mark.shape,
            LATE if mark.of.late else DONE if mark.of.done else GOING, WORD if mark.of.late else "",
        )
        for mark in placed
    )  # fmt: skip


def beside(rows: Sequence[Any], kept: str, regions: bool) -> SafeString:
    """The lines of the table beside the map."""
    return _joined(
        format_html(
            '<tr data-point="{}"><th scope="row" class="first"><a href="{}{}">{}</a><small><svg class="shape" viewBox="-9 -9 18 18" aria-hidden="true">'
            '<path d="{}" fill="{}"></path></svg> {}{}</small></th><td class="n">{}</td><td class="{}">{}</td>{}</tr>',
            one.pk, one.path, kept, one.name, one.shape, LATE if one.late else "#4d5966", one.kind_label, f"，{one.region.name}" if regions else "",
            one.planned, "late" if one.late else "", one.progress,
            format_html('<td class="n small">{}<span class="block-line">{}</span></td>', one.east, one.north) if one.east
            else mark_safe('<td class="n small quiet">没有坐标</td>'),
        )
        for one in rows
    )  # fmt: skip


def filled(rows: Sequence[dict[str, Any]], kept: str, regions: bool) -> SafeString:
    """The lines of the table that is filled in place."""
    return _joined(
        format_html(
            '<tr data-project="{}" data-version="{}" data-name="{}"{}><th scope="row" class="first"><a href="{}{}">{}</a></th>{}{}</tr>',
            row["project"].pk, row["project"].version, row["project"].name, "" if row["editable"] else mark_safe(" data-locked"), row["path"], kept,
            row["project"].name, format_html('<td class="plain">{}</td>', row["project"].region.name) if regions else "",
            mark_safe("".join(map(_cell, row["cells"]))),
        )
        for row in rows
    )  # fmt: skip


def _cell(cell: dict[str, str]) -> SafeString:
    why = format_html(' data-locked title="{}"', cell["locked"]) if cell["locked"] else ""
    return format_html('<td class="{}" data-field="{}"{}><span class="v">{}</span></td>', cell["css"], cell["name"], why, cell["text"])
