"""指标目录: what is shipped is sound, a place's file goes through the same loader, and every flaw is told with its line."""

from pathlib import Path

import pytest

from anju.core.models.trail import Trail
from anju.figures import catalogue
from anju.figures.catalogue import read_catalogue
from anju.figures.models import Measure
from anju.figures.services import observations
from anju.problems import Refused
from anju.quantities import unit_of_measure
from tests.figures.conftest import YEAR

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def write(folder, text, name="measures.yaml"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_catalogue_is_sound(user):
    measures = {measure.code: measure for measure in Measure.objects.all()}
    assert len(measures) > 130
    for measure in measures.values():
        assert unit_of_measure(measure.unit)
        if measure.of_id:
            assert (
                unit_of_measure(measure.unit).family == unit_of_measure(measures[measure.of_id].unit).family
                and measure.member
            )
        if measure.target_of_id and measure.code.endswith(".target"):
            assert measure.target_of_id.startswith(measure.code.removesuffix(".target")), measure.code


def test_names_tell_measures_apart(user):
    names = list(Measure.objects.values_list("name", flat=True))
    assert len(names) == len(set(names))


def test_measures_are_called_by_the_words_of_the_glossary(user):
    """One word per thing: a code's words and its name's words are a row of the glossary."""
    rows = [
        line.split("|")[1:3]
        for line in GLOSSARY.read_text("utf-8").splitlines()
        if line.startswith("| ") and "中文" not in line
    ]
    glossary = {chinese.strip(): english.strip() for chinese, english in rows}
    assert len(glossary) == len(rows), "a Chinese word has two rows"
    assert len(set(glossary.values())) == len(rows), "an English word stands for two things"
    said = {"target": "目标任务", "start": "开工", "complete": "基本建成", "handover": "竣工", "credit": "授信"}
    assert (
        glossary["开工"] == "start" and glossary["基本建成"] == "basic completion" and glossary["目标任务"] == "target"
    )
    for measure in Measure.objects.all():
        words = measure.code.split(".")
        if "start" in words and "target" not in words:
            assert said["start"] in measure.name or "比例" in measure.name or "安置率" in measure.name, measure.code
        if "complete" in words:
            assert said["complete"] in measure.name, measure.code
        if words[-1] == "target":
            assert any(word in measure.name for word in ("任务", "目标", "计划")), measure.code
        if words[0] == "invest" and words[-1] == "done":
            assert "完成投资" in measure.name


def test_loading_again_changes_nothing(user):
    before = Trail.objects.count()
    again = catalogue.load_catalogue(by=user)
    assert (again.new, again.changed) == ((), ()) and Trail.objects.count() == before


def test_a_place_brings_its_own(user, east, tmp_path):
    path = write(
        tmp_path,
        "calibres:\n  - {code: cash, name: 实付}\nmeasures:\n"
        "  - {code: plan.years, name: 开工年数, unit: 年, kind: stock}\n"
        "  - {code: audit.2018.found, name: 2018年度审计发现问题, unit: 个, kind: stock, calibres: [cash]}\n"
        "  - {code: audit.2018.rate, name: 2018年度整改率, kind: ratio, numerator: audit.2018.found, denominator: audit.2017.found, places: 1}\n",
    )
    done = catalogue.load_catalogue(by=user, paths=[path])
    assert set(done.new) == {"cash", "plan.years", "audit.2018.found", "audit.2018.rate"}
    observations.enter_figure(by=user, measure="audit.2018.found", region=east, period=YEAR, value=3, calibre="cash")
    assert catalogue.load_catalogue(by=user, paths=[path]).new == () and catalogue.load_catalogue(by=user).changed == ()


def test_two_places_may_say_the_same_and_not_something_else(user, tmp_path):
    first, second, third = (tmp_path / name for name in ("a", "b", "c"))
    for folder, name in ((first, "开工年数"), (second, "开工年数"), (third, "竣工年数")):
        folder.mkdir()
        write(folder, f"measures:\n  - {{code: plan.years, name: {name}, unit: 年, kind: stock}}\n")
    catalogue.load_catalogue(by=user, paths=[first / "measures.yaml"])
    assert catalogue.load_catalogue(by=user, paths=[second / "measures.yaml"]).changed == ()
    with pytest.raises(Refused, match="FIG-007"):
        catalogue.load_catalogue(by=user, paths=[third / "measures.yaml"])


def test_the_unit_of_what_has_numbers_stays(user, east, tmp_path):
    text = "measures:\n  - {{code: plan.size, name: 规模, unit: {unit}, kind: stock}}\n"
    path = write(tmp_path, text.format(unit="户"))
    catalogue.load_catalogue(by=user, paths=[path])
    write(tmp_path, text.format(unit="㎡"))
    assert catalogue.load_catalogue(by=user, paths=[path]).changed == ("plan.size",)
    observations.enter_figure(by=user, measure="plan.size", region=east, period=YEAR, value="12.5")
    write(tmp_path, text.format(unit="万㎡"))
    catalogue.load_catalogue(by=user, paths=[path])
    write(tmp_path, text.format(unit="户"))
    with pytest.raises(Refused, match="FIG-007"):
        catalogue.load_catalogue(by=user, paths=[path])


def test_every_flaw_is_told_with_its_line(user, tmp_path):
    path = write(
        tmp_path,
        "measures:\n"
        "  - {code: shanty.start, name: 又一个, unit: 套, kind: stock}\n"
        "  - {code: Bad-Code, name: 坏代码, unit: 套, kind: stock}\n"
        "  - {code: a.one, unit: 套, kind: weekly, extra: 1}\n"
        "  - {code: a.two, name: 二, unit: 斤, kind: stock}\n"
        "  - {code: a.three, name: 三, unit: 套, kind: stock, of: nowhere, dimension: 甲, member: 乙}\n"
        "  - {code: a.four, name: 四, unit: 套, kind: stock, of: invest.done, dimension: 甲, member: 乙}\n"
        "  - {code: a.five, name: 五, kind: ratio, numerator: shanty.start, denominator: invest.done, places: 1}\n"
        "  - {code: a.six, name: 六, kind: ratio, numerator: shanty.start, denominator: prh.start}\n"
        "  - {code: a.seven, name: 七, kind: stock, unit: 套, calibres: [nowhere], places: 9}\n"
        "  - {code: a.eight, name: 八, kind: sum, terms: 套}\n",
    )
    broken = write(tmp_path, "measures:\n  - {code: [\n", "broken.yaml")
    with pytest.raises(Refused) as refused:
        read_catalogue([path, broken, tmp_path / "missing.yaml"])
    told = {(problem.code, str(problem.where).rpartition("第 ")[2]) for problem in refused.value.problems}
    assert {
        ("FIG-003", "2 行"), ("FIG-002", "3 行"), ("FIG-002", "4 行"), ("FIG-006", "5 行"), ("FIG-005", "6 行"), ("FIG-006", "7 行"),
        ("FIG-006", "8 行"), ("FIG-002", "9 行"), ("FIG-002", "10 行"), ("FIG-002", "11 行"), ("FIG-001", "3 行"), ("FIG-001", "《missing.yaml》"),
    } <= told  # fmt: skip
    assert not Measure.objects.filter(code__startswith="a.").exists()
