"""anju style: files are checked with every problem, those in use are listed."""

import json

import pytest

from anju.cli import build_parser
from anju.core.console.command import run_handler
from tests.documents.styles.test_loading import BODY, HEAD

pytestmark = pytest.mark.django_db(databases=["default", "owner"])  # a command brings the tables up to date first


def main(words):
    return run_handler(build_parser().parse_args(words))


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "sample.yaml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_a_good_file_has_no_problem(half_year, file, capsys):
    assert main(["style", "check", file(HEAD + BODY)]) == 0
    assert "没有问题" in capsys.readouterr().out


def test_a_bad_one_is_told_with_its_lines_and_a_measure_that_is_not_there(half_year, file, capsys):
    assert main(["style", "check", file(HEAD + BODY.replace("{start}", "{stort}"))]) == 1
    assert "DOC-073" in "".join(capsys.readouterr())
    assert main(["style", "check", file(HEAD + BODY.replace("shanty.start}", "shanty.stort}"))]) == 1
    assert "DOC-075" in "".join(capsys.readouterr())


def test_a_file_that_is_not_there_is_told(half_year, tmp_path, capsys):
    assert main(["style", "check", str(tmp_path / "none.yaml")]) == 1
    assert "DOC-053" in "".join(capsys.readouterr())


def test_those_in_use_are_listed(half_year, capsys):
    assert main(["style", "list", "--json"]) == 0
    assert {"decomposition", "dispatch-week", "half-year"} <= {
        row["code"] for row in json.loads(capsys.readouterr().out)
    }


def test_the_style_of_a_paper_is_printed_as_it_was_and_one_without_is_told(written, capsys):
    from anju.documents.models import StyleCopy

    document = written().document
    assert main(["style", "show", str(document.pk)]) == 0
    assert capsys.readouterr().out.encode() == bytes(StyleCopy.objects.get().content)
    assert main(["style", "show", str(document.pk), "--version", "7"]) == 1
    assert "没有第 7 稿" in capsys.readouterr().err
    assert main(["style", "show", "999999"]) == 1
    assert "DOC-050" in capsys.readouterr().err
