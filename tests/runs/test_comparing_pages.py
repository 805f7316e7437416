"""试算一群人 by its pages: the act, who sees what, numbers that lead to their rows, a large file as a job, all that is wrong at once."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anju.core.jobs import queue, waiting_files
from anju.core.models.job import Job
from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.problems import Refused
from anju.rules.comparison.sides import Side
from anju.runs.queries import comparisons as queries
from anju.runs.queries.comparisons import SAMPLE_ROWS, ComparisonQuestion, comparable_books
from anju.runs.services import comparisons as services
from tests.cast import EAST, operator, person, sign_in

WHERE = f"?region={EAST}&period=2025"
BOOK = "sample-rental"


@pytest.fixture(autouse=True)
def nothing_kept(db):
    """Each test begins with nobody's comparisons."""
    import shutil

    from anju.core.database.folder import data_folder

    yield
    shutil.rmtree(data_folder() / waiting_files.COMPARISONS, ignore_errors=True)


def sample():
    return next(book for book in comparable_books() if book.subject == BOOK)


def visitor(post="clerk"):
    client = Client()
    sign_in(client, person(post))
    return client


def form(**more):
    digest = sample().digest
    return {
        "before": digest,
        "after": digest,
        "on": "2025-12-31",
        "new_on": "2026-01-31",
        "by": "区县、类别",
        "rows": "sample",
    } | more


def send(client, **more):
    return client.post(reverse("runs:compare") + WHERE, form(**more))


def question(**more):
    from datetime import date

    book = sample()
    return ComparisonQuestion(
        Side(book, date(2025, 12, 31)),
        Side(book, date(2026, 1, 31)),
        **{"file": "示例各户.csv", "by": ("区县", "类别")} | more,
    )


def text_of(response):
    return response.content.decode()


def test_the_sample_is_compared_and_every_count_leads_to_so_many_rows():
    client = visitor()
    sent = send(client)
    assert sent.status_code == 302
    page = text_of(client.get(sent["Location"]))
    assert "改后多发 3.50 万元：受益 587 户，受损 208 户，说不清 61 户" in page
    links = re.findall(r'href="([^"]+/rows/\?[^"]*)"[^>]*>([\d,]+)<', page)
    assert len(links) > 40
    for address, count in links:
        rows = text_of(client.get(address.replace("&amp;", "&")))
        told = re.search(r"<h1[^>]*>[^<]*：([\d,]+)户</h1>", rows)
        assert told and told[1] == count, address


def test_a_row_is_told_step_by_step_on_both_sides():
    client = visitor()
    page = send(client)["Location"].partition("?")[0]
    row = text_of(client.get(f"{page}rows/8/{WHERE}"))
    assert "原来应发额" in row and "191.52 元" in row and "143.64 元" in row and row.count("每平方米标准") >= 2
    assert client.get(f"{page}rows/1200/{WHERE}").status_code == 404


def test_nobody_else_finds_it_whatever_their_post():
    mine = visitor()
    page = send(mine)["Location"].partition("?")[0]
    key = page.rstrip("/").rpartition("/")[2]
    assert mine.get(page + WHERE).status_code == 200
    for other in (visitor("reviewer"), visitor("finance")):
        for name, *parts in (("comparison",), ("comparison-rows",), ("comparison-row", 0), ("comparison-file",)):
            assert other.get(reverse(f"runs:{name}", args=[key, *parts]) + WHERE).status_code == 404, name
        assert other.post(reverse("runs:comparison-drop", args=[key]) + WHERE).status_code == 404
        assert SAMPLE_ROWS.stem not in text_of(other.get(reverse("runs:compare") + WHERE))
        assert other.get(f"{reverse('runs:compare')}{WHERE}&like={key}").status_code == 200
    assert queries.find_comparison(operator("reviewer"), key) is None
    assert queries.find_comparison(operator("clerk"), key) is not None
    assert visitor("joint").get(reverse("runs:compare") + WHERE).status_code == 403


@pytest.mark.parametrize("key", ["../readings/x", "0" * 32, "*", "", "A" * 32])
def test_a_key_that_is_none_is_not_found(key):
    assert queries.find_comparison(operator("clerk"), key) is None


def test_it_leaves_one_row_and_the_same_again_is_the_same_comparison():
    by = operator("clerk")
    with open_scope(by):
        before = Trail.objects.count()
        key = services.compare_rows(by=by, question=question(), content=SAMPLE_ROWS.read_bytes())
        row = Trail.objects.latest("id")
        assert Trail.objects.count() == before + 1 and row.act == "runs.compare"
        assert "示00009" not in bytes(row.canonical).decode(), "what was sent is nobody else's to read"
        assert "2025-12-31" in bytes(row.canonical).decode()
        made = queries.find_comparison(by, key).at
        assert services.compare_rows(by=by, question=question(), content=SAMPLE_ROWS.read_bytes()) == key
        assert len(queries.list_comparisons(by)) == 1 and queries.find_comparison(by, key).at == made


