"""The list of projects as a file: all of it, filtered, within the scope, numbers as numbers."""

from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.scope import local_actor, open_scope
from anju.projects.services.projects import register_project
from tests.cast import EAST, WEST, person, sign_in

COUNT = 55  # more than a page


@pytest.fixture
def client(db):
    with open_scope(local_actor()) as by:
        for code, count in ((EAST, COUNT), (WEST, 1)):
            region = Region.objects.get(code=code, valid_until=None)
            for number in range(count):
                register_project(
                    by=by,
                    region=region,
                    code=f"{code}-{number:03}",
                    name=f"第{number}小区",
                    kind="shanty",
                    year="2025",
                    units="1282",
                )
    client = Client()
    sign_in(client, person("clerk", EAST))
    return client


def rows(client, **query):
    answer = client.get(path_of("projects:list"), {"region": EAST, "period": "2025", "export": "xlsx"} | query)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    [sheet] = openpyxl.load_workbook(BytesIO(answer.content)).worksheets
    return [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] and "小区" in str(row[0])]


def test_all_projects_of_the_scope_are_in_the_file(client):
    found = rows(client, state="all")
    assert len(found) == COUNT and all(WEST not in str(row) for row in found)
    assert all(1282 in row for row in found)


def test_the_file_is_filtered_as_the_list_is(client):
    assert len(rows(client, state="all", search="第54小区")) == 1
