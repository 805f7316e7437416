"""Two judgements of a file beside each other give what the rows give one by one, on either side: counts, sums, reasons and every difference."""

from collections import Counter
from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.comparison import comparing
from anju.rules.comparison.comparing import compare_file
from anju.rules.comparison.sides import PASSED, PENDING, REFUSED, Side
from anju.rules.comparison.summary import Tally, round_width
from anju.rules.engine import running
from anju.rules.engine.engines import connect
from tests.rules.build import DAY, book, codes
from tests.rules.test_files import STEPS, facts, names, write_csv, write_parquet
from tests.rules.test_population import CONDITIONS, INPUTS, PARAMETERS

LATER = date(2021, 9, 30)
NEWER = PARAMETERS | {
    "rate": '{label: 标准, unit: "1", by: group, values: [{from: "2020-01-01", value: {低保: "1200", 低收入: "750.5"}, source: S1 一, checked: "2021-01-01"},'
    ' {from: "2021-09-01", value: {低保: "1300", 低收入: "600"}, source: S1 二, checked: "2021-08-01"}]}',
}
PLACE = {REFUSED: "不符合", PENDING: "待核", PASSED: "符合"}


@pytest.fixture(scope="module")
def dated():
    return book("subsidy", inputs=INPUTS, parameters=NEWER, steps=STEPS, conditions=CONDITIONS, result="pay")


@pytest.fixture(scope="module")
def stricter():
    """Another book over the same rows: fewer rooms are small, and one condition more."""
    conditions = {
        "old": "{formula: age >= 50, says: 未满}", "small": "{formula: area / persons < 12, says: 不小}",
        "renting": "{label: 在租, formula: rent > 20000, says: 租金低}",
    }  # fmt: skip
    return book("subsidy", inputs=INPUTS, parameters=PARAMETERS, steps=STEPS, conditions=conditions, result="pay")


def compare(before, after, source, folder, **more):
    own = (names(before.book), names(after.book))
    return compare_file(before, after, source, folder / "differences.parquet", **{"names": own} | more)


def read(path, *columns, where="TRUE"):
    with connect() as connection:
        items = ", ".join(f'"{column}"' for column in columns) or "*"
        return connection.execute(f"SELECT {items} FROM '{path}' WHERE {where}").fetchall()


def one_by_one(side, rows):
    """Each row's payable amount and decision, by the engine that takes rows singly."""
    done = running.run_rows(side.book, rows, on=side.on, key="key", parameters=dict(side.parameters))
    for row in done.rows:
        value = row.values["payable"]
        decision = REFUSED if row.failed else PENDING if row.unknown or value is None else PASSED
        yield row.key, value, decision, row.failed


def test_each_difference_and_every_sum_is_that_of_the_rows_one_by_one(dated, stricter, tmp_path):
    rows = list(facts(3000))
    source = write_csv(tmp_path / "rows.csv", rows)
    pairs = [
        (Side(dated, DAY), Side(dated, LATER)),
        (Side(dated, DAY), Side(dated, DAY, {"rate": {"低保": "1000"}})),
        (Side(dated, DAY), Side(stricter, DAY)),
    ]
    for before, after in pairs:
        expected = []
        for (key, old, was, failed), (_, new, now, fails) in zip(
            one_by_one(before, rows), one_by_one(after, rows), strict=True
        ):
            change = None if old is None or new is None else new - old
            effect = "说不清" if change is None else "受益" if change > 0 else "受损" if change < 0 else "不变"
            expected.append((key, effect, old, new, change, PLACE[was], PLACE[now], failed, fails))
        for given in (source, write_parquet(tmp_path, source)):
            done = compare(before, after, given, tmp_path, group_by=["group"])
            columns = ("行键", "得失", "原来（分）", "改后（分）", "变化（分）", "原来判定", "改后判定")
            assert read(tmp_path / "differences.parquet", *columns) == [one[:7] for one in expected]
            by_effect = Counter(one[1] for one in expected)
            assert by_effect["受益"] + by_effect["受损"] > 20 and by_effect["说不清"] > 20 < by_effect["不变"]
            known = [one for one in expected if one[4] is not None]
            total = done.total
            assert (total.gain, total.lose, total.same, total.unclear) == tuple(
                by_effect[name] for name in ("受益", "受损", "不变", "说不清")
            )
            assert (total.before, total.after) == (sum(one[2] for one in known), sum(one[3] for one in known))
            assert total.gained == sum(one[4] for one in known if one[4] > 0)
            assert total.lost == sum(one[4] for one in known if one[4] < 0)
            assert done.decisions == Counter(
                ({v: k for k, v in PLACE.items()}[one[5]], {v: k for k, v in PLACE.items()}[one[6]]) for one in expected
            )
            turned = Counter(name for one in expected if one[5:7] == ("符合", "不符合") for name in one[8])
            assert dict(done.turned_away) == {after.book.label(name): count for name, count in turned.items()}
            assert sum(tally.rows for _, tally in done.groups["group"]) == len(rows)
            assert sum(tally.after for _, tally in done.groups["group"]) == total.after
            assert sum(bar.rows for bar in done.bars) == total.gain + total.lose
            assert sum(bar.total for bar in done.bars) == total.change
    assert len(turned) > 1


