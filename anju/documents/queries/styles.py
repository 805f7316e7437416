"""Styles of offices: which there are, whether a text will do, and which style a paper is written by."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from anju import periods
from anju.core.database.cache import CachedTable
from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope, visible_rows
from anju.core.regions import tree
from anju.documents import kinds
from anju.documents.models import OfficeStyle, StyleCopy
from anju.documents.styles.language.schema import Style
from anju.documents.styles.library.finding import StyleLibrary, style_library
from anju.documents.styles.library.loading import load_text
from anju.documents.styles.library.unusable import UnusableStyle
from anju.documents.styles.values.requests import unknown_codes
from anju.figures.queries.current import find_measures
from anju.problems import Place, Problem, Refused


def own_styles(user: Actor) -> QuerySet[OfficeStyle]:
    """Those of the user's regions, dropped ones too."""
    return visible_rows(OfficeStyle.objects.all(), user).select_related("region")


def list_styles(user: Actor, region: Region) -> QuerySet[OfficeStyle]:
    """Those of one region, newest first, without what was dropped."""
    return own_styles(user).filter(region=region).exclude(state=OfficeStyle.DROPPED)


def find_style(user: Actor, pk: int) -> OfficeStyle:
    """One of the user's regions, or a published one of any: who is written to by a style may read it. OfficeStyle.DoesNotExist."""
    mine = Q(pk__in=own_styles(user).values("pk")) | Q(state=OfficeStyle.PUBLISHED)
    return OfficeStyle.objects.filter(mine).select_related("region").get(pk=pk)


def check_style_text(user: Actor, region: Region, text: str, file: str = "样式") -> Style:
    """The style that a text is. Refused with all that is wrong with it for that region: as a file, its region, a kind that no style may be, measures
    that there are not."""
    style = load_text(text.encode(), file)
    problems = []
    if style.region != region.code:
        told = f"写的是 {style.region}" if style.region else "没有写"
        fix = f'请写 region: "{region.code}"（{region.name}）。'
        problems.append(
            Problem("DOC-150", Place(file=file, line=_line(text, "region"), field="region"), f"{told}。", fix)
        )
    for one in style.each_kind():
        if kinds.is_built_in(one.code):
            what = f"“{one.code}”是程序写的文种，不能改成样式。"
            fix = "请另起一个文种代码。"
            problems.append(Problem("DOC-151", Place(file=file, line=_line(text, "style"), field="style"), what, fix))
    if len(style.name) > 100 or len(style.code) > 60:
        what = "名称最多 100 个字，文种代码最多 60 个字母。"
        problems.append(
            Problem("DOC-151", Place(file=file, line=_line(text, "name"), field="name"), what, "请写短一些。")
        )
    if catalogue := find_measures(user):  # empty until a place is loaded
        problems += unknown_codes(style, catalogue)
    if problems:
        raise Refused(*sorted(problems, key=lambda problem: problem.where.line))
    return style


def _line(text: str, key: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if line.startswith(f"{key}:")), 1)


# -- what papers are written by


@dataclass(frozen=True)
class UsedStyle:
    """By which style a kind of paper is written somewhere and then. source: who set it, in words; of one that is there and cannot be used (usable), why."""

    code: str
    name: str
    source: str
    since: date | None
    until: date | None
    usable: bool = True


def used_styles(region: Region, period: str) -> list[UsedStyle]:
    """Of every kind that is a style, the one in force there at the period's end."""
    library, on, path = styles_in_use(), periods.period_end(period), tree.region_path_codes(region)
    published = {id(style) for style in library.published}
    found = []
    for code, name in library.codes().items():
        try:
            style = library.find(code, path, on)
        except Refused as refused:  # none in force: its own papers say so
            if unread := [one for one in refused.problems if one.code in ("DOC-159", "DOC-077")]:
                found.append(UsedStyle(code, name, str(unread[0]), None, None, usable=False))
            continue
        source = style.file if id(style) in published else "数据目录的文件" if style.region else "随程序"
        found.append(UsedStyle(code, style.name, source, style.applies_from, style.applies_until))
    return sorted(found, key=lambda one: one.name)


def is_style(kind: str) -> bool:
    """Whether papers of that kind are written by styles."""
    return kind in styles_in_use().codes()


def kept_copy(digest: str) -> StyleCopy | None:
    """The bytes of the style with that digest, if some paper was written by it."""
    return StyleCopy.objects.filter(pk=digest).first() if digest else None


def kept_style(code: str, digest: str) -> Style | None:
    """The style of that kind with that digest. None: no paper was written by it, or this version of the program cannot read it any more."""
    copy = kept_copy(digest)
    if copy is None:
        return None
    try:
        style = _parsed(bytes(copy.content).decode(), copy.file)
    except Refused:
        return None
    return next((one for one in style.each_kind() if one.code == code), None)


def styles_in_use() -> StyleLibrary:
    """The styles of the folders and, before them, those that offices published."""
    return style_library().with_published(_published())


def _read_published() -> tuple[Style | UnusableStyle, ...]:
    """Last published first. One that this version of the program cannot read any more is set aside."""
    with open_scope(local_actor()):  # what is published counts for whoever is below, and is kept for all
        rows = list(
            OfficeStyle.objects.filter(state=OfficeStyle.PUBLISHED)
            .select_related("region")
            .order_by("-published_at", "-pk")
        )
    found: list[Style | UnusableStyle] = []
    for row in rows:
        file = f"《{row.name}》（{row.number}）"
        try:
            found += _parsed(row.text, file).each_kind()
        except Refused as refused:
            aside = UnusableStyle(
                code=row.kind, name=row.name, region=row.region.code, applies_from=row.valid_from,
                applies_until=row.valid_until, file=file, problems=tuple(refused.problems),
            )  # fmt: skip
            found += aside.each_kind(row.text)
    return tuple(found)


@lru_cache(maxsize=200)
def _parsed(text: str, file: str) -> Style:
    return load_text(text.encode(), file)


_published = CachedTable("documents_officestyle", _read_published)
