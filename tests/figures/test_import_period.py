"""导入 by command and page: title, map and choice say different periods; an offline return is told where it belongs."""

import shutil
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anju.core.people.scope import local_actor, open_scope
from anju.core.wording import period_in
from anju.figures.models import Observation
from anju.figures.services.import_period import TablePeriods
from tests.cast import everyone, sign_in
from tests.figures.test_commands import anju  # noqa: F401

pytestmark = pytest.mark.xdist_group("committed")
CASES = Path(__file__).parents[1] / "demo" / "cases" / "per"
CITY, MAY = "371000", CASES / "五月.xlsx"


def periods():
    with open_scope(local_actor()):
        return set(Observation.objects.values_list("period", flat=True))


def bring(anju, *more, period="2021-05", file=MAY):  # noqa: F811
    return anju("import", str(file), "--region", CITY, "--period", period, "--map", str(CASES / "map.yaml"), *more)


def test_the_command_refuses_and_names_all_three(anju):  # noqa: F811
    code, _, err = bring(anju, period="2021-06")
    assert code and "FIG-066" in err and not periods()
    assert all(
        said in err for said in ("标题是2021年1—5月", "对照表是2021年1—4月", "选定的期间是2021年1—6月", "--period-from")
    )


@pytest.mark.parametrize(("decided", "stored"), [("title", "2021-05"), ("map", "2021-04"), ("choice", "2021-06")])
def test_the_command_takes_what_was_decided(anju, decided, stored):  # noqa: F811
    code, *_ = bring(anju, "--period-from", decided, period="2021-06")
    assert code == 0 and periods() == {stored}


def test_what_says_nothing_cannot_be_decided_by(anju, tmp_path):  # noqa: F811
    (tmp_path / "map.yaml").write_text(
        (CASES / "map.yaml").read_text("utf-8").replace('period: "2021-04"\n', ""), "utf-8"
    )
    args = (
        "import",
        str(MAY),
        "--region",
        CITY,
        "--period",
        "2021-04",
        "--map",
        str(tmp_path / "map.yaml"),
        "--period-from",
    )
    code, _, err = anju(*args, "map")
    assert code and "FIG-067" in err
    assert anju(*args, "choice")[0] == 0 and periods() == {"2021-04"}


def renamed(folder: Path, sheet: str) -> Path:
    book = openpyxl.load_workbook(MAY)
    book.active.title = sheet
    book.save(folder / "五月.xlsx")
    return folder / "五月.xlsx"


def test_the_name_of_the_sheet_has_its_say(anju, tmp_path):  # noqa: F811
    code, _, err = bring(anju, file=renamed(tmp_path, "3月"), period="2021-06")
    assert code and "FIG-066" in err and not periods()
    told = ("标题是2021年1—5月", "工作表名是2021年1—3月", "对照表是2021年1—4月", "选定的期间是2021年1—6月")
    assert all(said in err for said in told)
    assert bring(anju, "--period-from", "sheet", file=renamed(tmp_path, "3月"))[0] == 0 and periods() == {"2021-03"}


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        ("4月", "2021-04"), ("4月份", "2021-04"), ("四月", "2021-04"), ("１２月", "2021-12"), ("1-4月", "2021-04"), ("1—4月份", "2021-04"),
        ("2021年4月", "2021-04"), ("2021.4", "2021-04"), ("2020年", "2020"), ("附表（4月）", "2021-04"), ("上报4月", "2021-04"),
        ("2020年4月", "2020-04"), ("Sheet1", ""), ("附件1", ""), ("表4月度情况", ""), ("五月天", "2021-05"), ("4、5月", "2021-05"),
        ("一季度", ""), ("2021年一季度", "2021-Q1"), ("2021年上半年", "2021-H1"), ("封面", ""),
    ],
)  # fmt: skip
def test_what_the_name_of_a_sheet_says(sheet, says):
    assert period_in(sheet, "2021") == says


@pytest.mark.parametrize(
    ("title", "sheet", "chosen", "differ"),
    [
        ("2021-05", "2021-04", "2021-05", True), ("2021-05", "2021-05", "2021-05", False), ("2021-05", "", "2021-05", False),
        ("2021-05", "2021", "2021-05", False), ("2021-05", "2020", "2021-05", True), ("2021", "2021-05", "2021-05", False),
        ("2021", "2020", "", True), ("2021", "2021", "2021-05", False), ("", "2021-04", "2021-05", True), ("", "2021-06", "2021-H1", False),
        ("2021-12", "2021", "2021", False), ("2021", "", "2022-01", True), ("2021-H2", "", "2021-12", False),
        # A plan, and what is counted since the beginning, end on a day on which a year ends too.
        ("2021-2025", "", "2021-2025", False), ("2021-2025", "", "2025", True), ("2025", "", "2021-2025", True), ("2021-2025", "", "2025-12", True),
        ("2021", "", "2021-2025", True), ("2021-2025", "2021", "2021-2025", True), ("2021-2025", "", "2022-2025", True), ("2021-A", "", "2021-A", False),
        ("2021-12", "", "2021-A", True), ("2021", "", "2021-A", True), ("2021-09", "", "2021-09-A", True),
    ],
)  # fmt: skip
def test_title_sheet_and_choice_agree_or_not(title, sheet, chosen, differ):
    assert TablePeriods(title, "", chosen, sheet).differ == differ


@pytest.fixture
def client(anju, settings, tmp_path):  # noqa: F811
    shutil.copytree(CASES, tmp_path / "threes" / "maps", ignore=shutil.ignore_patterns("*.xlsx"))
    settings.MAP_FOLDERS = [tmp_path / "threes" / "maps"]
    visitor = Client()
    sign_in(visitor, everyone(CITY))
    return visitor


def upload(client, path, period="2021-05", region=CITY):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(reverse("figures:upload"), {"file": file, "region": region, "period": period, "map": ""})
    return answer["Location"]


def test_the_page_asks_and_stores_what_was_decided(client):
    address = upload(client, MAY)
    asked = client.get(address)
    text = asked.content.decode()
    assert asked.status_code == 422 and "这张表是哪一期的" in text
    assert all(said in text for said in ("标题：2021年1—5月", "对照表：2021年1—4月", "选定的期间：2021年1—5月"))
    refused = client.post(address.replace("/check/", "/store/") if "/check/" in address else address)
    assert refused.status_code in (404, 405, 422) and not periods()
    decided = client.get(f"{address}&period_from=title")
    assert decided.status_code == 200 and "可以导入" in decided.content.decode()
    digest = address.split("?")[0].rstrip("/").rsplit("/", 1)[1]
    done = client.post(reverse("figures:store", args=[digest]) + "?" + address.split("?")[1] + "&period_from=title")
    assert done.status_code == 302 and periods() == {"2021-05"}


def test_a_table_and_a_choice_that_agree_are_not_asked_about(client, tmp_path, settings):
    folder = settings.MAP_FOLDERS[0]
    (folder / "map.yaml").write_text((folder / "map.yaml").read_text("utf-8").replace("2021-04", "2021-05"), "utf-8")
    assert "这张表是哪一期的" not in client.get(upload(client, MAY)).content.decode()
