"""A paper keeps the exact text of the style that it was written by, and is computed by it for ever."""

import hashlib

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from anju.documents.models import StyleCopy
from anju.documents.queries import stale, styles
from anju.documents.queries.documents import find_version
from anju.figures.queries.references import resolve_reference
from anju.figures.references import FigureReference
from tests.documents.styles.conftest import told

STYLE = """
style: sample
name: 示例通报
applies: {from: "2020-01-01"}
sources: [{title: 示例}]
periods: [half]
title: 示例
variants: {sample-quarter: {name: 示例季报, periods: [quarter], title: 示例}}
figures:
  start: {measure: shanty.start}
  MORE: {formula: start * 2}
sections:
  - text: "SAID{start}套，加倍{MORE}套。"
"""


@pytest.fixture
def office(monkeypatch, tmp_path):
    """words → the office's file says so."""
    monkeypatch.setenv("ANJU_STYLES", str(tmp_path))

    def say(said, more="more"):
        text = STYLE.replace("SAID", said).replace("MORE", more)
        (tmp_path / "sample.yaml").write_text(text, "utf-8")
        return text

    return say


def test_the_bytes_are_kept_once_whatever_is_written(office, written):
    text = office("开工")
    version = written("sample")
    written("sample", period="2022-H1")
    [copy] = StyleCopy.objects.all()
    assert bytes(copy.content).decode() == text and copy.pk == version.template_digest
    assert styles.kept_style("sample", copy.pk).digest == copy.pk


def test_a_paper_is_compared_by_its_own_style_after_the_office_has_changed_it(scope, office, written):
    office("开工")
    document = written("sample").document
    office("新开工")
    assert stale.stale_sentences(scope, document) == []
    told(scope, {"shanty.start": "91"}, reason="漏统")
    assert [one.new for one in stale.stale_sentences(scope, document)] == ["开工91套，加倍182套。"]


def test_what_it_computed_is_found_under_a_name_that_the_style_has_no_more(scope, office, written):
    office("开工", more="more")
    reference = next(one["ref"] for one in written("sample").figures if one["ref"].startswith("style:"))
    office("开工", more="gap")
    assert resolve_reference(scope, FigureReference.parse(reference)).text() == "180"


def test_a_text_that_can_be_read_no_more_gives_way_to_the_style_in_force(scope, office, written):
    digest = hashlib.sha256(office("开工").encode()).hexdigest()
    StyleCopy.objects.create(digest=digest, file="sample.yaml", content=b"style: sample")
    document = written("sample").document
    assert styles.kept_style("sample", find_version(scope, document).template_digest) is None
    office("新开工")
    assert [one.new for one in stale.stale_sentences(scope, document)] == ["新开工90套，加倍180套。"]


def test_a_kept_text_is_never_changed(office, written):
    office("开工")
    written("sample")
    with pytest.raises(DatabaseError), transaction.atomic():
        StyleCopy.objects.update(file="x")


def test_a_variant_is_found_among_the_kinds_of_its_file(office, written):
    office("开工")
    version = written("sample-quarter", "2023-Q2")
    assert styles.kept_style("sample-quarter", version.template_digest).code == "sample-quarter"
    assert styles.kept_style("half-year", version.template_digest) is None
