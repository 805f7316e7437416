"""Spark where it is not installed or not to be reached: a sentence that says what to do, before anything is begun."""

import pytest

from anju.cli import main
from anju.problems import Refused
from anju.rules.engine.spark import session
from tests.ports import free_port
from tests.rules.build import codes, text

NUMBERS = {
    "inputs": {"x": '{label: 数, unit: "1", range: [0, 9]}'},
    "steps": {"out": "{label: 果, formula: x}"},
    "result": "out",
}


def test_without_pyspark_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(Refused) as refused:
        session.check_installed()
    assert codes(refused) == ["RULE-060"] and 'pip install "anju[scale]"' in refused.value.problems[0].fix


def test_without_java_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(session, "find_spec", lambda name: object())
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused) as refused:
        session.check_installed()
    assert codes(refused) == ["RULE-061"] and "default-jre-headless" in refused.value.problems[0].fix
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    with pytest.raises(Refused, match="JAVA_HOME"):
        session.check_installed()


@pytest.mark.parametrize(
    "master", ["", "yarn", "local[0]", "local[x]", "spark://", "spark://host", "spark://a b:7077", "http://a:7077", "spark://a:7077/x"]
)  # fmt: skip
def test_what_is_no_address_is_refused(master):
    with pytest.raises(Refused) as refused:
        session.check_master(master)
    assert codes(refused) == ["RULE-062"] and "不是 Spark 的地址" in str(refused.value)


@pytest.mark.parametrize("master", ["local", "local[*]", "local[16]"])
def test_this_machine_is_an_address(master):
    session.check_master(master)


def test_a_master_that_does_not_answer_is_said_at_once():
    closed = f"127.0.0.1:{free_port()}"
    for master in (f"spark://{closed}", f"spark://{closed},127.0.0.1:99999", "spark://nowhere.invalid:7077"):
        with pytest.raises(Refused) as refused:
            session.check_master(master)
        assert codes(refused) == ["RULE-062"] and "连不上" in str(refused.value)


def run(tmp_path, *more):
    (tmp_path / "book.yaml").write_text(text("conduct", **NUMBERS), "utf-8")
    return main(
        ["rules", "run", "--book", str(tmp_path / "book.yaml"), "--on", "2021-06-30", "--input", str(tmp_path / "in.parquet"), *more]
    )  # fmt: skip


def test_the_command_says_so_too(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    assert run(tmp_path, "--engine", "spark", "--output", str(tmp_path / "out.parquet")) == 1
    assert "RULE-060" in capsys.readouterr().err
    assert run(tmp_path, "--engine", "spark", "--output", str(tmp_path / "out.csv")) == 1
    assert "RUN-016" in capsys.readouterr().err
    assert run(tmp_path, "--engine", "spark", "--into", "x", "--output", str(tmp_path / "out.parquet")) == 1
    assert "RULE-065" in capsys.readouterr().err
    assert run(tmp_path, "--master", "local[2]", "--output", str(tmp_path / "out.parquet")) == 1
    assert "RULE-062" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["book.yaml"]
