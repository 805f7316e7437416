"""Finding a form's head, merged cells and all, and which column is which, whatever its order, spacing, line breaks or traditional characters."""

import difflib
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from anju.problems import ASK, Place, Problem
from anju.workbooks.files.numbers import BAD, DASH, fold_text, parse_number
from anju.workbooks.files.radicals import fold_radicals
from anju.workbooks.reading.cells import PROBLEM_COLUMN, cell_reference
from anju.workbooks.reading.maps import MapColumn
from anju.workbooks.reading.units import BRACKETED, SIMPLIFY, stated_units, strange_unit, table_units, units_in

HEAD_ROWS = 60  # a first head further down than this is no head
MORE_HEADS = 20_000  # rows in which a form may print its head again, or go on with further columns (续表)
MOST_HEADS = 500
QUIET = {"序号", "备注", "说明", "排名", "编号", "栏次", PROBLEM_COLUMN}  # columns nobody expects to be read
_NOISE = re.compile(r"[\s:：、,，.。;；·()\[\]【】“”\"'‘’_*＊]+")
_MARKS = re.compile(r"(?<![mM])[①-⒛㈠-㈩㉑-㉟㊱-㊿❶-❿⓫-⓴²³¹⁰⁴-⁹₀-₉]")  # of notes; the ² of m² is none
_ANOTHER = re.compile(r"[上下去前次明半未非不无除]$|[上去前]年|上[月季期]|同期|未|不含|扣除")
_COMPARED = re.compile(r"[上去]年(?!结转|结余|末|底)|上[月季期]|同期|同比|环比|增[长减幅速]|比重|占比")


def without_marks(text: str) -> str:
    """A name or heading without marks of notes: 东区① → 东区."""
    return _MARKS.sub("", text) or text


@lru_cache(maxsize=1 << 16)
def parse_heading(text: str) -> tuple[str, tuple[str, ...]]:
    """A header cell: the name to compare (spaces, brackets, punctuation away; simplified) and the units it names."""
    folded, units = fold_text(without_marks(text)).translate(SIMPLIFY), ()
    for bracketed in BRACKETED.findall(folded):
        named = units_in(bracketed)
        if named:
            units = named
            folded = folded.replace(f"({bracketed})", "")
    return _NOISE.sub("", folded), units


@lru_cache(maxsize=1 << 16)
def clean_label(text: object) -> str:
    """A row's name: 城 区 → 城区, 其中：阳城县 → 阳城县, 市本级 （开发区） → 市本级(开发区)."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    plain = re.sub(r"\s+", "", fold_text(without_marks(fold_radicals(str(text))))).translate(SIMPLIFY)
    plain = re.sub(
        r"^(?:其中[:：]|\((?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})\)[、.]?|[0-9]{1,2}[、.]|[一二三四五六七八九十]{1,3}[、.])",
        "",
        plain,
    )
    return plain.rstrip(":*※†")


@dataclass(frozen=True)
class FoundHeadCell:
    text: str
    row: int
    column: int


@dataclass
class TableHead:
    """top, bottom: first and last header row; span: the columns of the row names; paths: each column's header cells."""

    top: int
    bottom: int
    span: tuple[int, int]
    paths: dict[int, list[FoundHeadCell]]
    title: str
    units: tuple[str, ...]
    above: list[str]  # every line over the head, for 填报单位 and the like
    unit_row: int = 0  # where the units stand
    strange: str = ""  # a unit stated there that nobody here knows

    def text(self, column: int) -> str:
        return " / ".join(re.sub(r"\s+", "", cell.text) for cell in self.paths.get(column, ()))

    def units_of(self, column: int) -> tuple[str, ...]:
        """The nearest unit in the column's own head, from below; a last cell may be nothing else."""
        path = self.paths.get(column, ())
        for cell in reversed(path):
            if units := parse_heading(cell.text)[1] or (
                units_in(cell.text) if cell is path[-1] and len(path) > 1 else ()
            ):
                return units
        return ()

    def strange_unit_of(self, column: int) -> str:
        """A unit in the column's own head that nobody here knows."""
        return next((word for cell in self.paths.get(column, ()) if (word := strange_unit(cell.text))), "")

    def repeats(self, other: "TableHead") -> bool:
        """Whether this is the other head printed again, whole or in part: nothing else over any column, no other units."""
        return (not self.units or self.units == other.units) and all(
            {parse_heading(cell.text) for cell in path}
            <= {parse_heading(cell.text) for cell in other.paths.get(at, ())}
            for at, path in self.paths.items()
        )

    def moved(self, rows: int) -> "TableHead":
        """The same head so many rows further down."""
        paths = {
            at: [FoundHeadCell(cell.text, cell.row + rows, cell.column) for cell in path]
            for at, path in self.paths.items()
        }
        return replace(self, top=self.top + rows, bottom=self.bottom + rows, paths=paths, unit_row=self.unit_row + rows)


