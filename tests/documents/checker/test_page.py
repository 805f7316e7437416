"""The page and the command: a file goes up, findings with their places come back, and the annotated copy."""

import io
import json
from urllib.parse import unquote

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.cli import build_parser
from anju.core.console.command import run_handler
from anju.core.pages.addresses import path_of
from anju.documents.checker.reading import read_text
from tests.cast import CITY, person, sign_in
from tests.documents.checker.planting import blocks_of
from tests.documents.checker.test_files import TEXT

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def word() -> bytes:
    return blocks_of(read_text(TEXT)).docx()


@pytest.fixture
def clerk(db):
    client = Client()
    sign_in(client, person("clerk", CITY))
    return client


def upload(client: Client, content: bytes, name: str, **fields: str):
    return client.post(path_of("documents:check-upload"), {"file": SimpleUploadedFile(name, content), **fields})


def test_an_uploaded_paper_is_answered_with_findings_and_their_places(clerk, word):
    answer = upload(clerk, word, "通报.docx")
    assert answer.status_code == 302
    page = clerk.get(answer["Location"]).content.decode()
    assert "有2处矛盾" in page
    assert "58.7%" in page and "正文第2段" in page and "18个 ÷ 21个 = 85.714%" in page
    assert "截尾" in page


def test_the_annotated_copy_is_downloaded_as_word_and_as_a_page(clerk, word):
    address = upload(clerk, word, "通报.docx")["Location"]
    path, _, query = address.partition("?")
    answer = clerk.get(f"{path}annotated/docx/?{query}")
    assert unquote(answer["Content-Disposition"]).endswith("通报（核对批注）.docx")
    assert len(list(docx.Document(io.BytesIO(answer.content)).comments)) == 3
    page = clerk.get(f"{path}annotated/html/?{query}").content.decode()
    assert "<mark" in page and "58.7%" in page


def test_a_file_that_is_no_paper_is_refused_on_the_page(clerk):
    answer = clerk.get(upload(clerk, b"\x00\x01nothing", "坏.docx")["Location"])
    assert answer.status_code == 422
    assert "DOC-090" in answer.content.decode()


def test_no_file_is_refused(clerk):
    assert clerk.post(path_of("documents:check-upload")).status_code == 422


def test_a_file_of_nobody_is_not_there(clerk):
    assert clerk.get(path_of("documents:checked", "0" * 64)).status_code == 404


@pytest.fixture
def run(scope, capsys):
    def run(*words):
        capsys.readouterr()
        code = run_handler(build_parser().parse_args(["document", "check", *map(str, words)]))
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def test_the_command_tells_each_finding_and_ends_with_1(run, word, tmp_path):
    path, annotated = tmp_path / "通报.docx", tmp_path / "批注.docx"
    path.write_bytes(word)
    code, told = run(path, "--output", annotated)
    assert code == 1
    assert "矛盾（比率）" in told and "舍入（截尾）" in told and "未能核对" in told
    assert list(docx.Document(str(annotated)).comments)


def test_the_command_tells_it_as_data(run, word, tmp_path):
    path = tmp_path / "通报.docx"
    path.write_bytes(word)
    _, told = run(path, "--json")
    data = json.loads(told)
    assert {one["level"] for one in data["findings"]} == {"矛盾", "舍入"}


def test_region_and_period_go_together(run, word, tmp_path):
    path = tmp_path / "通报.docx"
    path.write_bytes(word)
    code, told = run(path, "--region", "140500")
    assert code == 1 and "DOC-092" in told


def test_an_annotated_copy_is_word_or_a_page(run, word, tmp_path):
    path = tmp_path / "通报.docx"
    path.write_bytes(word)
    code, told = run(path, "--output", tmp_path / "批注.xlsx")
    assert code == 1 and "DOC-093" in told


LOST = "县区\t任务\t其中\t完成\n合计\t10500\t1050\t?4397\n甲县\t4000\t400\t5000\n乙县\t3500\t350\t5350\n丙县\t3000\t300\t4047\n\n"


def test_lost_digits_of_a_table_are_proposed_and_the_file_is_left_alone(scope, capsys, tmp_path):
    path = tmp_path / "表.txt"
    path.write_text(LOST, encoding="utf-8")
    assert run_handler(build_parser().parse_args(["document", "repair", str(path)])) == 0
    assert "只可能是 14397" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == LOST


def test_what_no_balance_reaches_is_said_to_be_open(scope, capsys, tmp_path):
    path = tmp_path / "表.txt"
    path.write_text("县区\t任务\t完成\n甲县\t4000\t5?00\n乙县\t3500\t5350\n丙县\t3000\t4047\n\n", encoding="utf-8")
    assert run_handler(build_parser().parse_args(["document", "repair", str(path)])) == 0
    assert "没有可用的合计或比率关系" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "told", "never"),
    [
        ("MZ没有数字的一段话。", ("里没有读到数字，没有核对", "请上传带文字的文件"), "对得上"),
        ("今年新开工123套。", ("没有一个有别的数可以对",), "都对得上"),
    ],
)
def test_what_was_not_looked_at_is_not_said_to_be_right(clerk, content, told, never):
    answer = upload(clerk, content.encode(), "说明.txt")
    page = clerk.get(answer.url).content.decode()
    assert all(one in page for one in told)
    assert never not in page
