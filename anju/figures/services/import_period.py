"""Which period a table is of: what its title says, the name of its sheet, its map and what was chosen. Where they differ a person decides."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from anju import periods
from anju.core.wording import period_in, period_label
from anju.isolation import read_isolated
from anju.problems import Place, Problem, Refused
from anju.workbooks.files.stamp import where_it_belongs
from anju.workbooks.reading import reader
from anju.workbooks.reading.cells import WorkbookReading
from anju.workbooks.reading.maps import TableMap

NAMES = {"title": "标题", "sheet": "工作表名", "map": "对照表", "choice": "选定的期间"}


@dataclass(frozen=True)
class TablePeriods:
    """What each says; "" where it says nothing."""

    title: str = ""
    map: str = ""
    choice: str = ""
    sheet: str = ""

    @property
    def said(self) -> dict[str, str]:
        return {name: period for name in NAMES if (period := getattr(self, name))}

    @property
    def differ(self) -> bool:
        """A title or a sheet that names the year only speaks of every period in it."""
        said = self.said
        bare = {said.pop(name) for name in ("title", "sheet") if len(said.get(name, "")) == 4}
        ends = {(_end(period), period if periods.spans_years(period) else "") for period in said.values()}
        if bare and any(periods.spans_years(period) for period in said.values()):
            return True
        return len(ends) > 1 or len(bare | ({period[:4] for period in said.values()} if bare else set())) > 1

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Which to decide by, and how it reads."""
        return [(name, f"{NAMES[name]}：{period_label(period)}") for name, period in self.said.items()]


def _end(period: str) -> object:
    """Two periods of one year that end on one day hold the same numbers since January. What is no period agrees with none."""
    try:
        return periods.period_end(period)
    except Refused:
        return period


def read_in_period(
    source: str | Path | bytes,
    table: TableMap,
    *,
    choice: str,
    decided: str = "",
    otherwise: str = "",
    name: str = "",
    area: str = "",
    read: Callable[..., WorkbookReading] = read_isolated,
) -> tuple[WorkbookReading, TablePeriods]:
    """Read a workbook, and what is said of its period. read: for a person, `read_file_of` with who it is.

    decided: title, sheet, map or choice, by which of them it is read; otherwise: of a table whose map says none, where nothing was chosen for it.

    The reading has the problem FIG-066 where they differ and nobody has decided. A long form says the period in each row.
    """
    reading = read(reader.read_workbook, source, table, file=name, name=name, area=area, period=choice or otherwise)
    if table.form == "long":
        return reading, TablePeriods()
    title = period_in(reading.title, (choice or otherwise)[:4])
    named = table.period.replace("{year}", (title or choice or otherwise)[:4])
    year = (title or named or choice or otherwise)[:4]
    said = TablePeriods(title, named, choice or ("" if named else otherwise), period_in(reading.sheet, year))
    if decided:
        period = said.said.get(decided, "")
        if not period:
            what = f"{NAMES.get(decided, decided)}没有写期间。"
            raise Refused(Problem("FIG-067", Place(file=reading.file_name), what, _how(said)))
        table = table.model_copy(update={"period": period})
        return read(reader.read_workbook, source, table, file=name, name=name, area=area, period=period), said
    if said.differ:
        told = "，".join(f"{NAMES[name]}是{period_label(period)}（{period}）" for name, period in said.said.items())
        reading.problems.append(
            Problem(
                "FIG-066", Place(file=reading.file_name, sheet=reading.sheet), f"期间说法不一：{told}。", _how(said)
            )
        )
    return reading, said


def refuse_stamped(content: bytes, name: str) -> None:
    """A workbook that another page gave out to be filled in is refused FIG-068, and told where it belongs."""
    what, where = where_it_belongs(content)
    if what:
        raise Refused(Problem("FIG-068", Place(file=name), f"这是{what}，不在这里导入。", where))


def _how(said: TablePeriods) -> str:
    return f"请先定按哪一个读（页面上点选；命令写 --period-from {'、'.join(said.said)} 之一），或改正标题、对照表的 period。"