@pytest.mark.parametrize("promised", [True, False])
def test_many_rows_keep_their_own_judgements_and_their_order(dated, tmp_path, monkeypatch, promised):
    """More than the engine holds in one group, in whatever order it takes them."""
    if not promised:
        real = comparing.judgement_sql
        monkeypatch.setattr(comparing, "judgement_sql", lambda *given: f"SELECT * FROM ({real(*given)}) ORDER BY value")
    with connect() as connection:
        source = tmp_path / "rows.parquet"
        connection.execute(
            f'COPY (SELECT i * 7919 % 300007 AS "key", CAST(i % 3000 AS DECIMAL(9, 2)) / 100 AS area, 1 AS persons, CAST(i AS BIGINT) AS rent, \'低保\' AS "group",'
            f" FALSE AS owns, DATE '1950-01-01' AS born, 'n' AS no FROM range(300000) AS t(i)) TO '{source}' (FORMAT parquet)".replace(
                "CAST(i % 3000 AS DECIMAL(9, 2)) / 100", "CAST(i % 3000 * 0.01 AS DECIMAL(9, 2))"
            )
        )
    compare(Side(dated, DAY), Side(dated, LATER), source, tmp_path)
    with connect() as connection:
        wrong = connection.execute(
            "SELECT COUNT(*) FILTER (rent <> file_row_number), COUNT(*) FILTER (行键 <> rent * 7919 % 300007),"
            " COUNT(*) FILTER (原来判定 = '符合' AND \"原来（分）\" <> LEAST(ROUND((30 - area) * 1200), rent)),"
            " COUNT(*) FILTER (改后判定 = '符合' AND \"改后（分）\" <> LEAST(ROUND((30 - area) * 1300), rent)), COUNT(*) FILTER (得失 = '受益')"
            f" FROM read_parquet('{tmp_path / 'differences.parquet'}', file_row_number=true)"
        ).fetchone()
    assert wrong[:4] == (0, 0, 0, 0) and wrong[4] > 100_000


def test_who_is_admitted_is_told_with_the_reason_that_fell_away(dated, stricter, tmp_path):
    source = write_csv(tmp_path / "rows.csv", list(facts(3000)))
    done = compare(Side(stricter, DAY), Side(dated, DAY), source, tmp_path)
    assert done.admitted and {label for label, _ in done.admitted} <= {"old", "small", "在租"}
    for label, count in done.admitted:
        found = read(
            tmp_path / "differences.parquet", "行键",
            where=f"原来判定 = '不符合' AND 改后判定 = '符合' AND list_contains(string_split(原来不符合, '；'), '{label}')",
        )  # fmt: skip
        assert len(found) == count


def test_what_is_unknown_on_one_side_is_unclear_and_in_no_sum(dated, tmp_path):
    row = {
        "key": "甲",
        "area": "10.00",
        "persons": 1,
        "rent": 90000,
        "group": "低保",
        "owns": False,
        "born": date(1940, 1, 1),
        "no": "1",
    }
    rows = [
        row,
        row | {"key": "乙", "rent": None},
        row | {"key": "丙", "born": None},
        row | {"key": "丁", "area": "90.00", "rent": None},
    ]
    source = write_csv(tmp_path / "rows.csv", rows)
    done = compare(Side(dated, DAY), Side(dated, LATER), source, tmp_path)
    # 丁 is refused whatever the rent: nothing is paid before or after, and that is known.
    assert done.total == Tally(4, 1, 0, 1, 2, before=24000, after=26000, gained=2000, lost=0)
    assert done.decisions == {(PASSED, PASSED): 1, (PENDING, PENDING): 2, (REFUSED, REFUSED): 1}
    found = read(tmp_path / "differences.parquet", "行键", "变化（分）", "得失")
    assert found == [("甲", 2000, "受益"), ("乙", None, "说不清"), ("丙", None, "说不清"), ("丁", 0, "不变")]


