"""Pictures as data for charts.js. Numbers travel as decimal texts in the shown unit: no figure is computed in the browser."""

from dataclasses import dataclass, field
from typing import Any

from anju.core.pages.layout.sheets import Sheet


@dataclass
class Chart:
    """title says the finding, sub says measure, unit, period and source; sheet is the table behind the picture, open from the start where it is read as much."""

    kind: str
    title: str
    sub: str
    sheet: Sheet
    data: dict[str, Any] = field(default_factory=dict)
    open: bool = False

    @property
    def css(self) -> str:
        """The class that gives the plot its height: styles may not be written into the page."""
        rows = len(self.data.get("rows", ())) or 8
        return next((f"rows-{size}" for size in (4, 8, 14, 24) if rows <= size), "rows-24")
