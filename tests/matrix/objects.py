"""What the test of all routes asks for: for each route with parts in its address a maker, which puts something there into that region.

A room that adds a route with parts adds its maker here, by the route's name; without one the test fails. A maker runs in the scope of the
machine's own operator, in a transaction that is rolled back, and is told for whom the page will be asked.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils import timezone

from anju.core.models.people import AdminReset, Staff
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from tests.cast import person

PERIOD = "2020"  # a period in which there is a score table in force


@dataclass
class At:
    """An address: the parts of its path, its query, what is sent with it. query: beside region and period, which every address gets."""

    parts: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    bare: bool = False  # no region in the address: it is the thing's own that counts


Maker = Callable[[Actor, Region, Staff], At]
MAKERS: dict[str, Maker] = {}
# Pages of no region: one's own, and lists that are only ever of what one sees.
NO_REGION = {
    "mfa_index", "core:me", "account_set_password", "core:me-sessions", "core:session", "core:drafts", "core:me-deputy", "account_change_password", "account_reauthenticate",
    "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "core:jobs",
    "core:guide-picture", "core:staff-register", "core:waiting-form", "runs:comparison", "runs:comparison-rows", "runs:comparison-row", "runs:comparison-file", "runs:comparison-drop",
}  # fmt: skip
# Of a return that nobody delivered to the superior.
NOT_DELIVERED = {
    "returns:inquiry", "returns:inquiry-file", "returns:return", "returns:cell", "returns:compare", "returns:send-back", "returns:extension",
    "returns:return-cell", "returns:print", "returns:kept", "returns:compare-scan", "returns:scan-page", "returns:receiver", "returns:copied", "returns:exported",
}  # fmt: skip
# One's own pages that are not there for who has no second step yet, or sends back to /me/: only who may is asked of them.
NOT_THERE = {"mfa_deactivate_totp", "mfa_view_recovery_codes"}

OF_ONE = {
    "documents:receive",
    "runs:comparison",
    "runs:comparison-rows",
    "runs:comparison-row",
    "runs:comparison-file",
    "runs:comparison-drop",
    "core:me-end-deputy",
    "core:job",
    "core:job-stop",
    "core:job-retry",
    "core:waiting-form",
    "documents:table",
    "documents:table-picks",
    "documents:table-drop",
    "documents:table-download",
    "documents:binding",
    "documents:binding-answer",
    "documents:binding-certain",
    "documents:binding-style",
    "documents:binding-style-file",
    "documents:binding-drop",
}  # what belongs to one person, or to their office: made for each who asks


def makes(*names: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        for name in names:
            assert name not in MAKERS, name
            MAKERS[name] = maker
        return maker

    return keep


# -- people and jobs -----------------------------------------------------------------------------------------------------------------


@makes(
    "core:staff-person", "core:staff-correct", "core:staff-first-link", "core:staff-reset-password", "core:staff-unlock", "core:staff-codes", "core:staff-sessions", "core:staff-retire",
    "core:staff-give", "core:staff-ask-reset",
)  # fmt: skip
def somebody(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"pk": person("head", region.code).pk}, bare=True)


@makes("core:staff-organisation", "core:staff-rename", "core:staff-abolish")
def organisation(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"pk": person("head", region.code).postings.get().organisation_id}, bare=True)


@makes("core:staff-end")
def posting(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"pk": person("head", region.code).postings.get().pk}, bare=True)


@makes("core:staff-confirm-reset")
def reset(by: Actor, region: Region, visitor: Staff) -> At:
    made = AdminReset.objects.create(
        staff=person("head", region.code), kind="codes", reason="换了手机", by="somebody.else"
    )
    return At({"pk": made.pk}, bare=True)


@makes("core:guide")
def guide(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"name": "quickstart"})


@makes("core:guide-picture")
def guide_picture(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"file": "return.png"}, bare=True)


@makes("core:me-end-deputy")
def deputy(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.models.people import Posting

    office = person("head", region.code).postings.get().organisation
    colleague = Staff.objects.create(username=f"deputy-{region.code}-{visitor.pk}", name="示例代理")
    made = Posting.objects.create(
        staff=colleague, organisation=office, post="head", bounded=False, since=timezone.localdate(), until=timezone.localdate(), ground="外出",
        by=visitor.username, acting_for=visitor,
    )  # fmt: skip
    return At({"pk": made.pk}, bare=True)


@makes("core:waiting-form")
def waiting_form(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.reading import keep_reading

    form = {"action": "/", "fields": [["reason", "示例"]], "key": "0" * 64, "file": "示例.xlsx", "back": "/"}
    keep_reading(replace(by, key=visitor.username), "f" * 64, "form", json.dumps(form).encode())
    return At({"key": "f" * 64}, bare=True)


@makes("core:job", "core:job-stop", "core:job-retry")
def job(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.models.people import Job

    made = Job.objects.create(
        name="test", title="示例任务", args={}, by=visitor.username, by_name=visitor.name, region=region
    )
    return At({"pk": made.pk}, bare=True)


# -- figures, rules, runs, documents, imports -------------------------------------------------------------------------------------------


@makes("figures:measure")
def measure(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"code": "invest.done"})


@makes("figures:door", "figures:correct")
def figure(by: Actor, region: Region, visitor: Staff) -> At:
    ref = f"invest.done@{region.code}/{PERIOD}"
    return At(query={"ref": ref}, data={"ref": ref}, bare=True)


@makes("runs:new")
def new_run(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"subject": "prh-shanty"})


@makes("runs:book")
def rule(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"kind": "scoring", "subject": "prh-shanty", "since": "2020-01-01"})


@makes("runs:comparison", "runs:comparison-rows", "runs:comparison-row", "runs:comparison-file", "runs:comparison-drop")
def comparison(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.runs.queries.comparisons import SAMPLE_ROWS, ComparisonQuestion, Side, comparable_books
    from anju.runs.services import comparisons

    book = next(book for book in comparable_books() if book.subject == "sample-rental")
    question = ComparisonQuestion(
        Side(book, date(2025, 12, 31)), Side(book, date(2026, 1, 31)), SAMPLE_ROWS.name, ("区县",)
    )
    key = comparisons.compare_rows(
        by=replace(by, key=visitor.username), question=question, content=SAMPLE_ROWS.read_bytes()
    )
    return At({"key": key, "number": 0}, bare=True)


@makes("runs:run", "runs:what-if", "runs:next-steps", "runs:csv")
def run(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.runs.queries import books
    from anju.runs.services import runs

    made = runs.run_book(
        by=by, kind="scoring", subject="prh-shanty", region=region, period=PERIOD, on=date(2020, 12, 31)
    )
    return At({"pk": made.pk, "criterion": next(iter(books.book_of_run(made).criteria))}, bare=True)


@makes(
    "documents:document", "documents:stale", "documents:edit", "documents:sign-off", "documents:send-back", "documents:issue", "documents:withdraw",
    "documents:compare", "documents:download", "documents:remark", "documents:draft-correction", "documents:dismiss-correction",
)  # fmt: skip
def document(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.documents import kinds
    from anju.documents.models import Document, Version

    made = Document.objects.create(
        kind=kinds.registered_kinds()[0].code, region=region, period=PERIOD, title="示例文书", by=by.key
    )
    html = "<article><p>示例</p></article>"
    Version.objects.create(
        document=made, region=region, serial=1, html=html, html_digest=hashlib.sha256(html.encode()).hexdigest(), options={}, prose={},
        figures=[], figures_digest="", books=[], template_digest="", warnings=[], by=by.key,
    )  # fmt: skip
    return At({"pk": made.pk, "form": "html"}, bare=True)


@makes("documents:checked", "documents:annotated")
def paper(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.pages import uploads

    digest = uploads.keep_upload(by, "关于示例工作的通报\n\n开工6631套。\n".encode())
    return At({"digest": digest, "form": "html"}, query={"name": "通报.txt"})


@makes(
    "documents:binding", "documents:binding-answer", "documents:binding-certain", "documents:binding-style", "documents:binding-style-file",
    "documents:binding-drop",
)  # fmt: skip
def bound_paper(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.models.people import Organisation
    from anju.documents.binding import storing
    from anju.documents.binding.proposing import ABSENT, NumberProposal
    from anju.documents.checker.reading import read_text
    from anju.documents.models import BoundPaper

    paper = read_text("关于2020年棚改进展的通报\n棚户区改造开工12套。\n", "通报.txt")
    made = BoundPaper.objects.create(
        region=region, organisation=Organisation.objects.filter(postings__staff=visitor).order_by("id").first(), name="通报.txt",
        title=paper.title, period=PERIOD, digest="0" * 64, paper=storing.store_paper(paper),
        proposals=storing.store_proposals({one.serial: NumberProposal(one.serial, ABSENT) for one in paper.numbers()}), by=by.key,
    )  # fmt: skip
    return At({"pk": made.pk}, data={"serial": 0, "pick": "none", "name": "示例通报"}, bare=True)


@makes("documents:table", "documents:table-picks", "documents:table-drop", "documents:table-download")
def asked_table(by: Actor, region: Region, visitor: Staff, name: str = "") -> At:
    from anju.core.models.people import Organisation
    from anju.documents.models import AskedTable

    picks = {
        "columns": [{"says": "棚户区改造开工量〔shanty.start〕"}],
        "rows": [region.code],
        "whole": region.code,
        "read_in": PERIOD,
    }
    made = AskedTable.objects.create(
        region=region, organisation=Organisation.objects.filter(postings__staff=visitor).order_by("id").first(), name=name or f"示例{visitor.pk}",
        period=PERIOD, pasted="县区\t开工\n合计\t", picks=picks, by=by.key,
    )  # fmt: skip
    return At({"pk": made.pk, "form": "xlsx"}, bare=True)


STYLE = """\
style: sample-style
name: 示例样式
region: "{code}"
applies: {{from: "2020-01-01"}}
sources: [{{title: 示例}}]
periods: [year]
title: "示例"
sections: [{{text: "{{place}}。"}}]
"""


@makes(
    "documents:style", "documents:style-submit", "documents:style-drop", "documents:style-work", "documents:style-save", "documents:style-preview"
)  # fmt: skip
def office_style(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.documents.services.styles import draft_style

    made = draft_style(by=by, region=region, text=STYLE.format(code=region.code))
    return At({"pk": made.pk}, bare=True)


@makes("documents:style-of", "documents:style-of-preview")
def style_in_force(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"kind": "decomposition"})


@makes("documents:style-return", "documents:style-publish")
def submitted_style(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.documents.services.styles import submit_style

    at = office_style(by, region, visitor)
    submit_style(by=by, style_id=at.parts["pk"], on=timezone.localdate())
    return at


@makes("documents:style-withdraw")
def published_style(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.people.identity import actor_of_staff
    from anju.documents.services.styles import publish_style

    at = submitted_style(by, region, visitor)
    publisher = actor_of_staff(person("publisher", region.code))
    today = timezone.localdate()
    publish_style(by=publisher, style_id=at.parts["pk"], number="示例〔2026〕1号", dated=today, on=today)
    return at


@makes(
    "oversight:demand", "oversight:answer", "oversight:ask-again", "oversight:close-demand", "oversight:demand-evidence"
)
def demand(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.files import keep_file
    from anju.oversight.models import Demand, DemandStep
    from anju.oversight.queries.instructions import InstructionSubject
    from anju.oversight.services import instructions

    office = person("head", region.code).postings.get().organisation
    subject = InstructionSubject("", region.name, "/", frozenset())
    instruction = instructions.give_instruction(
        by=by, region=region, subject=subject, text="请说明", organisations=[office], on=timezone.localdate(),
        due_on=timezone.localdate(), leader="示例领导",
    )  # fmt: skip
    made = Demand.objects.get(instruction=instruction)
    file = keep_file(by=by, region_id=region.pk, name="佐证.pdf", content=b"%PDF-1.4", media="application/pdf")
    step = DemandStep.objects.create(demand=made, region=region, kind="answer", text="已办", file=file, by=by.key)
    return At({"pk": made.pk, "step_id": step.pk}, bare=True)


@makes("funds:document", "funds:scan", "funds:confirm", "funds:void")
def quota(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.files import keep_file
    from anju.funds.models import QuotaDocument, QuotaLine

    day = timezone.localdate()
    file = keep_file(by=by, region_id=region.pk, name="文件.pdf", content=b"%PDF-1.4", media="application/pdf")
    made = QuotaDocument.objects.create(
        region=region, way="received", stage="whole", number="示例〔2026〕1号", title="示例", issuer="示例", dated=day,
        budget_year=day.year, known="paper", file=file, by="somebody",
    )  # fmt: skip
    QuotaLine.objects.create(
        document=made, region=region, source="central", subject="2210108", purpose="old", amount=100
    )
    return At({"pk": made.pk}, bare=True)


@makes("funds:receive")
def quota_line(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.funds.models import QuotaLine

    made = QuotaLine.objects.get(document=quota(by, region, visitor).parts["pk"])
    return At({"pk": made.pk}, data={"on": str(timezone.localdate())}, bare=True)


@makes("documents:keep-scan", "documents:scan", "documents:confirm-scan", "documents:send")
def sealed_scan(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.files import keep_file
    from anju.documents.models import Document, SealedScan

    pk = document(by, region, visitor).parts["pk"]
    file = keep_file(by=by, region_id=region.pk, name="盖章.pdf", content=b"%PDF-1.4", media="application/pdf")
    made = SealedScan.objects.create(
        document=Document.objects.get(pk=pk), region=region, file=file, digest="", has_text=False, by=by.key
    )
    return At({"pk": pk, "scan_id": made.pk}, bare=True)


@makes("documents:answer-remark")
def remark(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.documents.models import Document, Remark

    pk = document(by, region, visitor).parts["pk"]
    made = Remark.objects.create(
        document=Document.objects.get(pk=pk), region=region, serial=1, where="正文第1段", sentence="示例", text="示例",
        by=by.key, by_name=by.name,
    )  # fmt: skip
    return At({"pk": pk, "remark_id": made.pk}, bare=True)


@makes("documents:delivery", "documents:receive", "documents:delivery-pdf")
def delivery(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.documents.models import Delivery, Document

    paper = Document.objects.get(pk=document(by, region, visitor).parts["pk"])
    own = visitor.postings.filter(organisation__region=region).first()
    office = (own or person("head", region.code).postings.get()).organisation
    made = Delivery.objects.create(
        document=paper, region=region, organisation=office, title="示例文书", number="1号", issued_on=timezone.localdate(),
        html="<article class='official'><p>示例</p></article>", sent_by=by.key,
    )  # fmt: skip
    return At({"pk": made.pk}, bare=True)


@makes("documents:void-number")
def reserved_number(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.documents.models import DocumentNumber

    made = DocumentNumber.objects.create(
        region=region, code="示例字", year=2020, serial=1, state=DocumentNumber.RESERVED, reason="通报", by=by.key
    )
    return At({"pk": made.pk}, bare=True)


@makes("figures:check", "figures:marked", "figures:store")
def upload(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.pages import uploads
    from tests.desk.conftest import PLACES

    digest = uploads.keep_upload(by, (PLACES / "jincheng-2021" / "附件4 审计整改.xlsx").read_bytes())
    return At({"digest": digest}, query={"name": "审计整改.xlsx"})


@makes("figures:source-file", "figures:undo")
def source(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.figures.models import Source

    content = b"sample"
    made = Source.objects.create(
        kind=Source.Kind.IMPORT, title="示例", region=region, period=PERIOD, by=by.key, file_name="示例.xlsx",
        sha256=hashlib.sha256(content).hexdigest(), content=content,
    )  # fmt: skip
    return At({"pk": made.pk}, bare=True)


# -- projects -----------------------------------------------------------------------------------------------------------------------


def ledger_row(by: Actor, region: Region) -> Any:
    from anju.projects.models import Project

    return Project.objects.create(
        region=region, code="P1", name="示例棚改", kind="shanty", year=2020, units=100, by=by.key
    )


def picture(by: Actor, region: Region) -> Any:
    from anju.core.models.file import File

    content = b"\xff\xd8sample"
    digest = hashlib.sha256(content).hexdigest()
    return File.objects.create(
        region=region, name="示例.jpg", media="image/jpeg", sha256=digest, size=len(content), content=content, by=by.key
    )


@makes(
    "projects:project", "projects:total", "projects:edit", "projects:plan", "projects:record", "projects:meet", "projects:publish",
    "projects:adjust", "projects:correct", "projects:replace", "projects:cancel", "projects:close", "projects:reopen", "projects:site",
)  # fmt: skip
def project(by: Actor, region: Region, visitor: Staff) -> At:
    return At({"pk": ledger_row(by, region).pk, "kind": "start", "code": "land"}, bare=True)


@makes("projects:mend", "projects:evidence")
def event(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.projects.models import Event

    made = Event.objects.create(
        project=ledger_row(by, region), region=region, kind="start", on=date(2020, 6, 1), amount=1, evidence=picture(by, region),
        origin="ledger", by=by.key,
    )  # fmt: skip
    return At({"pk": made.pk}, bare=True)


@makes("projects:photo")
def photo(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.projects.models import Photo

    made = Photo.objects.create(
        project=ledger_row(by, region), region=region, file=picture(by, region), taken_on=date(2020, 6, 1)
    )
    return At({"pk": made.pk}, bare=True)


@makes(
    "projects:explain-entry",
    "projects:report-entry",
    "projects:consent-entry",
    "projects:close-entry",
    "projects:reopen-entry",
)
def entry(by: Actor, region: Region, visitor: Staff) -> At:
    from tests.projects.entered import entered

    made = entered(ledger_row(by, region), "overdue", date(2020, 6, 1))
    return At({"pk": made.pk}, bare=True)


@makes("projects:cohort")
def cohort(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.projects.models import Cohort

    made = Cohort.objects.create(
        region=region, name="示例名单", started_by=date(2018, 12, 31), unfinished_on=date(2019, 12, 31), by=by.key
    )
    return At({"pk": made.pk}, bare=True)


@makes("projects:check", "projects:marked")
def project_workbook(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.core.pages import uploads

    return At({"digest": uploads.keep_upload(by, b"no workbook")}, query={"name": "项目.xlsx"})


# -- returns: handed in already, so that an auditor may see it too ------------------------------------------------------------------------


@makes(
    "returns:return", "returns:fill", "returns:refresh", "returns:answer", "returns:waive", "returns:note", "returns:cell", "returns:compare",
    "returns:hand-in", "returns:withdraw", "returns:review", "returns:opine", "returns:clear", "returns:submit", "returns:lock",
    "returns:send-back", "returns:discard", "returns:extension", "returns:ask-extension", "returns:decide-extension",
    "returns:compare-scan", "returns:compared-scan", "returns:scan-page", "returns:return-cell", "returns:inquire",
    "returns:correct", "returns:print", "returns:offline", "returns:merge", "returns:scan", "returns:kept",
    "returns:receiver", "returns:copied", "returns:exported", "returns:sent", "returns:receipt", "returns:read-back",
)  # fmt: skip
def filed(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.returns.models import Paper, Return
    from anju.returns.services import opening

    opening.load_forms(by=by)
    ledger_row(by, region)
    made = opening.open_return(by=by, form_code="anju-project-month", region=region, period="2020-06")
    Return.objects.filter(pk=made.pk).update(state=Return.CITY)
    scan = Paper.objects.create(ret=made, region=region, file=picture(by, region), digest="", by=by.key)
    return At({"pk": made.pk, "ending": "pdf", "scan_id": scan.pk, "code": "statistics", "number": 1}, bare=True)


@makes("returns:inquiry", "returns:answer-inquiry", "returns:decide-inquiry", "returns:inquiry-file")
def inquiry(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.returns.models import Inquiry, InquiryEntry

    at = filed(by, region, visitor)
    made = Inquiry.objects.create(
        ret_id=at.parts["pk"], region=region, due=timezone.localdate(), ground="示例审通〔2026〕1号"
    )
    entry = InquiryEntry.objects.create(
        inquiry=made, region=region, kind="answer", text="示例", file=picture(by, region), by=by.key, by_name=by.name
    )
    return At({"inquiry_id": made.pk, "entry_id": entry.pk}, bare=True)


@makes("returns:sign-delivery", "returns:register-signature", "returns:delivery-receipt")
def set_delivery(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.returns.models import Form, SetDelivery
    from anju.returns.services import opening

    opening.load_forms(by=by)
    made = SetDelivery.objects.create(
        form=Form.objects.filter(code="anju-project-month")[0], region=region, period="2020-06", listed=[], digest="", by=by.key, by_name=by.name,
        file=picture(by, region),
    )  # fmt: skip
    return At({"pk": made.pk}, bare=True)


@makes("returns:open")
def form(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.returns.services import opening

    opening.load_forms(by=by)
    return At(data={"form": "anju-project-month", "region": region.code, "period": "2020-06"})


@makes("oversight:write")
def pack(by: Actor, region: Region, visitor: Staff) -> At:
    from anju.oversight.papers import dispatch

    return At(data={"kind": dispatch.pack_kinds()[0].code, "period": "2020-06"})


@makes("desk:put-away")
def notice(by: Actor, region: Region, visitor: Staff) -> At:
    from datetime import UTC, datetime, timedelta

    from anju.oversight.models import SentReminder

    made = SentReminder.objects.create(
        region=region, act="leader.see", key="sample", what="示例", link="/", due=datetime.now(UTC) + timedelta(days=1)
    )
    return At({"pk": made.pk}, bare=True)