def test_who_owes_less_gains(tmp_path):
    made = {
        top: book(
            "rent",
            inputs={"area": INPUTS["area"]},
            steps={"due": f'{{label: 月租金, unit: fen, formula: "area * {top}"}}'},
            result="due",
        )
        for top in (300, 200)
    }
    source = tmp_path / "rows.csv"
    source.write_text("键,area\n甲,50\n乙,\n丙,0\n", "utf-8")
    own = {"键": "key", "area": "area"}
    done = compare(Side(made[300], DAY), Side(made[200], DAY), source, tmp_path, names=(own, own))
    assert done.value.less_is_better and (done.total.gain, done.total.lose, done.total.unclear) == (1, 0, 1)
    assert done.total.gained == -5000


def test_decisions_alone_are_compared_where_a_book_has_no_number(tmp_path):
    made = [
        book(
            "eligibility",
            inputs={"area": INPUTS["area"]},
            conditions={"small": f"{{label: 面积, formula: area < {top}, says: 大}}"},
        )
        for top in (15, 20)
    ]
    source = tmp_path / "rows.csv"
    source.write_text("键,area\n甲,10\n乙,18\n丙,\n丁,25\n", "utf-8")
    own = {"键": "key", "area": "area"}
    done = compare(Side(made[0], DAY), Side(made[1], DAY), source, tmp_path, names=(own, own))
    assert done.value is None and done.bars == [] and done.admitted == [("面积", 1)]
    assert done.total == Tally(4, gain=1, lose=0, same=2, unclear=1)
    again = compare(Side(made[1], DAY), Side(made[0], DAY), source, tmp_path, names=(own, own))
    assert (again.total.lose, again.turned_away, again.admitted) == (1, [("面积", 1)], [])


def test_books_that_read_a_column_differently_each_read_it_their_own_way(tmp_path):
    inputs = {"area": "{label: 面积, unit: ㎡, places: 1, range: [0, 500]}"}
    made = [
        book("subsidy", inputs=one, steps={"pay": '{label: 补贴, unit: fen, formula: "area * 100"}'}, result="pay")
        for one in ({"area": INPUTS["area"]}, inputs)
    ]
    source = tmp_path / "rows.csv"
    source.write_text("键,area\n甲,10.5\n乙,10.25\n", "utf-8")
    own = {"键": "key", "area": "area"}
    with pytest.raises(Refused) as refused:
        compare(Side(made[0], DAY), Side(made[1], DAY), source, tmp_path, names=(own, own))
    assert codes(refused) == ["RULE-012"] and "乙" in str(refused.value)


def test_shares_are_compared_in_the_order_of_their_keys(tmp_path):
    made = book(
        "share", inputs={"pot": "{label: 总数, unit: 万元, range: [0, 1e6]}", "weight": '{label: 权重, unit: "1", places: 2, range: [0, 100]}'},
        parameters={"base": '{label: 基数, unit: "1", values: [{from: "2020-01-01", value: "0", source: S1 一, checked: "2021-01-01"}]}'},
        steps={"money": '{label: 资金, unit: 万元, places: 0, formula: "largest_remainder(pot * share(weight + base))"}'}, result="money",
    )  # fmt: skip
    rows = [
        {"key": key, "pot": 100, "weight": weight}
        for key, weight in (("丙", "1"), ("甲", "1"), ("乙", "1"), ("丁", "4"))
    ]
    source = tmp_path / "rows.csv"
    source.write_text("key,pot,weight\n" + "".join(f"{row['key']},100,{row['weight']}\n" for row in rows), "utf-8")
    before, after = Side(made, DAY), Side(made, DAY, {"base": "1"})
    compare(before, after, source, tmp_path)
    singly = [
        dict(zip(done.table.keys, (row.values["money"] for row in done.rows), strict=True))
        for side in (before, after)
        for done in [running.run_rows(made, rows, on=DAY, key="key", parameters=dict(side.parameters))]
    ]
    found = read(tmp_path / "differences.parquet", "行键", "原来（万元）", "改后（万元）")
    assert {key: (old, new) for key, old, new in found} == {key: (singly[0][key], singly[1][key]) for key in singly[0]}


