"""Members of a dimension as coordinates (按贷款银行分的国开行): which measure each of them is."""

import difflib
from collections.abc import Mapping

from anju.documents.styles.language.schema import FigureSpec, ListSpec, Style
from anju.figures.models import Measure
from anju.problems import Place, Problem


class MemberError(LookupError):
    """What a measure is not divided into, in Chinese."""


class MeasureMembers:
    """catalogue: the measures that there are, by code."""

    def __init__(self, catalogue: Mapping[str, Measure]) -> None:
        self.catalogue = catalogue
        self.parts: dict[str, list[Measure]] = {}
        for measure in catalogue.values():
            if measure.of_id:
                self.parts.setdefault(measure.of_id, []).append(measure)

    def code(self, measure: str, dimension: str, member: str) -> str:
        """The code of that member. dimension "": the only one that has such a member. MemberError when there is none, or there are several."""
        named = [one for one in self.within(measure, dimension) if one.member == member]
        if len(named) == 1:
            return named[0].code
        if named:
            dimensions = "、".join(one.dimension for one in named)
            raise MemberError(f"{measure} 按几个维度都有“{member}”（{dimensions}），请写明 dimension。")
        names = [one.member for one in self.within(measure, dimension)]
        near = difflib.get_close_matches(member, names, 1)
        meant = f"是不是“{near[0]}”？" if near else ""
        raise MemberError(f"{measure} 没有分出“{member}”。{meant}分出的有：{'、'.join(names)}。")

    def of_list(self, spec: ListSpec) -> list[Measure]:
        """The members that a list goes through, in the order of the catalogue, or of `only`."""
        if not spec.only:
            return self.within(spec.measure, spec.dimension)
        return [self.catalogue[self.code(spec.measure, spec.dimension, name)] for name in spec.only]

    def within(self, measure: str, dimension: str) -> list[Measure]:
        """MemberError when the measure is not divided by that dimension."""
        found = [one for one in self.parts.get(measure, ()) if dimension in ("", one.dimension)]
        if not found:
            known = "、".join(dict.fromkeys(one.dimension for one in self.parts.get(measure, ())))
            told = f"可写：{known}。" if known else "它没有分项。"
            raise MemberError(f"{measure} 没有按“{dimension or '任何维度'}”分项。{told}")
        return found


def member_problem(style: Style, spec: FigureSpec | ListSpec, error: MemberError) -> Problem:
    place = Place(f"{style.file} 第 {spec.line} 行 {spec.name}", file=style.file, line=spec.line, field=spec.name)
    return Problem("DOC-141", place, f"统计指标 {error}", "请改正样式；确有这样的分项，请先登记（docs/measures.md）。")
