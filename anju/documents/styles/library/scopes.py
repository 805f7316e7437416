"""What can be said where, by name: of a member of a list, of its parts. Pure."""

from anju.documents.styles import sources
from anju.documents.styles.language.schema import (
    MEMBER_FIGURES,
    MEMBER_WORDS,
    REGION_TRUTHS,
    REGION_WORDS,
    TASK_FIGURES,
    TASK_WORDS,
    FigureSpec,
    ListSpec,
    Style,
)

FIGURE, WORD, LIST, PIECES, TRUTH, OPTION = "figure", "word", "list", "pieces", "truth", "option"
PARTS_OF = ("_unknown", "_rest")  # of a list: who cannot be told, who is not in it

Scope = dict[str, str]


def item_scope(style: Style, name: str, seen: tuple[str, ...] = ()) -> Scope:
    """What can be said of a member of a list, by name: each with its kind."""
    base = base_list(style, name)
    spec = style.lists.get(base)
    if spec is None or base in seen:
        return {}
    if spec.of == "regions":
        scope = dict.fromkeys(REGION_WORDS, WORD) | dict.fromkeys(REGION_TRUTHS, TRUTH)
    elif spec.of == "tasks":
        scope = _row_scope(spec) | dict.fromkeys(TASK_WORDS, WORD) | dict.fromkeys(TASK_FIGURES, FIGURE)
        scope.pop("task", None)
    elif spec.of == "rows":
        scope = _row_scope(spec)
    elif spec.of == "members":
        scope = dict.fromkeys(MEMBER_WORDS, WORD) | dict.fromkeys(MEMBER_FIGURES, FIGURE)
    elif spec.of == "option":
        scope = (
            dict.fromkeys(("item", "item_name", *style.options[spec.option].keys), WORD)
            if spec.option in style.options
            else {}
        )
        scope |= {"period_end": WORD} if "period" in scope else {}
    elif source := sources.paper_lists().get(spec.of):
        scope = source_scope(source)
    else:
        scope = item_scope(style, spec.of, (*seen, base))
    scope |= dict.fromkeys(spec.figures, FIGURE)
    if spec.order is not None:
        scope |= {"rank": FIGURE, "tied": TRUTH}
    if spec.group is not None:
        scope["members"] = LIST
    return scope


def source_scope(source: sources.PaperList) -> Scope:
    return (
        dict.fromkeys(source.words, WORD)
        | dict.fromkeys(source.figures, FIGURE)
        | dict.fromkeys(source.pieces, PIECES)
        | dict.fromkeys(source.truths, TRUTH)
        | dict.fromkeys(source.lists, LIST)
    )


def base_list(style: Style, name: str) -> str:
    """The list that NAME_unknown and NAME_rest are parts of."""
    if name in style.lists:
        return name
    return next(
        (
            name.removesuffix(part)
            for part in PARTS_OF
            if name.endswith(part) and name.removesuffix(part) in style.lists
        ),
        name,
    )


def _row_scope(spec: ListSpec) -> Scope:
    return {
        key: FIGURE if isinstance(value, FigureSpec) else WORD
        for row in spec.rows
        for key, value in row.items()
        if key not in ("line", "show")
    }