def test_groups_are_whatever_a_column_holds_and_blank_is_one(dated, tmp_path):
    rows = [row | {"区县": ("东县", "西县", "")[place % 3]} for place, row in enumerate(facts(30))]
    source = write_csv(tmp_path / "rows.csv", rows)
    done = compare(Side(dated, DAY), Side(dated, LATER), source, tmp_path, group_by=["区县", "group"])
    assert {name: tally.rows for name, tally in done.groups["区县"]} == {"东县": 10, "西县": 10, None: 10}
    assert set(done.groups) == {"区县", "group"}


REFUSALS = [
    (lambda one, other: (Side(one, DAY), Side(one, DAY)), {}, ["RULE-070"]),
    (lambda one, other: (Side(one, DAY), Side(other, DAY)), {}, ["RULE-071"]),
    (lambda one, other: (Side(one, DAY), Side(one, LATER)), {"group_by": ["no"]}, ["RULE-072"]),
    (lambda one, other: (Side(one, DAY), Side(one, DAY, {"none": "1"})), {}, ["RULE-004"]),
    (lambda one, other: (Side(one, DAY), Side(one, date(2019, 1, 1))), {}, ["RULE-001"]),
]


@pytest.mark.parametrize(("sides", "more", "expected"), REFUSALS)
def test_what_cannot_be_compared_is_refused_and_nothing_is_written(dated, tmp_path, monkeypatch, sides, more, expected):
    monkeypatch.setattr("anju.rules.comparison.summary.MOST_GROUPS", 20)
    other = book(
        "eligibility",
        inputs=INPUTS,
        parameters=PARAMETERS,
        conditions=CONDITIONS | {"renting": "{formula: age > 5, says: 低}"},
        steps=STEPS,
    )
    source = write_csv(tmp_path / "rows.csv", list(facts(60)))
    with pytest.raises(Refused) as refused:
        compare(*sides(dated, other), source, tmp_path, **more)
    assert codes(refused) == expected and [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_warning_book_has_nothing_to_compare(tmp_path):
    made = book(
        "warning", inputs={"area": INPUTS["area"]}, conditions={"big": "{colour: 橙, formula: area > 5, says: 大}"}
    )
    with pytest.raises(Refused, match="RULE-073"):
        Side(made, DAY).compiled()


def test_all_that_is_wrong_with_the_rows_is_told_once_for_both_sides(dated, stricter, tmp_path):
    rows = list(facts(20))
    rows[4] |= {"area": "一二"}
    rows[5] |= {"persons": 99}
    source = write_csv(tmp_path / "rows.csv", rows)
    for after in (Side(dated, LATER), Side(stricter, DAY)):
        with pytest.raises(Refused) as refused:
            compare(Side(dated, DAY), after, source, tmp_path)
        assert sorted(codes(refused)) == ["RULE-010", "RULE-011"]


def test_progress_rises_and_a_stop_leaves_nothing(dated, tmp_path, monkeypatch):
    monkeypatch.setattr("anju.rules.engine.files.LOOK", 0.001)
    source = write_parquet(tmp_path, write_csv(tmp_path / "rows.csv", list(facts(2000))))
    told = []
    compare(Side(dated, DAY), Side(dated, LATER), source, tmp_path, progress=told.append)
    assert told == sorted(told) and told[0] == 0 and told[-1] <= 100
    (tmp_path / "differences.parquet").unlink()

    class StopNow(Exception):
        pass

    def stop(percent):
        if percent >= comparing.CHECKED:
            raise StopNow

    with pytest.raises(StopNow):
        compare(Side(dated, DAY), Side(dated, LATER), source, tmp_path, progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.csv", "rows.parquet"]


def test_bars_are_of_a_round_width():
    assert [round_width(spread, 10) for spread in (1, 10, 11, 20, 21, 99, 100, 12345)] == [1, 1, 2, 2, 5, 10, 10, 2000]
