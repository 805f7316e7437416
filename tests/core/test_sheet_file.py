"""A page's official table as an Excel file: what was assumed says so behind its number."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from anju.core.pages.layout import excel
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow


@pytest.mark.parametrize(("assumed", "shown"), [(True, '#,##0"（推定）"'), (False, "#,##0")])
def test_an_assumed_figure_stays_a_number_and_is_marked(assumed, shown):
    figure = SimpleNamespace(
        text=lambda unit, places: "1020", unit="套", assumed=assumed, observation_id=1, state="number"
    )
    sheet = Sheet("table", [SheetColumn("区划"), SheetColumn("开工", unit="套")], caption="表")
    sheet.rows.append(SheetRow([SheetCell(text="甲县"), SheetCell(figure=figure, unit="套")]))
    cells = [cell for row in load_workbook(BytesIO(excel.write_sheet(sheet, "表"))).active.iter_rows() for cell in row]
    [cell] = [one for one in cells if one.value == 1020]
    assert cell.number_format.replace("#,##0", "0") == shown.replace("#,##0", "0")
