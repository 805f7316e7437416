"""From the pasted head to the file: the pages of 临时取数."""

from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from anju.core.pages.addresses import path_of
from tests.cast import CITY, everyone, person, sign_in
from tests.documents.asking.test_keep import PASTED
from tests.documents.tables.conftest import MONTH, city  # noqa: F401

PLACE = f"?region={CITY}&period={MONTH}"


@pytest.fixture
def client(city):  # noqa: F811
    client = Client()
    sign_in(client, everyone(CITY))
    return client


def confirmed(**changed):
    return {
        "pasted": PASTED, "read_in": MONTH, "name": "周五要的表", "says_0": "棚户区改造开工任务〔shanty.start.target〕", "unit_0": "套", "period_0": "own",
        "says_1": "棚户区改造开工量〔shanty.start〕", "unit_1": "套", "period_1": "own", "row_0": CITY, "row_1": "140502", "row_2": "140525", **changed,
    }  # fmt: skip


def test_what_was_pasted_comes_back_with_proposals(client):
    answer = client.post(path_of("documents:tables-read") + PLACE, {"pasted": PASTED})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "都认出来了" in text
    assert 'value="棚户区改造开工量〔shanty.start〕"' in text


def test_a_name_that_nobody_knows_is_asked_for(client):
    text = client.post(path_of("documents:tables-read") + PLACE, {"pasted": PASTED + "\n某某县\t\t"}).content.decode()
    assert "1处请看一眼" in text
    assert "这一行空着" in text


def test_what_was_confirmed_is_shown_with_doors_and_leaves_as_excel(client):
    answer = client.post(path_of("documents:tables-keep") + PLACE, confirmed(), follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-ref="shanty.start@140502/2021-08"' in text
    pk = answer.context["table"].pk
    file = client.get(path_of("documents:table-download", pk, "xlsx") + f"?period={MONTH}")
    sheet = openpyxl.load_workbook(BytesIO(file.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["城区", 100, 90] in rows
    assert client.get(path_of("documents:tables") + PLACE).content.decode().count("周五要的表") == 1
    assert "棚户区改造开工量" in client.get(path_of("documents:table-picks", pk)).content.decode()
    for form in ("docx", "pdf"):
        assert client.get(path_of("documents:table-download", pk, form)).status_code == 200


def test_the_period_of_the_address_gives_that_periods_numbers(client):
    pk = client.post(path_of("documents:tables-keep") + PLACE, confirmed(), follow=True).context["table"].pk
    assert (
        'data-ref="shanty.start@140502/2020-08"'
        in client.get(path_of("documents:table", pk) + "?period=2020-08").content.decode()
    )


def test_what_will_not_do_is_told_with_what_was_typed_kept(client):
    answer = client.post(path_of("documents:tables-keep") + PLACE, confirmed(says_0="没有的指标"))
    assert answer.status_code == 422
    assert "DOC-122" in answer.content.decode()
    assert 'value="没有的指标"' in answer.content.decode()
    assert client.post(path_of("documents:tables-keep") + PLACE, confirmed(pasted="")).status_code == 422
    assert client.post(path_of("documents:tables-read") + PLACE, {"pasted": "一栏"}).status_code == 422


def test_a_region_that_is_not_ones_own_stays_blank(client):
    answer = client.post(path_of("documents:tables-keep") + PLACE, confirmed(row_1="110101"), follow=True)
    assert "110101" not in answer.content.decode()


@pytest.mark.parametrize("period_1", ["2021-13", "去年", "{x}", "year-9", "latest", "last"])
def test_a_period_that_cannot_be_is_a_sentence_not_an_error(client, period_1):
    answer = client.post(path_of("documents:tables-keep") + PLACE, confirmed(period_1=period_1))
    assert answer.status_code in (302, 422)


def test_braces_in_somebodys_words_are_words(client):
    answer = client.post(
        path_of("documents:tables-keep") + PLACE,
        confirmed(name="{cited.x}", pasted=PASTED.replace("县区", "{year}")),
        follow=True,
    )
    assert "｛cited.x｝" in answer.content.decode()
    assert "｛year｝" in answer.content.decode()


def test_dropped_it_is_gone(client):
    pk = client.post(path_of("documents:tables-keep") + PLACE, confirmed(), follow=True).context["table"].pk
    assert client.post(path_of("documents:table-drop", pk)).status_code == 302
    assert client.get(path_of("documents:table", pk)).status_code == 404


def test_another_city_sees_none_of_it(client, city):  # noqa: F811
    pk = client.post(path_of("documents:tables-keep") + PLACE, confirmed(), follow=True).context["table"].pk
    other = Client()
    sign_in(other, person("city_reviewer", "450300"))
    assert other.get(path_of("documents:table", pk)).status_code == 404
    assert other.get(path_of("documents:table-download", pk, "xlsx")).status_code == 404
