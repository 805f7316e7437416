"""References to figures: what is written is read back as it was, in every kind, and the spellings of before are read for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.documents.styles.values.references import StyleReference
from anju.documents.tables.references import CalculatedReference
from anju.figures.figure import Figure, ratio_figure, total_figure
from anju.figures.queries.changes import added_since
from anju.figures.queries.latest import rate_figure
from anju.figures.references import (
    CombinedReference,
    FigureReference,
    MeasureReference,
    NodeReference,
    ObservationReference,
    SumReference,
    reference_kinds,
)
from anju.oversight.papers.dispatch import RankReference
from anju.runs.references import StepReference
from tests.figures.test_arithmetic import NORTH, SOUTH, fig

CODES = st.from_regex(r"[a-z][a-z0-9_]{0,8}(\.[a-z0-9_]{1,8}){0,2}", fullmatch=True)
REGIONS = st.from_regex(r"[0-9]{6}|[0-9]{6}-[A-Z]", fullmatch=True)
PERIODS = st.sampled_from(["2021", "2021-H1", "2021-Q3", "2021-08", "2021-12-31"])
CALIBRES = st.sampled_from(["", "cal2", "国家", "县"])
NUMBERS = st.integers(1, 10**18 - 1)
PLACED = [st.builds(kind, CODES, REGIONS, PERIODS, CALIBRES) for kind in (MeasureReference, SumReference)]
OF_A_GROUP = st.builds(MeasureReference, CODES, st.sampled_from(["450300#任务分解", "450300#市区合计"]), PERIODS)
RANKS = st.builds(RankReference, CODES, REGIONS, PERIODS)
NODES = st.one_of(
    st.builds(NodeReference, NUMBERS),
    st.builds(NodeReference, NUMBERS, REGIONS, st.sampled_from(["", "2021-09-30"])),
)
OBSERVATIONS = st.builds(ObservationReference, NUMBERS)
STEPS = st.builds(StepReference, NUMBERS, st.from_regex(r"([0-9]{6}/)?[^\s]{1,12}", fullmatch=True))
STYLES = st.builds(
    StyleReference,
    st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True),
    st.from_regex(r"([a-z_]{1,8}\.[0-9a-z]{1,6}/){0,2}[a-z][a-z_]{0,8}", fullmatch=True),
    REGIONS,
    PERIODS,
)
CALCULATED = st.builds(
    CalculatedReference,
    st.sampled_from(["套", "%", "亿元"]),
    st.integers(0, 6),
    st.just("c1 - c2"),
    st.tuples(st.just("套"), st.just("套")),
    st.tuples(PLACED[0], PLACED[1]),
)
PART = st.one_of(*PLACED, NODES)
TOTALS = st.builds(CombinedReference, st.just("+"), st.lists(PART, min_size=2, max_size=4).map(tuple))
RATIOS = st.builds(CombinedReference, st.just("÷"), st.tuples(PART | TOTALS, PART | TOTALS))
DIFFERENCES = st.builds(CombinedReference, st.just("−"), st.tuples(PART | TOTALS | RATIOS, PART | TOTALS | RATIOS))
EVERY = st.one_of(
    *PLACED, OF_A_GROUP, RANKS, NODES, OBSERVATIONS, STEPS, STYLES, CALCULATED, TOTALS, RATIOS, DIFFERENCES
)


@given(EVERY)
def test_what_is_written_is_read_back(reference):
    assert FigureReference.parse(str(reference)) == reference


def test_every_kind_of_the_house_is_tried():
    tried = {MeasureReference, SumReference, RankReference, NodeReference, ObservationReference, StepReference}
    tried |= {StyleReference, CalculatedReference}
    assert {kind.reads for kind in reference_kinds().values()} == tried


A, B, C = (MeasureReference(code, "140500", "2021") for code in ("shanty.start", "shanty.start.target", "invest.done"))
# Each spelling that a paper has printed: none of them is ever taken back.
STORED = {
    "shanty.start@140500/2021": A,
    "shanty.start@140500/2021:cal2": MeasureReference("shanty.start", "140500", "2021", "cal2"),
    "shanty.start.target@140500/2021:国家": MeasureReference("shanty.start.target", "140500", "2021", "国家"),
    "prh.start.target@450300#各县合计/2020": MeasureReference("prh.start.target", "450300#各县合计", "2020"),
    "sum:shanty.start@990100/2026-10": SumReference("shanty.start", "990100", "2026-10"),
    "sum:shanty.start@140500/2021÷shanty.start.target@140500/2021": CombinedReference(
        "÷", (SumReference("shanty.start", "140500", "2021"), B)
    ),
    "shanty.start@140500/2021−sum:shanty.start@140500/2021": CombinedReference(
        "−", (A, SumReference("shanty.start", "140500", "2021"))
    ),
    "shanty.start@140500/2021+shanty.start.target@140500/2021÷invest.done@140500/2021": CombinedReference(
        "÷", (CombinedReference("+", (A, B)), C)
    ),
    "node:67": NodeReference(67),
    "node:67@990100": NodeReference(67, "990100"),
    "node:67@990100/2026-09-30": NodeReference(67, "990100", "2026-09-30"),
    "obs:12": ObservationReference(12),
    "rank:shanty.start.rate@140502/2021-08": RankReference("shanty.start.rate", "140502", "2021-08"),
    "run:3/合计": StepReference(3, "合计"),
    "run:4/410800/social_share": StepReference(4, "410800/social_share"),
    "run:3/项目管理/评价报告报送及时、完整性": StepReference(3, "项目管理/评价报告报送及时、完整性"),
    "run:3/140500/a + b": StepReference(3, "140500/a + b"),
}


@pytest.mark.parametrize(("text", "reference"), STORED.items(), ids=list(STORED))
def test_a_stored_spelling_says_the_same_for_ever(text, reference):
    assert FigureReference.parse(text) == reference
    assert str(reference) == text


def test_a_step_was_once_written_with_a_hash():
    assert FigureReference.parse("run:12#total") == StepReference(12, "total")


def test_a_step_knows_its_row_and_its_name():
    step = FigureReference.parse("run:12/140502/rate")
    assert (step.row, step.name) == ("140502", "rate")
    assert (StepReference(12, "total").row, StepReference(12, "total").name) == ("", "total")


@pytest.mark.parametrize(
    "text",
    ["", "shanty.start", "@140500/2021", "shanty.start@140500/", "shanty.start@140500/2021:", "sum:", "sum:x", "node:", "node:x@140500", "node:1/2021-09-30",
     "obs:1a", f"obs:{'1' * 19}", "rank:x", "run:12", "run:x/total", "gone:1", "a@1/2021÷", "a@1/2021−b@1/2021−c@1/2021", "a@1/2021÷b@1/2021÷c@1/2021",
     "a@1/2021+gone:1", "obs:１"],
)  # fmt: skip
def test_what_is_no_reference_is_not_found(text):
    with pytest.raises(LookupError):
        FigureReference.parse(text)


def test_a_figure_knows_what_it_is_called():
    plain, other = fig(5), fig(7, code="shanty.start.target", region=SOUTH)
    assert str(plain.reference) == "shanty.start@0/2021"
    assert str(ratio_figure(plain, other, 1).reference) == "shanty.start@0/2021÷shanty.start.target@1/2021"
    assert str(ratio_figure(plain, other, 1, "shanty.start.rate").reference) == "shanty.start.rate@0/2021"
    assert str(total_figure([plain, other]).reference) == "shanty.start@0/2021+shanty.start.target@1/2021"


def test_a_derived_figure_is_called_by_its_own_name():
    now, before = fig(7), Figure("shanty.start", "开工", NORTH, "2020", state="number", value=5)
    assert str(added_since(now, before).reference) == "shanty.start@0/2021−shanty.start@0/2020"
    made = rate_figure(
        "shanty.start.rate",
        now,
        fig(9, code="t"),
        ratio_figure(now, fig(9, code="t"), 1, "shanty.start.rate", "开工率"),
    )
    assert str(made.reference) == "shanty.start@0/2021÷t@0/2021"


def test_prose_names_a_figure_in_words():
    said = MeasureReference.of_words(["invest.done", "/2021", "亿元", "@140502", ":cal2", "2"])
    assert said == (MeasureReference("invest.done", "140502", "2021", "cal2"), ["亿元", "2"])
    assert MeasureReference.of_words(["invest.done:cal1"]) == (MeasureReference("invest.done", calibre="cal1"), [])
