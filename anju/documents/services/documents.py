"""Writing, signing, issuing and withdrawing an official document. Each leaves a trail row in the same transaction."""

import datetime
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.states import move
from anju.core.trail import trail
from anju.documents import kinds
from anju.documents.base import hold_drafting, settle_correction
from anju.documents.checker.inspection import remind_of
from anju.documents.kinds import DocumentKind
from anju.documents.layout import markup
from anju.documents.models import Document, StyleCopy, Version
from anju.documents.queries import documents, remarks, stale
from anju.documents.services.numbers import take_number, taken_problem
from anju.documents.text import checks, finishing
from anju.documents.text.compose import ComposedText, compose_document, text_digest
from anju.documents.text.numbering import parse_number
from anju.problems import ASK, Place, Problem, Refused


@transaction.atomic
@trail.act("documents.draft")
def write_document(
    *,
    by: Actor,
    kind: str,
    region: Region,
    period: str,
    options: dict[str, Any] | None = None,
    prose: dict[str, Any] | None = None,
    reason: str = "",
) -> Document:
    """Write a document from the ledger as it stands. The draft of that kind, region and period is written anew; without one a new draft begins.

    Options or prose left out are those of the draft. The same text again adds no version.
    Refused: DOC-010 no such kind; DOC-011, DOC-031 what its prose refers to and cannot be found;
    DOC-032, DOC-033 an option or a section of prose that the kind does not have.
    """
    require_permission(by, "documents.write", region.pk, region.name)
    hold_drafting(kind, region, period)
    draft = _standing_draft(by, kind, region, period, options or {})
    last = documents.find_version(by, draft) if draft else None
    options = _as_stored(options) if options is not None else last.options if last else {}
    prose = _as_stored(prose) if prose is not None else last.prose if last else {}
    asked = kinds.find_kind(kind, region, period)
    kinds.check_keys(asked, options, prose)
    made = compose_document(by, asked, region, period, options, prose)
    if draft is None:
        draft = Document.objects.create(kind=kind, region=region, period=period, title=made.title, by=by.key)
    elif draft.title != made.title:
        draft.title = made.title
        draft.save(update_fields=["title"])
    if last is None or last.html != made.html or (last.options, last.prose) != (options, prose):
        _keep_style(asked)
        _append(
            by,
            document=draft,
            made=made,
            options=options,
            prose=prose,
            reason=reason,
            act="documents.draft" if last is None else "documents.revise",
        )
    return draft


def _standing_draft(by: Actor, kind: str, region: Region, period: str, options: dict[str, Any]) -> Document | None:
    """The draft that would be written anew; of a kind that has papers apart, the one with the same option."""
    drafts = Document.objects.select_for_update().filter(kind=kind, region=region, period=period, state=Document.DRAFT)
    if not (apart := kinds.find_kind(kind).apart):
        return drafts.first()
    return next(
        (one for one in drafts if documents.find_version(by, one).options.get(apart) == options.get(apart)), None
    )


def _as_stored(data: dict[str, Any]) -> dict[str, Any]:
    """As it will be read back: a date of place.yaml becomes text now, not only after a round through the database."""
    stored: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return stored


def _keep_style(kind: DocumentKind) -> None:
    """The exact bytes of the style that a paper is written by, once each."""
    if kind.content:
        copy = StyleCopy(digest=kind.digest, file=kind.file, content=kind.content)
        StyleCopy.objects.bulk_create([copy], ignore_conflicts=True)


def _append(
    by: Actor,
    document: Document,
    made: ComposedText,
    options: dict[str, Any],
    prose: dict[str, Any],
    reason: str,
    act: str,
) -> Version:
    warnings = [*made.reminders, *checks.check_text(by, made.html, made.cited), *remind_of(made.html)]
    version = Version.objects.create(
        document=document,
        region=document.region,
        serial=document.versions.count() + 1,
        html=made.html,
        html_digest=text_digest(made.html),
        options=options,
        prose=prose,
        figures=made.figures,
        figures_digest=made.figures_digest,
        books=made.books,
        template_digest=made.template_digest,
        warnings=[warning.as_dict() for warning in warnings],
        reason=reason,
        by=by.key,
    )
    _record(act, document, version, reason)
    return version


def _record(act: str, document: Document, version: Version, reason: str) -> None:
    after = {"version": version.serial, "figures": version.figures_digest, "books": [book.get("digest", "") for book in version.books],
             "template": version.template_digest}  # fmt: skip
    trail.describe(
        act=act, obj=document, after=after, reason=reason, region_id=document.region_id, digest=version.html_digest
    )


@transaction.atomic
@trail.act("documents.sign_off")
def sign_off_document(*, by: Actor, document: Document, on: datetime.date, reason: str = "") -> Document:
    """签发: the text stands as it is.

    Refused: DOC-022, DOC-024 for what its layout needs and nobody gave; DOC-035, DOC-037 for what the writer wrote and is not printed whole;
    DOC-195 while remarks wait for an answer; DOC-021 while figures have changed since it was written (a reason passes it).
    """
    version = documents.find_version(by, document)
    if problems := [*missing_parts(document, version), *_unsettled(version), *_unanswered(by, document)]:
        raise Refused(*problems)
    _fresh(by, document, reason, "签发")
    move(
        document,
        "sign_off",
        by=by,
        on=on,
        reason=reason,
        because={"version": version.serial, "html": version.html_digest},
    )
    return document


@transaction.atomic
@trail.act("documents.send_back")
def send_document_back(*, by: Actor, document: Document, on: datetime.date, reason: str) -> Document:
    """退回修改: a signed text that is not issued becomes a draft again."""
    move(document, "return", by=by, on=on, reason=reason)
    return document


