"""The members of a list of a style: who is in it, who cannot be told, who is not; in order, the first of them, those of one value together."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from anju.documents.styles import sources
from anju.documents.styles.language.schema import FigureSpec, ListSpec
from anju.documents.styles.values import beyond, requests
from anju.documents.styles.values.frames import Frame
from anju.problems import Problem, Refused

if TYPE_CHECKING:
    from anju.documents.styles.values.paper import ComputedPaper

MAX_MEMBERS = 5000


@dataclass
class Listed:
    """unknown: of whom the condition, the order or the group cannot be told; rest: who does not meet the condition."""

    members: list[Frame] = field(default_factory=list)
    unknown: list[Frame] = field(default_factory=list)
    rest: list[Frame] = field(default_factory=list)


def read_list(paper: "ComputedPaper", name: str, frame: Frame) -> Listed:
    """The list as of the place and member spoken of."""
    spec = paper.style.lists[name]
    found = Listed()
    candidates = list(all_members(paper, name, spec, frame))
    if len(candidates) > MAX_MEMBERS:
        raise Refused(
            Problem(
                "DOC-074",
                f"文书样式 {paper.style.code} 名单 {name}",
                f"有 {len(candidates)} 项，最多 {MAX_MEMBERS} 项。",
                "请缩小范围。",
            )
        )
    for member in candidates:
        holds = paper.truth(spec.where, member)
        (found.members if holds else found.unknown if holds is None else found.rest).append(member)
    if spec.order is not None:
        found = in_order(paper, name, spec, found)
    elif spec.top:
        found = Listed(found.members[: spec.top], found.unknown, [*found.members[spec.top :], *found.rest])
    if spec.group is not None:
        found = by_value(paper, name, spec, found)
    return found


def all_members(paper: "ComputedPaper", name: str, spec: ListSpec, frame: Frame) -> Iterable[Frame]:
    """Everybody of whom the list may speak."""
    options = paper.request.options
    own: dict[str, Any] = dict(spec.figures)
    if spec.latest:
        own["latest__"] = True

    def member(key: str, fields: dict[str, Any], region: Any = None, show: str = "") -> Frame:
        kind = "regions" if region is not None else name
        return Frame(region or frame.region, (*frame.key, f"{name}.{key}"), kind, {**fields, **own}, frame, show)

    if spec.of == "regions":
        for region in paper.sets(spec.set):
            yield member(region.code, {"name": region.name, "code": region.code, "level": region.kind}, region)
    elif spec.of == "tasks":
        for row in requests.task_rows(spec, options):
            words = {
                key: value
                for key, value in row.items()
                if key not in ("line", "rate", "actual", "target", "show", "calibre")
            }
            yield member(str(row["code"]), words | task_figures(paper, spec, row), show=str(row.get("show", "")))
    elif spec.of == "rows":
        every = {key: "" for row in spec.rows for key in row if key not in ("line", "show")}
        for number, row in enumerate(spec.rows, 1):
            words = {key: value for key, value in row.items() if key not in ("line", "show")}
            yield member(str(row.get("key", number)), every | words, show=str(row.get("show", "")))
    elif spec.of == "members":
        for part in paper.readers.members.of_list(spec):
            amount = FigureSpec("amount", spec.line, measure=part.code, latest=spec.latest)
            yield member(
                part.code, {"name": part.member, "unit": part.unit, "amount": amount}, show=f"{part.unit} upto 4"
            )
    elif spec.of == "option":
        for row in paper.readers.rows_of(spec):
            yield member(row["item"], dict(row))
    elif source := sources.paper_lists().get(spec.of):
        for number, item in enumerate(paper.once(("source", spec.of), lambda: source.members(paper.request))):
            yield member(str(item.get("key", number)), dict(item), item.get("region"))
    else:
        for other in paper.members(spec.of, frame).members:
            yield replace(
                other,
                fields={**other.fields, **own},
                key=(*other.key[:-1], f"{name}.{other.key[-1].partition('.')[2]}"),
            )


def task_figures(paper: "ComputedPaper", spec: ListSpec, row: dict[str, Any]) -> dict[str, FigureSpec]:
    """actual, target and rate of a task. What was done and asked are the two sides of its rate, unless the newest report is wanted."""
    rate = paper.readers.task_rate(row)
    line = spec.line
    if spec.latest:
        return {
            "rate": FigureSpec("rate", line, measure=rate, latest=True),
            "actual": FigureSpec("actual", line, measure=paper.readers.task_side(row, "actual"), latest=True),
            "target": FigureSpec("target", line, measure=paper.readers.task_side(row, "target"), latest=True),
        }
    return {
        "rate": FigureSpec("rate", line, measure=rate),
        "actual": FigureSpec("actual", line, measure=rate, source={"part": "0"}),
        "target": FigureSpec("target", line, measure=rate, source={"part": "1"}),
    }


def in_order(paper: "ComputedPaper", name: str, spec: ListSpec, found: Listed) -> Listed:
    """By value, equal ones sharing a rank; of whom there is no value stands apart. top keeps who shares the last place, unless cut."""
    keyed = [(paper.come_to(spec.order, member), member) for member in found.members] if spec.order else []
    unknown = [member for value, member in keyed if value is None]
    known = sorted(
        ((value, member) for value, member in keyed if value is not None),
        key=lambda pair: pair[0],
        reverse=spec.descending,
    )
    counts = Counter(value for value, _ in known)
    first, dense, before = {}, {}, 0  # value → its place, and its place among different values
    for number, (value, count) in enumerate(counts.items()):
        first[value], dense[value], before = before, number, before + count
    ranked = []
    for place, (value, member) in enumerate(known):
        rank = (first if spec.skip else dense)[value] + 1
        if spec.top and (place >= spec.top if spec.cut else first[value] >= spec.top):
            found.rest.append(member)
            continue
        fields = {
            **member.fields,
            "rank": beyond.counted(paper, f"{name}.rank", rank, member, "1"),
            "tied": counts[value] > 1,
        }
        ranked.append(replace(member, fields=fields))
    return Listed(ranked, [*found.unknown, *unknown], found.rest)


def by_value(paper: "ComputedPaper", name: str, spec: ListSpec, found: Listed) -> Listed:
    """Members of one value as one member, in the order of the first of each; what it tells is the first one's, and members."""
    groups: dict[Any, list[Frame]] = {}
    unknown = list(found.unknown)
    for member in found.members:
        value = paper.come_to(spec.group, member) if spec.group else None
        if value is None:
            unknown.append(member)
        else:
            groups.setdefault(value, []).append(member)
    made = [
        replace(group[0], fields={**group[0].fields, "members": group, "tied": len(group) > 1})
        for group in groups.values()
    ]
    return Listed(made, unknown, found.rest)
