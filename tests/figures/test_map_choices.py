"""Which maps are offered for a table: those of its place and of what is above it, and those of no place."""

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anju.core.regions import tree
from anju.figures.pages.maps import map_choices
from anju.workbooks.files import stamp
from tests.cast import everyone, sign_in

MAP = "map: {name}\n{title}rows: {{label: 地区}}\ncolumns: [{{path: {name}, measure: shanty.start, unit: 套}}]\n"
LONG = "map: long-form\nform: long\nmeasures: {开工量: shanty.start}\n"
PLACES = {"jin-2021": "140500", "gui-2020": "450300", "shanxi": "140000", "ours": ""}


@pytest.fixture
def folders(settings, tmp_path):
    settings.MAP_FOLDERS = []
    for name, region in PLACES.items():
        (tmp_path / name / "maps").mkdir(parents=True)
        (tmp_path / name / "maps" / "t.yaml").write_text(MAP.format(name=name, title=""), "utf-8")
        (tmp_path / name / "maps" / "long-form.yaml").write_text(LONG, "utf-8")
        if region:
            (tmp_path / name / "place.yaml").write_text(f'title: 地方{name}\nregion: "{region}"\n', "utf-8")
        settings.MAP_FOLDERS.append(tmp_path / name / "maps")
    return tmp_path


def ours(region):
    """Without what another test's place left in the data folder."""
    return [one for one in map_choices(region) if one.key.partition("/")[0] in PLACES]


def offered(user, code):
    return {one.key.partition("/")[0] for one in ours(tree.find_region(user, code))}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("140500", {"jin-2021", "shanxi", "ours"}), ("140502", {"jin-2021", "shanxi", "ours"}), ("140000", {"shanxi", "ours"}),
        ("140400", {"shanxi", "ours"}), ("450300", {"gui-2020", "ours"}), ("110000", {"ours"}),
    ],
)  # fmt: skip
def test_a_map_is_offered_in_its_place_and_below_it(scope, folders, code, names):
    assert offered(scope, code) == names


def test_without_a_region_only_those_of_no_place(folders):
    assert {one.key for one in ours(None)} == {"ours/t", "ours/long-form"}


def test_a_long_form_is_called_what_it_is_and_where_it_is_from(scope, folders):
    labels = [one.label for one in ours(tree.find_region(scope, "140500")) if one.table.form == "long"]
    assert labels == [
        "长表（一行一个数）（地方jin-2021）",
        "长表（一行一个数）（地方shanxi）",
        "长表（一行一个数）（ours）",
    ]


def test_the_map_of_a_place_that_was_loaded_before_is_that_of_the_shipped_one(scope, folders):
    """data/maps of an earlier version does not say whose they are."""
    from anju.core.database.folder import data_folder

    kept = data_folder() / "maps" / "gui-2020"
    kept.mkdir(parents=True, exist_ok=True)
    try:
        (kept / "t.yaml").write_text(MAP.format(name="gui", title=""), "utf-8")
        assert offered(scope, "140500") == {"jin-2021", "shanxi", "ours"}
        assert "gui-2020" in offered(scope, "450300")
    finally:
        (kept / "t.yaml").unlink()
        kept.rmdir()


@pytest.fixture
def client(scope, folders):
    visitor = Client()
    sign_in(visitor, everyone("140500"))
    return visitor


def workbook(write):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("填报").write_string(0, 0, "县区")
    write(book)
    book.close()
    return out.getvalue()


def check(client, content, **more):
    posted = {"file": SimpleUploadedFile("表.xlsx", content), "region": "140500", "period": "2021", "map": ""} | more
    return client.get(client.post(reverse("figures:upload"), posted)["Location"])


def test_the_page_lists_the_maps_of_its_region_only(client):
    page = client.get(reverse("figures:imports"), {"region": "140500", "period": "2021"}).content.decode()
    assert "地方jin-2021" in page and "地方gui-2020" not in page


def test_a_map_of_another_city_cannot_be_asked_for(client):
    assert check(client, workbook(lambda book: None), map="gui-2020/t").status_code == 404


@pytest.mark.parametrize(("sheet", "said"), [(stamp.RETURN, "并入填好的离线表"), (stamp.PROJECTS, "导入工作簿")])
def test_a_workbook_of_another_page_is_told_where_it_belongs(client, sheet, said):
    made = workbook(lambda book: stamp.write_stamp(book, sheet, {"region": "140500"}, []))
    page = check(client, made)
    assert page.status_code == 422 and said in page.content.decode() and "FIG-068" in page.content.decode()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_what_is_no_workbook_belongs_nowhere(content):
    assert stamp.where_it_belongs(content) == ("", "")


def test_a_map_that_cannot_be_read_is_told_where_no_other_fits(client, tmp_path):
    (tmp_path / "ours" / "maps" / "t.yaml").write_text(MAP.format(name="ours", title="") + "period: 每月\n", "utf-8")
    page = check(client, workbook(lambda book: None)).content.decode()
    assert "WB-071" in page and "对照表 t.yaml 第" in page and "“每月”不是期间" in page
    assert "这种表还没有对照表" in page and "/map-files/" in page


def test_a_file_that_cannot_be_opened_is_not_offered_another_form_nor_marked(client):
    page = check(client, b"not a workbook").content.decode()
    assert "WB-003" in page and "必须改正" in page
    assert "是不是认错了表式" not in page and "下载标注了问题的表" not in page and "标成红色" not in page
