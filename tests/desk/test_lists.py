"""Every list leaves as an Excel file that says what the page says: its columns, filters and scope."""

from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from lxml import html

from anju.core import registry
from anju.core.pages.addresses import path_of
from anju.core.pages.layout.lists import _cell_value
from anju.workbooks.writing.tables import PrintedNumber
from tests.cast import everyone, person, sign_in
from tests.desk.conftest import CITIES

pytestmark = pytest.mark.xdist_group("desk")
ONE_PAGE = {"desk:leader"}  # a picture of the place, no list
OWN_FILE = {"figures:explorer"}  # a table with exact numbers
OF_ADMINISTRATORS = {"core:staff", "core:staff-organisations", "core:jobs"}
LISTS = [link.url for link in registry.navigation() if link.url not in ONE_PAGE] + ["core:staff-organisations"]
PLACE = {"region": "140500", "period": "2021"}


@pytest.fixture
def client(loaded_places):
    client = Client()
    sign_in(client, everyone(*CITIES))
    return client


@pytest.fixture
def administrator(loaded_places):
    client = Client()
    sign_in(client, person("system_admin", CITIES))
    return client


def page_of(client, name, **query):
    answer = client.get(path_of(name), PLACE | query)
    assert answer.status_code == 200, name
    return html.document_fromstring(answer.content.decode())


def workbook_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment"), address
    return openpyxl.load_workbook(BytesIO(answer.content))


def heads(table) -> list[str]:
    rows = [row for row in table.iter("tr") if row.getparent().tag == "thead"]
    shown = [cell for row in rows for cell in row if "no-copy" not in (cell.get("class") or "")]
    return ["".join(cell.itertext()).strip() for cell in shown]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_page_offers_its_lists_as_a_file(client, administrator, name):
    page = page_of(administrator if name in OF_ADMINISTRATORS else client, name)
    tables = page.xpath("//main//table[contains(@class, 'sheet')]")
    links = page.xpath("//a[@data-export]/@href")
    if name in OWN_FILE:
        assert page.xpath("//a[@download]/@href")
        return
    assert bool(links) == bool(tables), "a page with a list has core/export.html among its acts"
    if links:
        book = workbook_of(administrator if name in OF_ADMINISTRATORS else client, links[0])
        assert len(book.worksheets) == sum(bool(table.xpath("./tbody/tr")) for table in tables)
        written = [
            str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        flat = "".join("".join(written).split())
        for head in heads(tables[0]):
            assert "".join(head.split()) in flat


def test_numbers_are_numbers_and_units_stand_in_the_heads(client):
    [link] = page_of(client, "figures:targets").xpath("//a[@data-export]/@href")
    book = workbook_of(client, link)
    numbers = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)
    ]
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert 4776 in numbers and not [text for text in texts if text.replace(",", "").isdecimal()]
    assert any("（套）" in text for text in texts)


def test_a_file_holds_the_whole_list_and_not_the_first_page(client):
    page = page_of(client, "core:trail")
    [link] = page.xpath("//a[@data-export]/@href")
    sheet = workbook_of(client, link).worksheets[0]
    count = int("".join(letter for letter in page.xpath("string(//h1)") if letter.isdecimal()))
    assert count > 50 and sheet.max_row == count + 2


def test_a_file_is_filtered_as_the_page_is(client):
    [link] = page_of(client, "core:trail", act="documents.draft").xpath("//a[@data-export]/@href")
    sheet = workbook_of(client, link).worksheets[0]
    assert {sheet.cell(row, 3).value for row in range(3, sheet.max_row + 1)} == {"拟稿"}
    [link] = page_of(client, "runs:list").xpath("//a[@data-export]/@href")
    sheet = workbook_of(client, f"{link}&rows=泽州县&table=findings").worksheets[0]
    assert sheet.max_row > 2 and all(
        any("泽州县" in str(cell.value) for cell in row) for row in sheet.iter_rows(min_row=3)
    )


def test_a_list_too_long_for_one_file_says_so_and_writes_none(client, monkeypatch):
    monkeypatch.setattr("anju.core.pages.layout.lists.MOST", 10)
    answer = client.get(path_of("core:trail"), PLACE | {"export": "xlsx"})
    assert answer.status_code == 422 and "请先筛选" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "value", "mark"),
    [
        ("1,234", PrintedNumber(1234, 0), ""), ("94.0%", PrintedNumber(940, 1, True), ""), ("−3", PrintedNumber(-3, 0), ""), ("+0.50", PrintedNumber(50, 2), ""),
        ("12推定", PrintedNumber(12, 0), "（推定）"), ("0", PrintedNumber(0, 0), ""), ("约5.3", "约5.3", ""), ("0012", "0012", ""), ("2021年", "2021年", ""), ("", "", ""),
        ("=1+1", "=1+1", ""), ("140500199001011234", "140500199001011234", ""), ("1,23", "1,23", ""), ("未报", "未报", ""),
    ],
)  # fmt: skip
def test_what_is_a_number_in_a_list(text, value, mark):
    assert _cell_value(text) == (value, mark)


def test_what_was_typed_over_a_table_filters_the_file_too(page, tmp_path):
    page.goto(f"{path_of('runs:list')}?region=140500&period=2021")
    page.get_by_label("筛选").fill("泽州县")
    with page.expect_download() as got:
        page.get_by_role("link", name="导出 Excel").click()
    got.value.save_as(tmp_path / "list.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert rows and all("泽州县" in str(row) for row in rows)
