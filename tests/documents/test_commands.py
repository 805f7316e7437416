"""The command line over documents: files out, files back in, refusals told in Chinese with exit code 1."""

import json
from pathlib import Path

import docx
import openpyxl
import pytest

from anju.cli import build_parser
from anju.core.console.command import run_handler
from tests.documents.conftest import YEAR

pytestmark = pytest.mark.django_db(databases=["default", "owner"])  # a command brings the tables up to date first


@pytest.fixture
def run(draft, capsys):
    """Run a command inside the test's transaction."""

    def run(*words):
        capsys.readouterr()
        code = run_handler(build_parser().parse_args(["document", *map(str, words)]))
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def test_a_document_is_written_into_files(run, draft, tmp_path):
    code, told = run(
        "write",
        "sample",
        "--region",
        "140500",
        "--period",
        YEAR,
        "--output",
        tmp_path,
        "--format",
        "docx",
        "pdf",
        "xlsx",
        "html",
        "--json",
    )
    assert code == 0
    names = {Path(one).suffix for one in json.loads(told)["files"]}
    assert names == {".docx", ".pdf", ".xlsx", ".html"} and len(list(tmp_path.iterdir())) == 4
    assert docx.Document(next(tmp_path.glob("*.docx"))).paragraphs
    assert openpyxl.load_workbook(next(tmp_path.glob("*.xlsx"))).sheetnames == ["分县情况"]


def test_list_and_check(run, draft):
    assert run("list", "--region", "140500") == (0, f"{draft.pk:>5}  草稿  {draft.region.name} {YEAR}  {draft.title}\n")
    code, told = run("check", draft.pk)
    assert code == 0 and "数字都是现在的" in told


def test_a_stale_document_has_exit_code_1(run, scope, draft, city):
    from anju.figures.services.observations import correct_figure

    correct_figure(by=scope, measure="subsidy.households", region=city, period=YEAR, value="700", reason="补报")
    code, told = run("check", draft.pk)
    assert code == 1 and "685→700" in told


def test_compare_tells_what_was_changed(run, draft, tmp_path):
    run("export", draft.pk, "--output", tmp_path, "--format", "docx")
    (file,) = tmp_path.iterdir()
    assert run("compare", file, "--document", draft.pk)[0] == 0
    word = docx.Document(file)
    paragraph = next(one for one in word.paragraphs if "685" in one.text)
    paragraph.runs[0].text = paragraph.text.replace("685", "690")
    for run_ in paragraph.runs[1:]:
        run_.text = ""
    word.save(file)
    code, told = run("compare", file, "--document", draft.pk)
    assert code == 1 and "685 → 690" in told


def test_sign_and_issue(run, draft):
    assert "已签发" in run("sign", draft.pk, "--on", "2022-01-18")[1]
    code, told = run("issue", draft.pk, "--number", "示保办字〔2022〕1号", "--on", "2022-01-18", "--json")
    assert code == 0 and json.loads(told)["issued_on"] == "2022-01-18"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", "999999"], "DOC-050"),
        (["write", "sample", "--region", "000000", "--period", YEAR], "DOC-051"),
        (["write", "none", "--region", "140500", "--period", YEAR], "DOC-010"),
        (["write", "sample", "--region", "140500", "--period", "2021-13"], "FIG-004"),
        (["write", "sample", "--region", "140500", "--period", YEAR, "--options", "nowhere.yaml"], "DOC-053"),
        (["sign", "999999", "--on", "2022年"], "DOC-055"),
    ],
)
def test_what_is_wrong_is_told(run, draft, words, code):
    if words[0] == "sign":
        words[1] = draft.pk
    assert run(*words)[0] == 1 and code in run(*words)[1]


def test_a_folder_that_cannot_be_written(run, draft, tmp_path):
    (tmp_path / "file").write_text("")
    code, told = run("export", draft.pk, "--output", tmp_path / "file" / "below", "--format", "html")
    assert code == 1 and "DOC-052" in told


def test_options_that_are_no_mapping(run, tmp_path):
    (tmp_path / "a.yaml").write_text("- 甲\n", encoding="utf-8")
    assert (
        "DOC-054" in run("write", "sample", "--region", "140500", "--period", YEAR, "--options", tmp_path / "a.yaml")[1]
    )


def test_a_bundle_on_disk(run, draft, tmp_path):
    code, _ = run("bundle", draft.pk, "--output", tmp_path / "a.zip", "--format", "html")
    assert code == 0 and (tmp_path / "a.zip").stat().st_size > 1000