class HeadGrid:
    """The first rows of a sheet, with merged cells spread over what they cover."""

    def __init__(self, rows: list[list], merges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self.rows = rows
        self.width = max(map(len, rows), default=0)
        self.anchors: dict[tuple[int, int], tuple[int, int]] = {}
        self.ends: dict[tuple[int, int], tuple[int, int]] = {}
        for first, last in merges:
            if first[0] >= len(rows):
                continue
            last = (min(last[0], len(rows) - 1), min(last[1], self.width - 1))  # a merge may reach past the sheet
            self.ends[first] = last
            for row in range(first[0], last[0] + 1):
                for column in range(first[1], last[1] + 1):
                    self.anchors[row, column] = first

    def at(self, row: int, column: int) -> FoundHeadCell:
        """The cell's text, or that of the merged cell it belongs to."""
        anchor = self.anchors.get((row, column), (row, column))
        line = self.rows[anchor[0]]
        value = line[anchor[1]] if anchor[1] < len(line) else ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return FoundHeadCell(str(value).strip(), *anchor)

    def distinct(self, row: int) -> list[FoundHeadCell]:
        """The row's own non-empty cells, a merged one once."""
        cells = {
            (cell.row, cell.column): cell
            for cell in (self.at(row, column) for column in range(self.width))
            if cell.text
        }
        return list(cells.values())


def find_head(grid: HeadGrid, labels: Iterable[str]) -> TableHead | None:
    """The head that holds the column of row names; None when no cell of the first rows is called that."""
    wanted = {parse_heading(name)[0] for name in labels}
    for row in range(len(grid.rows)):
        for column in range(min(grid.width, 12)):
            cell = grid.at(row, column)
            if (cell.row, cell.column) == (row, column) and parse_heading(cell.text)[0] in wanted:
                return _head(grid, row, column)
    return None


def find_heads(
    rows: list[list],
    merges: list[tuple[tuple[int, int], tuple[int, int]]],
    labels: Iterable[str],
    depth: int = HEAD_ROWS,
) -> list[TableHead]:
    """The form's head, and every further one below it: printed again, with its columns in another order, or with further columns."""
    labels = tuple(labels)
    first = find_head(HeadGrid(rows[:depth], merges), labels)
    if first is None:
        return []
    wanted, heads = {parse_heading(name)[0] for name in labels}, [first]
    for number in range(first.bottom + 1, len(rows)):
        if number <= heads[-1].bottom or len(heads) > MOST_HEADS:
            continue
        for column in range(first.span[0], first.span[1] + 1):
            text = rows[number][column] if column < len(rows[number]) else ""
            if isinstance(text, str) and text and parse_heading(text)[0] in wanted:
                heads.append(_head_at(rows, merges, number, column, heads[-1].bottom + 1))
                break
    return heads


def _head_at(
    rows: list[list], merges: list[tuple[tuple[int, int], tuple[int, int]]], row: int, column: int, limit: int
) -> TableHead:
    """The head at a row, from the last row with numbers above it on."""
    top = row
    while top > max(limit, row - 6) and not any(map(_is_entry, rows[top - 1])):
        top -= 1
    window = rows[top : row + 12]
    near = [
        ((first[0] - top, first[1]), (last[0] - top, last[1]))
        for first, last in merges
        if top <= first[0] and last[0] < row + 12
    ]
    return _head(HeadGrid(window, near), row - top, column).moved(top)


def _is_entry(value: object) -> bool:
    """Whether a cell holds a number, or a word for none."""
    return value != "" and (not isinstance(value, str) or parse_number(value).state not in (BAD, DASH))


def _head(grid: HeadGrid, row: int, column: int) -> TableHead:
    bottom, last = grid.ends.get((row, column), (row, column))
    top = row
    while top > 0 and _is_head(grid, top - 1):
        top -= 1
    while bottom + 1 < len(grid.rows) and _goes_on(grid, bottom + 1, column, last):
        bottom += 1
    head = head_between(grid, top, bottom, (column, last))
    while head.bottom + 1 < len(grid.rows) and _numbers_columns(grid.rows[head.bottom + 1]):
        head.bottom += 1
    return head


def head_between(grid: HeadGrid, top: int, bottom: int, span: tuple[int, int]) -> TableHead:
    """The head that these rows are."""
    paths, last = {}, span[1]
    for at in range(grid.width):
        path: list[FoundHeadCell] = []
        for line in range(top, bottom + 1):
            cell = grid.at(line, at)
            if not cell.text and (line, at) not in grid.anchors and line < bottom and at > last:
                cell = _parent(grid, line, at, last, bottom)
            if cell.text and cell not in path:
                path.append(cell)
        if path:
            paths[at] = path
    above = [" ".join(cell.text for cell in grid.distinct(line)) for line in range(top)]
    units, unit_row, strange = table_units(above)
    named = [cell for at in range(max(span[0], 0), span[1] + 1) for cell in paths.get(at, ())]
    if over := [name for cell in named for name in stated_units(cell.text)[0]]:  # 县区名称（万元）
        units, unit_row = tuple(dict.fromkeys((*units, *over))), unit_row if units else named[0].row
    return TableHead(
        top=top, bottom=bottom, span=span, paths=paths, title=_title(above), units=units, above=above, unit_row=unit_row, strange=strange,
    )  # fmt: skip


def _is_head(grid: HeadGrid, row: int) -> bool:
    cells = grid.distinct(row)
    text = "".join(cell.text for cell in cells)
    # Two cells side by side over the names are a head (评价指标 | 评分标准); a title or 填报单位：… is not.
    return (
        len(cells) >= 2
        and not re.search(r"[:：]|^附\s*[件表]|年\s*月\s*日", text)
        and parse_number(cells[-1].text).state == BAD
    )


def _goes_on(grid: HeadGrid, row: int, first: int, last: int) -> bool:
    """Whether a row under the name's cell still belongs to the head: no name, some words, no numbers."""
    if any(grid.at(row, column).text for column in range(first, last + 1) if grid.at(row, column).row == row):
        return False
    values = [value for value in grid.rows[row] if value != ""]
    if len(values) == 1 and isinstance(values[0], str) and stated_units(values[0])[0]:
        return (
            len([value for value in grid.rows[row - 1] if value != ""]) <= 2
        )  # one unit for the whole table stands over no column
    return bool(values) and all(isinstance(value, str) and parse_number(value).state == BAD for value in values)


def _numbers_columns(row: list) -> bool:
    """A row that only numbers the columns: 甲 1 2 3, (1) (2) (3)."""
    texts = [re.sub(r"\.0$", "", fold_text(str(value))).strip("()") for value in row if value != ""]
    numbers = [int(text) for text in texts if text.isdecimal()]
    words = [text for text in texts if not text.isdecimal()]
    return (
        len(numbers) >= 2
        and all(b - a == 1 for a, b in itertools.pairwise(numbers))
        and numbers[0] in (1, 2)
        and all(word in ("甲", "乙", "丙", "栏次", "列次") for word in words)
    )


def _parent(grid: HeadGrid, row: int, column: int, last: int, bottom: int) -> FoundHeadCell:
    """An unmerged head: an empty cell over a named one belongs to the cell on its left."""
    empty = FoundHeadCell("", row, column)
    if not any(grid.at(line, column).text for line in range(row + 1, bottom + 1)):
        return empty
    for at in range(column - 1, last, -1):
        if (cell := grid.at(row, at)) and cell.text:
            under = grid.ends.get((cell.row, cell.column), (row, at))
            return cell if under == (row, at) else empty
    return empty


def _title(above: list[str]) -> str:
    lines = [
        line
        for line in above
        if line and not re.match(r"\s*附\s*[件表]\s*\d*\s*[:：]?\s*$", line) and not re.search(r"单位|[:：]", line)
    ]
    return re.sub(r"\s+", "", "".join(lines[:2]))


def _without_units(path: list[FoundHeadCell]) -> list[str]:
    """The column's names without a last one that only says its unit: 任务 over 套."""
    names = [parse_heading(cell.text)[0] for cell in path]
    return names[:-1] if len(names) > 1 and (not names[-1] or units_in(path[-1].text)) else names


def _segments(path: str) -> list[str]:
    return [parse_heading(segment)[0] for segment in path.split("/") if segment.strip()]


def _score(path: list[str], segments: list[str]) -> int | None:
    """How well a column's head says what the map asks; None when it does not. The last word must be the whole word."""
    if not path or not segments or _without_prefix(path[-1]) != _without_prefix(segments[-1]):
        return None
    if any(_COMPARED.search(step) for step in path[:-1]) and not _COMPARED.search("".join(segments)):
        return None  # 上年同期 / 开工量 is not what 开工量 asks for
    score, at = 10, 0
    for segment in segments[:-1]:
        best = None
        for step in range(at, len(path) - 1):
            points = 3 if path[step] == segment else 1 if _says(path[step], segment) else 0
            if points and (best is None or points > best[0]):
                best = (points, step)
        if best is None:
            return None
        score, at = score + 100 * best[0], best[1] + 1
    return score + (path[-1] == segments[-1]) - (len(path) - len(segments))


def _says(heading: str, segment: str) -> bool:
    """Whether a heading holds the words asked for, and no word that makes them mean something else: 上年度…, 未…, …除外."""
    before, match, after = heading.partition(segment)
    return bool(match) and not _ANOTHER.search(before) and not re.search(r"除外|不含|同期|以外", after)


def _without_prefix(text: str) -> str:
    return text.removeprefix("其中").removeprefix("本年") if text not in ("其中", "本年") else text


@dataclass(frozen=True)
class ColumnMatch:
    """found: map column → sheet column."""

    found: dict[int, int]
    problems: list[Problem]
    missing: list[MapColumn]

    def with_further(self, further: set[int], columns: tuple[MapColumn, ...]) -> "ColumnMatch":
        """The same, where these columns stand under a further head of the sheet."""
        late = [columns[index] for index in further - self.found.keys()]
        unplaced = iter(self.missing)
        problems = [one for one in self.problems if one.code != "WB-022" or next(unplaced) not in late]
        return replace(self, problems=problems, missing=[one for one in self.missing if one not in late])


def match_columns(columns: tuple[MapColumn, ...], head: TableHead, file_name: str, sheet: str) -> ColumnMatch:
    """Tell each map column its sheet column: WB-022 missing, WB-023 unknown, WB-024 found twice."""
    normal = {
        at: [parse_heading(cell.text)[0] for cell in path]
        for at, path in head.paths.items()
        if not head.span[0] <= at <= head.span[1]
    }
    plain = {at: _without_units(head.paths[at]) for at in normal}
    candidates = []
    for column in columns:
        wanted = [_segments(text) for text in column.path]
        scores = {
            at: max(
                (s for one in wanted if (s := _score(path, one) or _score(plain[at], one)) is not None), default=None
            )
            for at, path in normal.items()
        }
        candidates.append({at: score for at, score in scores.items() if score is not None})
    problems, places, used, doubled = [], {}, set(), set()
    for index, scores in sorted(enumerate(candidates), key=lambda item: (-max(item[1].values(), default=0), item[0])):
        free = {at: score for at, score in scores.items() if at not in used}
        best = [at for at, score in free.items() if score == max(free.values())]
        if columns[index].ignore:
            used.update(free)  # as many as there are
            doubled.add(index)
            continue
        if len(best) == 1:
            places[index] = best[0]
            used.add(best[0])
        elif best:
            doubled.add(index)
            used.update(best)
            cells = "、".join(cell_reference(head.paths[at][-1].row, at) for at in best)
            problems.append(
                Problem(
                    "WB-024",
                    Place(
                        file=file_name,
                        sheet=sheet,
                        cell=cell_reference(head.paths[best[1]][-1].row, best[1]),
                        field=head.text(best[1]),
                    ),
                    f"“{columns[index].path[0]}”在表头里出现 {len(best)} 次（{cells}），分不清读哪一列。",
                    "请删去重复的列；两列意思不同的，请在表头写出上一级名称。",
                )
            )
    missing = []
    for index, column in enumerate(columns):
        if index in places or index in doubled or not column.required:
            continue
        missing.append(column)
        rest = {head.text(at): at for at in normal if at not in used}
        near = difflib.get_close_matches(column.path[0].replace("/", " / "), rest, 1, 0.5)
        hint = (
            f"最接近的是 {cell_reference(head.paths[rest[near[0]]][-1].row, rest[near[0]])} “{near[0]}”，若是同一列，请改成规定的名称。"
            if near
            else ""
        )
        at = cell_reference(head.bottom, max(head.span[0], 0))
        problems.append(
            Problem(
                "WB-022",
                Place(file=file_name, sheet=sheet, cell=at),
                f"表头里没有“{column.path[0]}”这一列。",
                hint or "请补上这一列，或换用规定的表式。",
            )
        )
    for at, path in normal.items():
        if at not in used and path and path[-1] not in QUIET:
            problems.append(
                Problem(
                    "WB-023",
                    Place(
                        file=file_name,
                        sheet=sheet,
                        cell=cell_reference(head.paths[at][-1].row, at),
                        field=head.text(at),
                    ),
                    "对照表里没有这一列，没有读取。",
                    "确认不需要就不必处理；需要的，请在对照表的 columns 里加上这一列。",
                    ASK,
                )
            )
    return ColumnMatch(places, problems, missing)