def test_only_the_newest_few_are_kept_and_one_can_be_dropped():
    by = operator("clerk")
    with open_scope(by):
        lines = SAMPLE_ROWS.read_bytes().splitlines(keepends=True)
        keys = [
            services.compare_rows(by=by, question=question(), content=b"".join(lines[: 10 + number]))
            for number in range(services.MOST + 2)
        ]
        assert [kept.key for kept in queries.list_comparisons(by)] == keys[: -services.MOST - 1 : -1]
        services.drop_comparison(by=by, key=keys[-1])
        assert not list(queries.comparison_folder(by).glob(f"*{keys[-1]}*"))
        with pytest.raises(LookupError):
            services.drop_comparison(by=by, key=keys[-1])


def test_who_may_not_is_refused():
    by = operator("joint")
    with open_scope(by), pytest.raises(Refused, match="ACT-001"):
        services.compare_rows(by=by, question=question(), content=SAMPLE_ROWS.read_bytes())


def test_a_large_file_is_a_job_whose_end_is_the_result(monkeypatch):
    monkeypatch.setattr(services, "SMALL", 1000)
    by = operator("clerk")
    with open_scope(by):
        key = services.compare_rows(by=by, question=question(), content=SAMPLE_ROWS.read_bytes())
        job = queries.comparison_job(by, key)
        assert job is not None and job.state == Job.State.WAITING and job.title == "试算《示例各户.csv》"
        assert queries.find_comparison(by, key).comparison is None
    client = visitor()
    address = reverse("runs:comparison", args=[key]) + WHERE
    assert client.get(address).status_code == 202
    assert client.get(reverse("runs:comparison-rows", args=[key]) + WHERE).status_code == 404
    told = []
    monkeypatch.setattr("anju.runs.jobs.report_progress", lambda job, done, total: told.append((done, total)))
    with open_scope(by):
        assert queue.find_job_kind("runs.compare").work(job, by=by, key=key) == reverse("runs:comparison", args=[key])
    assert client.get(address).status_code == 200
    assert all(0 <= done <= total == 100 for done, total in told)


def test_a_job_that_is_stopped_leaves_only_what_was_sent(monkeypatch):
    monkeypatch.setattr(services, "SMALL", 1000)
    monkeypatch.setattr("anju.isolation.EVERY", 0.01)
    by = operator("clerk")

    def stop(percent):
        raise queue.JobStopped

    with open_scope(by):
        key = services.compare_rows(by=by, question=question(), content=SAMPLE_ROWS.read_bytes() + b"x")
        with pytest.raises((queue.JobStopped, Refused)):
            services.run_comparison(by, key, stop)
        left = sorted(path.suffix for path in queries.comparison_folder(by).iterdir())
        assert left == [".question", ".rows"]


def test_what_has_waited_for_a_day_is_gone_and_cleared_away(monkeypatch):
    by = operator("clerk")
    with open_scope(by):
        key = services.compare_rows(by=by, question=question(), content=SAMPLE_ROWS.read_bytes())
        (queries.comparison_folder(by) / ".left").mkdir()
        monkeypatch.setattr(waiting_files, "DAY", -1)
        assert queries.find_comparison(by, key) is None and queries.list_comparisons(by) == []
        with pytest.raises(Refused, match="RULE-074"):
            services.run_comparison(by, key)
        waiting_files.clear_waiting_files()
        assert not list(queries.comparison_folder(by).iterdir())


def test_downloads_hold_every_row():
    client = visitor()
    page = send(client)["Location"].partition("?")[0]
    lines = list(csv.DictReader(io.StringIO(client.get(f"{page}file/?form=csv").content.decode("utf-8-sig"))))
    assert len(lines) == 1200 and sum(int(line["变化（分）"] or 0) for line in lines) == 3_500_150
    assert client.get(f"{page}file/").content[:4] == b"PAR1"


