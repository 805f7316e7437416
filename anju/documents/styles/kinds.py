"""Styles as kinds of documents: the machine finds them by kind, region and period, and writes them like any other paper."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.kinds import DocumentKind, KindOption, register_source
from anju.documents.queries.styles import kept_style, styles_in_use
from anju.documents.styles.language import times
from anju.documents.styles.language.schema import SHAPES, TO_FILL, Option, Style
from anju.documents.styles.library.options import check_options
from anju.documents.styles.sources import paper_reminders
from anju.documents.styles.writing import write_style
from anju.problems import Problem, Refused

SHAPE_NAMES = {
    "year": "年",
    "half": "半年",
    "quarter": "季度",
    "month": "月",
    "day": "日",
    "plan": "规划",
    "since": "自开始累计",
}
ON_PAGES = ("text", "texts", "number", "choice", "regions", "codes", "table", "given")  # a list of tables has no field


class StyleKinds:
    """Kinds that exist as styles."""

    def find(self, code: str, region: Region | None, period: str) -> DocumentKind | None:
        library = styles_in_use()
        if code not in library.codes():
            return None
        if region is None or not period:
            if code in library.broken:
                raise Refused(*library.broken[code])
            style = library.any_of(code)
            return style_kind(style) if style else None
        return style_kind(library.find(code, tree.region_path_codes(region), periods.period_end(period)))

    def kept(self, code: str, digest: str) -> DocumentKind | None:
        style = kept_style(code, digest)
        return style_kind(style) if style else None

    def names(self) -> dict[str, str]:
        """Without those of which none can be read: a list goes on without them."""
        library = styles_in_use()
        usable = {style.code for style in (*library.styles, *library.published)} - library.broken.keys()
        return {code: name for code, name in library.codes().items() if code in usable}


def style_kind(style: Style) -> DocumentKind:
    return DocumentKind(
        code=style.code,
        name=style.name,
        template="",
        prose=tuple(style.prose),
        options=tuple(style.options),
        upward=style.upward,
        needs=style.needs,
        remind=partial(_remind, style),
        review=partial(_review, style),
        write=partial(_write, style),
        digest=style.digest,
        content=style.content,
        file=style.file,
        sections=dict(style.prose),
        fits=lambda period: times.shape_of(period) in style.periods,
        asks=tuple(
            KindOption(name, one.type, one.label or name, one.values, is_said_once(one))
            for name, one in style.options.items()
            if one.type in ON_PAGES
        ),
        once=tuple(name for name, one in style.options.items() if is_said_once(one)),
    )


def is_said_once(option: Option) -> bool:
    """Whether it is said for the paper of one period and not for the next."""
    return option.type == "given" or option.name.startswith(TO_FILL)


def _write(
    style: Style, user: Actor, region: Region, period: str, options: dict[str, Any], paragraphs: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Refused DOC-079 for a period of a shape that the style does not tell, DOC-080 for options that are not of their type."""
    if times.shape_of(period) not in style.periods:
        examples = "、".join(f"{SHAPE_NAMES[shape]}（{SHAPES[shape]}）" for shape in style.periods)
        raise Refused(
            Problem("DOC-079", f"{style.name}的期间“{period}”", "与这种文书不合。", f"请写成{examples}这样的期间。")
        )
    check_options(style, options)
    made = write_style(style, user, region, period, options, paragraphs)
    return made.html, {"title": made.title, "books": made.books, "reminders": made.reminders}


def _remind(style: Style, prose: dict[str, Any]) -> list[Problem]:
    return [problem for code in style.reminders for problem in paper_reminders()[code].prose(prose)]


def _review(style: Style, user: Actor, region: Region, period: str, told: set[str]) -> list[Problem]:
    return [problem for code in style.reminders for problem in paper_reminders()[code].text(user, region, period, told)]


register_source(StyleKinds())
