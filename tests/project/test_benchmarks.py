"""What the benchmarks are asked for and cannot do is a sentence, not a traceback."""

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.pages import bench


def test_a_room_that_is_not_measured_is_named(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmarks", "pages", "nowhere"])
    assert benchmarks.main() == 1
    told = capsys.readouterr().err
    assert "没有可量测的 nowhere" in told and "pages" in told


@pytest.mark.parametrize("name", ["nowhere", "a file"])
def test_a_province_folder_that_is_not_there_is_named(tmp_path, monkeypatch, capsys, name):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("ANJU_BENCH_PROVINCE", str(tmp_path / name))
    assert bench.main() == 1
    assert f"{tmp_path / name} 不是文件夹" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
