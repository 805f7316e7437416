"""The page: a paper goes up, numbers are answered, a style comes of it; whatever is sent is answered with a sentence."""

import io
import random
from urllib.parse import urlencode

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.core.pages.addresses import path_of
from anju.documents.models import BoundPaper, OfficeStyle
from tests.cast import everyone, sign_in
from tests.documents.binding.papers import JUNE, MAY, A, print_paper
from tests.sample_place import CITY

AT = f"?{urlencode({'region': CITY, 'period': JUNE})}"
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def client(ledger):
    client = Client()
    sign_in(client, everyone(CITY))
    return client


def upload(client, content, name="五月.docx"):
    return client.post(path_of("documents:bindings-read") + AT, {"file": SimpleUploadedFile(name, content)})


@pytest.fixture
def bound(client):
    answer = upload(
        client, "关于2023年5月棚改进展的通报\n全市棚户区改造开工3232套，召开调度会7次。\n".encode(), "五月.txt"
    )
    assert answer.status_code == 302
    return BoundPaper.objects.latest("pk")


def test_from_a_word_file_to_a_draft_of_a_style(scope, client):
    assert upload(client, print_paper(scope, 0, MAY).file).status_code == 302
    bound = BoundPaper.objects.latest("pk")
    page = client.get(path_of("documents:binding", bound.pk)).content.decode()
    assert "全部读入的公文" in page and 'class="num certain"' in page and "不是台账的数" in page
    answer = client.post(path_of("documents:binding-certain", bound.pk), follow=True)
    assert "已确认131个" in answer.content.decode()
    waiting = answer.context["at"]
    answer = client.post(path_of("documents:binding-answer", bound.pk), {"serial": waiting, "pick": "none"}, **JSON)
    assert "都答完了" in answer.json()["panel"] and answer.json()["states"][str(waiting)][0] == "constant"
    answer = client.post(path_of("documents:binding-style", bound.pk), {"name": "月度通报"}, follow=True)
    assert answer.status_code == 200
    style = OfficeStyle.objects.get()
    assert (style.name, style.state, style.kind) == ("月度通报", OfficeStyle.DRAFT, f"own-{CITY}-{bound.pk}")
    file = client.get(path_of("documents:binding-style-file", bound.pk) + "?name=月度通报")
    assert file.content.decode() == style.text


def test_a_figure_of_ones_own_choice_is_looked_up(client, bound):
    typed = {"serial": 0, "pick": "typed", "measure": "公租房开工（筹集）量〔prh.start〕", "place": A, "period": "own"}
    answer = client.post(path_of("documents:binding-answer", bound.pk), typed, **JSON).json()
    assert answer["states"]["0"][0] == "otherwise" and "钟山区" in answer["states"]["0"][1]
    for wrong, told in (
        ({"measure": "无此指标"}, "没有指标"),
        ({"measure": "arh.start"}, "台账里没有这个数"),
        ({"period": "昨天"}, "没有这种期间"),
    ):
        answer = client.post(path_of("documents:binding-answer", bound.pk), typed | wrong, **JSON)
        assert answer.status_code == 422 and told in answer.json()["problems"][0]["what"]
        assert client.post(path_of("documents:binding-answer", bound.pk), typed | wrong).status_code == 422


def test_without_the_script_an_answer_leads_to_the_next_number(client, bound):
    answer = client.post(path_of("documents:binding-answer", bound.pk), {"serial": 0, "pick": "0"})
    assert answer.status_code == 302 and "&at=" in answer["Location"]
    assert client.get(answer["Location"]).status_code == 200
    for junk in (
        {},
        {"serial": "9999", "pick": "0"},
        {"serial": "0", "pick": "99999999999"},
        {"serial": "0"},
        {"serial": "x"},
    ):
        assert client.post(path_of("documents:binding-answer", bound.pk), junk).status_code == 422
    for junk in ("?at=x", "?at=99999", "?at=-1", "?at="):
        assert client.get(path_of("documents:binding", bound.pk) + junk).status_code == 200


def test_a_style_needs_a_name(client, bound):
    answer = client.post(path_of("documents:binding-style", bound.pk), {"name": " "})
    assert answer.status_code == 422 and "DOC-175" in answer.content.decode()


def test_a_paper_that_is_dropped_is_gone(client, bound):
    assert client.post(path_of("documents:binding-drop", bound.pk), follow=True).status_code == 200
    assert client.get(path_of("documents:binding", bound.pk)).status_code == 404


def test_whatever_is_sent_is_answered_with_a_sentence(client):
    for name, content in (
        ("空.docx", b""),
        ("坏.docx", b"PK\x03\x04xx"),
        ("坏.pdf", b"%PDF-1.7 nothing"),
        ("坏.bin", b"\0\1\2"),
        ("字.txt", "没有数字".encode()),
    ):
        answer = upload(client, content, name)
        assert answer.status_code == 422 and "没有办成" in answer.content.decode(), name
    assert client.post(path_of("documents:bindings-read") + AT).status_code == 422


def test_a_strange_paper_becomes_a_style_or_is_told_why_not(client):
    """Odd texts, heads and cells: a page each, and a style that can be read or a refusal with lines."""
    chance = random.Random(7)
    odd = ["{", "}", "{{x}}", "|", "→", "…", "2023年13月", "第", "〔2023〕", "%", "9" * 40, "0.0000000001亿元", "-5套", "1,234,567户", "约3余万套", "《2023年5月》",
           "：", "\t", "——", "'\"\\", "#", "{choose a: 增加 → b}", "123分", "2023年5月31日", "增加12套，增长3%", "公顷12.5公顷", "五月", "附件1"]  # fmt: skip
    for _ in range(3):
        document = docx.Document()
        document.add_paragraph("关于2023年5月工作的通报")
        for _ in range(12):
            document.add_paragraph("".join(chance.choices(odd, k=6)) + "。")
        table = document.add_table(rows=5, cols=6)
        for row in table.rows:
            for cell in row.cells:
                cell.text = chance.choice([*odd, "钟山区", "棚户区改造开工", "合计", "12", "12.5%"])
        out = io.BytesIO()
        document.save(out)
        answer = upload(client, out.getvalue())
        assert answer.status_code == 302
        bound = BoundPaper.objects.latest("pk")
        assert client.get(path_of("documents:binding", bound.pk)).status_code == 200
        for serial in list(map(int, bound.proposals))[::6]:
            client.post(
                path_of("documents:binding-answer", bound.pk),
                {"serial": serial, "pick": chance.choice(["0", "none"])},
                **JSON,
            )
        answer = client.post(path_of("documents:binding-style", bound.pk), {"name": "怪样式"})
        assert answer.status_code in (302, 422)
        assert answer.status_code == 302, answer.context["problems"]