def test_all_that_is_wrong_with_the_form_is_told_at_once():
    client = visitor()
    refused = send(client, before="", after="", on="", new_on="七月", rows="")
    assert refused.status_code == 422
    page = text_of(refused)
    assert page.count("RULE-076") >= 4 and "RULE-077" in page and "七月" in page
    wrong = SimpleUploadedFile("各户.docx", b"x")
    assert "RULE-077" in text_of(client.post(reverse("runs:compare") + WHERE, form(file=wrong)))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"new_on": "2025-12-31"}, "RULE-070"), ({"new_on": "2024-06-30"}, "RULE-001"), ({"by": "街道"}, "RUN-012"), ({"new_3": "三千"}, "RULE-004"),
        ({"absent": "没有的"}, "RULE-015"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_refused_and_nothing_is_kept(more, code):
    client = visitor()
    refused = send(client, **more)
    assert refused.status_code == 422 and code in text_of(refused)
    assert queries.list_comparisons(operator("clerk")) == []


def test_typed_values_take_the_place_of_those_in_force_on_either_side():
    client = visitor()
    page = text_of(client.get(send(client, new_6="12", old_3="3000")["Location"]))
    assert "改了收入线" in page and "改了每平方米标准" in page and "受损 0 户" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [("坏.parquet", b"PAR1 and nothing"), ("坏.xlsx", b"PK\x03\x04"), ("坏.csv", b"\xff\xfe\x00"), ("空.csv", b"")],
)
def test_a_damaged_file_is_told_and_nothing_is_kept(name, content):
    client = visitor()
    refused = client.post(reverse("runs:compare") + WHERE, form(file=SimpleUploadedFile(name, content)))
    assert refused.status_code == 422 and "Traceback" not in text_of(refused)
    assert queries.list_comparisons(operator("clerk")) == []


def test_codes_of_regions_are_told_by_name():
    lines = SAMPLE_ROWS.read_text("utf-8").replace("城东区", EAST).encode()
    client = visitor()
    sent = client.post(reverse("runs:compare") + WHERE, form(file=SimpleUploadedFile("各户.csv", lines)))
    assert "泽州县" in text_of(client.get(sent["Location"]))


def test_markup_in_the_file_shows_as_it_is_spelled():
    lines = SAMPLE_ROWS.read_text("utf-8").replace("城东区", "<b>城东</b>").replace("示00009", "<i>9</i>").encode()
    client = visitor()
    sent = client.post(reverse("runs:compare") + WHERE, form(file=SimpleUploadedFile("<u>.csv", lines)))
    page = text_of(client.get(sent["Location"]))
    assert "<b>城东" not in page and "&lt;b&gt;城东" in page and "<u>.csv" not in page
    rows = text_of(client.get(sent["Location"].replace("/?", "/rows/?") + "&effect=1"))
    assert "<i>9" not in rows and "&lt;i&gt;9" in rows


def test_a_wrong_filter_is_not_found():
    client = visitor()
    page = send(client)["Location"].partition("?")[0]
    for query in ("effect=9", "effect=x", "by=none", "bar=99", "side=5", "before=-1"):
        assert client.get(f"{page}rows/{WHERE}&{query}").status_code == 404, query
    assert "没有这样的行" in text_of(client.get(f"{page}rows/{WHERE}&by=区县&value=x' OR 1=1 --"))


def test_it_leaves_as_an_excel_file_up_to_the_limit():
    client = visitor()
    page = send(client)["Location"].partition("?")[0]
    assert client.get(f"{page}rows/{WHERE}&effect=1&export=xlsx").content[:2] == b"PK"


def test_every_kind_of_value_is_shown_and_money_in_fen_is_typed_in_yuan():
    from datetime import date

    from anju.runs.pages.comparing.asking import ComparisonAsked, changes
    from tests.rules.build import one

    def value(text):
        return f'values: [{{from: "2020-01-01", value: {text}, source: S1 一, checked: "2021-01-01"}}]}}'

    parameters = {
        "line": "{label: 线, unit: fen, " + value('"250050"'), "rate": "{label: 率, unit: fen, by: kind, " + value('{甲: "2300", 乙: "1800"}'),
        "step": "{label: 档, unit: fen, bands: a, " + value('[{upto: "10", value: "500"}, {above: "10", value: "0"}]'),
    }  # fmt: skip
    inputs = {"a": '{label: 数, unit: "1", range: [0, 100]}', "kind": "{label: 类, enum: [甲, 乙]}"}
    made = one("line + rate + step", inputs=inputs, unit="fen", parameters=parameters)
    given = {"new_0": "1,500.25", "new_1": "24", "new_2": "18", "new_3": "9"}
    lines = list(ComparisonAsked(given, None)._lines("new", made, date(2021, 1, 1), {}))
    assert [line.now for line in lines[:3]] == ["2500.5", "23", "18"] and "5.00 元；" in lines[3].now
    assert [line.unit for line in lines[:3]] == ["元", "元", "元"] and [line.changeable for line in lines] == [
        True,
        True,
        True,
        False,
    ]
    assert changes(made, lines) == {"line": "150025", "rate": {"甲": "2400"}}
    kept = ComparisonAsked({}, None)._lines("new", made, date(2021, 1, 1), changes(made, lines))
    assert [line.typed for line in kept] == ["1500.25", "24", "", ""]
