"""Posted forms: typed values, every problem at once and beside its field; and the guard of pages that need a region."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from anju import file_sizes
from anju.core.models.region import Region
from anju.core.pages.context import needs_region
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import PageContext
from anju.problems import Place, Refused


class Form(PostedForm):
    code, file_code = "TEST-001", "TEST-002"

    def too_large(self, label, name, size):
        return file_sizes.too_large(size, 4, code=self.file_code, where=Place(file=name), fix="请压缩。")


def posted(**fields):
    return Form(RequestFactory().post("/", fields), "示例")


def test_what_was_typed_is_read_without_the_spaces_and_shown_with_them():
    form = posted(name=" 甲 ", note="")
    assert form.text("name") == "甲" and form.typed == {"name": " 甲 ", "note": ""}
    assert form.texts(["name", "note", "absent"]) == {"name": "甲", "note": ""}
    assert form.text("absent") == ""


def test_every_ticked_box_counts():
    assert posted(box=["a", "b"]).every("box") == ["a", "b"]
    assert posted().every("box") == []


def test_days_numbers_and_files_that_will_not_do_are_told_together_each_at_its_field():
    form = posted(since="明年", count="三", photo=SimpleUploadedFile("大.jpg", b"12345"))
    assert form.day("since", "起") is None and form.day("until", "止") is None
    assert form.number("count", "数量") is None
    assert form.file("photo", "照片") is None and form.file("paper", "文件", required=True) is None
    with pytest.raises(Refused) as refused:
        form.check()
    assert [(one.code, str(one.where)) for one in refused.value.problems] == [
        ("TEST-001", "起“明年”"),
        ("TEST-001", "止“”"),
        ("TEST-001", "数量“三”"),
        ("TEST-002", "《大.jpg》"),
        ("TEST-002", "文件"),
    ]
    assert list(form.wrong) == ["since", "until", "count", "photo", "paper"]
    assert form.wrong["since"] == "不是日期。请写成 2026-01-31 这样的形式。"
    assert form.wrong["until"].startswith("没有填写。")


def test_what_will_do_is_read_and_nothing_is_refused():
    form = posted(
        on=" 2026-01-31 ", count="12", pk="7", at="2026-01-31T08:30", photo=SimpleUploadedFile("小.jpg", b"1234")
    )
    assert form.day("on", "日期") == date(2026, 1, 31)
    assert form.number("count", "数量") == 12 and form.key("pk") == 7
    assert f"{form.moment('at'):%Y-%m-%d %H:%M %z}" == "2026-01-31 08:30 +0800"
    assert form.file("photo", "照片") == ("小.jpg", b"1234")
    assert form.day("until", "止", required=False) is None and form.file("paper", "文件") is None
    form.check()


def test_a_key_or_a_moment_that_is_none_is_no_problem_of_the_persons():
    form = posted(pk="7 OR 1=1", at="昨天", day="2026-02-30T08:00")
    assert form.key("pk") is None and form.moment("at") is None and form.moment("day") is None
    assert form.problems == []


def test_a_page_that_needs_a_region_is_not_called_without_one():
    def view(request):
        return HttpResponse(request.anju_page_context.region.name)

    request = RequestFactory().get("/")
    request.anju_page_context = PageContext(Region(name="示例县"), [], "2026", None, None)
    assert needs_region()(view)(request).content.decode() == "示例县"
    request.anju_page_context = PageContext(None, [], "", None, None)
    with pytest.raises(Http404):
        needs_region()(view)(request)
    answer = needs_region("core/empty.html", title="还没有数字", text="先导入报表")(view)(request)
    assert answer.status_code == 200 and "还没有数字" in answer.render().content.decode()
