"""The long stretches of the project pages, a line or a mark for each project: templates take several times as long. Every text is escaped."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from anju.core.pages.layout.escaping import escaped
from anju.projects.pages.drawings import Mark

OVERDUE, DONE, GOING = "#a3201a", "#9aa7b5", "#1554a3"
WORD = '<text x="9" y="-3" font-size="13" font-weight="700" fill="#a3201a" stroke="#fff" stroke-width="3" paint-order="stroke">！逾期</text>'


def _joined(pieces: Iterable[str]) -> SafeString:
    return mark_safe("\n".join(pieces))  # every text in them was escaped


def marks(placed: Sequence[Mark], kept: str) -> SafeString:
    """The points of the map. kept: what of the address every link keeps."""
    return _joined(_mark(mark, escaped(mark.of.said), escaped(kept)) for mark in placed)


def _mark(mark: Mark, said: str, kept: str) -> str:
    fill = OVERDUE if mark.of.overdue else DONE if mark.of.done else GOING
    return (
        f'<a href="{mark.of.path}{kept}" data-point="{mark.of.pk}" aria-label="{said}"><g transform="translate({mark.x},{mark.y})"><title>{said}</title>'
        f'<path d="{mark.shape}" fill="{fill}" stroke="#fff" stroke-width="1.5"></path>{WORD if mark.of.overdue else ""}</g></a>'
    )


def beside(rows: Sequence[Any], kept: str, regions: bool) -> SafeString:
    """The lines of the table beside the map."""
    return _joined(_beside(one, escaped(kept), f"，{escaped(one.region.name)}" if regions else "") for one in rows)


def _beside(one: Any, kept: str, region: str) -> str:
    place = (
        f'<td class="n small">{one.east}<span class="block-line">{one.north}</span></td>'
        if one.east
        else '<td class="n small quiet">没有坐标</td>'
    )
    return (
        f'<tr data-point="{one.pk}"><th scope="row" class="first"><a href="{one.path}{kept}">{escaped(one.name)}</a><small>'
        f'<svg class="shape" viewBox="-9 -9 18 18" aria-hidden="true"><path d="{one.shape}" fill="{OVERDUE if one.overdue else "#4d5966"}"></path></svg>'
        f' {escaped(one.kind_label)}{region}</small></th><td class="n">{escaped(one.planned)}</td>'
        f'<td class="{"late" if one.overdue else ""}">{escaped(one.progress)}</td>{place}</tr>'
    )


def filled(rows: Sequence[dict[str, Any]], kept: str, regions: bool) -> SafeString:
    """The lines of the table that is filled in place."""
    return _joined(_filled(row, row["project"], escaped(kept), regions) for row in rows)


def _filled(row: dict[str, Any], project: Any, kept: str, regions: bool) -> str:
    name = escaped(project.name)
    region = f'<td class="plain">{escaped(project.region.name)}</td>' if regions else ""
    return (
        f'<tr data-project="{project.pk}" data-version="{project.version}" data-name="{name}"{"" if row["editable"] else " data-locked"}>'
        f'<th scope="row" class="first"><a href="{row["path"]}{kept}">{name}</a></th>{region}{"".join(map(_cell, row["cells"]))}</tr>'
    )


def _cell(cell: dict[str, str]) -> str:
    why = f' data-locked title="{escaped(cell["locked"])}"' if cell["locked"] else ""
    return f'<td class="{cell["css"]}" data-field="{cell["name"]}"{why}><span class="v">{escaped(cell["text"])}</span></td>'
