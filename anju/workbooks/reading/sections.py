"""A sheet whose head stands in it more than once: printed again on each page, with columns in another order, or going on with further ones (续表)."""

from dataclasses import dataclass, field

from anju.problems import Place, Problem
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import cell_reference
from anju.workbooks.reading.heads import ColumnMatch, TableHead
from anju.workbooks.reading.maps import MapColumn


@dataclass
class Section:
    """The rows under one head. found: map column → sheet column; again: it only repeats the head before."""

    head: TableHead
    found: dict[int, int]
    again: bool = False
    problems: list[Problem] = field(default_factory=list)


def find_sections(
    found: list[TableHead], match: ColumnMatch, columns: tuple[MapColumn, ...], file_name: str, sheet: str
) -> list[Section]:
    """A section for each head. Under a head that the map does not know nothing is read: WB-039, never the columns of another."""
    sections = [Section(found[0], match.found)]
    for head in found[1:]:
        before = sections[-1]
        if head.repeats(before.head):
            sections.append(Section(head, before.found, again=True))
            continue
        ours = heads.match_columns(columns, head, file_name, sheet)
        problems = [one for one in ours.problems if one.code != "WB-022"]
        if not ours.found:
            place = Place(file=file_name, sheet=sheet, cell=cell_reference(head.top, head.span[0]))
            what = "这里又有一个表头，列和上面的不一样，对照表里一列也没有，下面的数没有读取。"
            problems = [
                Problem(
                    "WB-039",
                    place,
                    what,
                    "是另一张表的，请放到另一张工作表；是续表的，请在对照表的 columns 里加上这些列。",
                )
            ]
        sections.append(Section(head, ours.found, problems=problems))
    return sections