@transaction.atomic
@trail.act("documents.issue")
def issue_document(*, by: Actor, document: Document, number: str, on: datetime.date, reason: str = "") -> Document:
    """印发: 文号, date and digests together. The signed text is not written again, only its number and date are put in.

    A number of the form 代字〔年份〕顺序号 is printed as the standard has it, whatever brackets were typed, and stands in the register of 文号.

    Refused: DOC-020 the number is used or blank; DOC-041 it was explained as one that no paper here has;
    DOC-021 figures changed since the signature (a reason passes it); DOC-022 上行文 without 签发人; what a gate of a room says; STATE-001.
    """
    parts = parse_number(number)
    number = parts.text if parts else number.strip()
    version = documents.find_version(by, document)
    problems = []
    if not number:
        problems.append(Problem("DOC-020", f"公文 {document}", "没有文号。", "请填写文号，例如“×保办字〔2022〕1号”。"))
    elif parts and (taken := taken_problem(by, document.region, parts)):
        problems.append(taken)
    elif used := Document.objects.filter(region=document.region, number=number).first():
        problems.append(
            Problem("DOC-020", f"文号“{number}”", f"已用于《{used.title}》。", "请核对发文登记，换一个文号。")
        )
    if kinds.kind_behind(version).upward and not markup.find_by_class(markup.parse_article(version.html), "signatory"):
        problems.append(
            Problem(
                "DOC-022",
                f"公文 {document}",
                "上行文没有签发人。",
                "请在文书的选项里填写 signatories 后重新拟稿、签发。",
            )
        )
    if problems:
        raise Refused(*problems)
    for gate in registry.fetch_hooks("gates"):
        gate(by, document, on)
    _fresh(by, document, reason, "印发")
    filled = markup.fill_number_and_date(version.html, number, on)
    because = {"number": number, "date": on, "figures": version.figures_digest}
    move(document, "issue", by=by, on=on, reason=reason, because=because)
    try:
        with transaction.atomic():
            Document.objects.filter(pk=document.pk).update(number=number, issued_on=on)
    except IntegrityError:
        raise Refused(
            Problem("DOC-020", f"文号“{number}”", "刚刚被另一份公文用了。", "请核对发文登记，换一个文号。")
        ) from None
    document.number, document.issued_on = number, on
    if parts:
        take_number(by, document, parts, on)
    same = ("options", "prose", "figures", "figures_digest", "books", "template_digest", "warnings", "region")
    issued = Version.objects.create(
        document=document, serial=version.serial + 1, html=filled, html_digest=text_digest(filled), reason=reason, by=by.key,
        **{name: getattr(version, name) for name in same},
    )  # fmt: skip
    settle_correction(by, document, on)
    _record("documents.issue", document, issued, reason)
    return document


@transaction.atomic
@trail.act("documents.withdraw")
def withdraw_document(*, by: Actor, document: Document, on: datetime.date, reason: str) -> Document:
    """撤回 an issued document. Its number stays used and its text stays readable. The reason must not be blank."""
    if not reason.strip():
        raise Refused(Problem("DOC-023", f"公文 {document}", "没有写明撤回的缘由。", "请填写缘由，它会留在记录里。"))
    move(document, "withdraw", by=by, on=on, reason=reason)
    return document


PARTS = {"organs": "发文机关", "addressee": "主送机关", "signatories": "签发人"}


def missing_parts(document: Document, version: Version) -> list[Problem]:
    """What the layout of this kind needs and the document does not have: DOC-024, of an upward one without 签发人 DOC-022."""
    kind = kinds.kind_behind(version)
    problems = []
    for name in (*kind.needs, *(("signatories",) if kind.upward else ())):
        given = version.options.get(name) or ""
        texts = [given] if isinstance(given, str) else given
        if not any(str(text).strip() for text in texts):
            code, what = (
                ("DOC-022", "上行文没有签发人。") if name == "signatories" else ("DOC-024", f"没有{PARTS[name]}。")
            )
            fix = f"请在公文页的“改稿”里填写{PARTS[name]}（或写进选项 {name}），改稿以后再签发。"
            problems.append(Problem(code, Place.of(f"公文《{document.title}》", PARTS[name]), what, fix))
    return problems


def _unsettled(version: Version) -> list[Problem]:
    """What the writer was reminded of at the writing and has not settled."""
    return [
        Problem(one["code"], one["where"], one["what"], one["fix"])
        for one in version.warnings
        if one["code"] in finishing.UNSETTLED
    ]


def _unanswered(by: Actor, document: Document) -> list[Problem]:
    """Remarks that nobody answered: nothing that was said is passed over in silence."""
    waiting = [one for one in remarks.list_remarks(by, document) if one.taken is None]
    if not waiting:
        return []
    what = f"还有{len(waiting)}条意见没有答复：{'、'.join(dict.fromkeys(one.where for one in waiting))[:200]}。"
    return [Problem("DOC-195", f"公文《{document.title}》", what, "请在“各方意见”里逐条答复采纳不采纳，再签发。")]


def _fresh(by: Actor, document: Document, reason: str, act: str) -> None:
    """A reminder, once, before an act on a text whose figures have changed."""
    if reason.strip() or not (old := stale.stale_sentences(by, document)):
        return
    told = "；".join(f"{one.where}：{one.told}" for one in old[:5]) + ("" if len(old) <= 5 else f"；等 {len(old)} 处")
    raise Refused(
        Problem(
            "DOC-021",
            f"公文 {document}",
            f"成稿后数字有变化，{told}。",
            f"请重新拟稿；确须按原稿{act}的，写明理由再办。",
            ASK,
        )
    )
