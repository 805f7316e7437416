"""文书样式 of an office: drafted, checked like a file, published by a second person, withdrawn. A draft that will not do is not stored."""

import hashlib
from datetime import date

from django.db import transaction
from django.utils import timezone

from anju.core.database import cache
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.states import move
from anju.core.trail import trail
from anju.documents.models import OfficeStyle
from anju.documents.queries import styles
from anju.documents.reminders import announce_style
from anju.documents.styles.language.schema import Style
from anju.documents.text.numbering import parse_number
from anju.problems import Place, Problem, Refused, length_problems

STYLE = "documents.style"
TAKEN = ("kind", "name", "text", "valid_from", "valid_until", "digest", "drafted_by", "drafted_at")
LONGEST = {"name": 100, "reason": 400, "number": 60}


@transaction.atomic
@trail.act("documents.draft_style")
def draft_style(*, by: Actor, region: Region, text: str) -> OfficeStyle:
    """A new draft for that region. Refused with every problem of the text (DOC-070 to DOC-075, DOC-150, DOC-151), each with its line."""
    require_permission(by, STYLE, region.pk, region.name)
    text = text.replace("\r\n", "\n")
    read = styles.check_style_text(by, region, text)
    draft = OfficeStyle(region=region, authors=[by.key])
    _take(draft, by, read, text)
    draft.save()
    trail.describe(obj=draft, region_id=region.pk, after=_told(draft), digest=draft.digest)
    return draft


@transaction.atomic
@trail.act("documents.revise_style")
def revise_style(*, by: Actor, style_id: int, text: str, opened: str = "") -> OfficeStyle:
    """The draft with another text; the same text again changes nothing.

    opened: the digest of the text that was changed; DOC-154 when somebody changed it meanwhile. Refused as `draft_style`; STATE-001 of what is no draft.
    """
    draft = _held(by, style_id, STYLE)
    text = text.replace("\r\n", "\n")
    if draft.state != OfficeStyle.DRAFT:
        what = f"现为“{draft.state_text}”，不能修改；可能别人已先办理。"
        raise Refused(Problem("STATE-001", f"文书样式 {draft}", what, "要改请先退回修改，或照它另起一稿。"))
    if text == draft.text:
        return draft
    if opened and opened != draft.digest:
        what = "您打开以后别人又改过，没有保存。"
        raise Refused(Problem("DOC-154", f"文书样式 {draft}", what, "请在另一页打开最新的一稿，把您改的写进去再保存。"))
    before = _told(draft)
    _take(draft, by, styles.check_style_text(by, draft.region, text), text)
    draft.authors = sorted({*draft.authors, by.key})
    draft.save(update_fields=["authors", *TAKEN])
    trail.describe(obj=draft, region_id=draft.region_id, before=before, after=_told(draft), digest=draft.digest)
    return draft


@transaction.atomic
@trail.act("documents.submit_style")
def submit_style(*, by: Actor, style_id: int, on: date) -> OfficeStyle:
    """提交发布: as it stands, once more checked."""
    style = _held(by, style_id, STYLE)
    styles.check_style_text(by, style.region, style.text)
    move(style, "submit_style", by=by, on=on, because={"digest": style.digest})
    announce_style(by, style)
    return style


@transaction.atomic
@trail.act("documents.return_style")
def return_style(*, by: Actor, style_id: int, on: date, reason: str = "") -> OfficeStyle:
    """退回修改, or taken back by who submitted it."""
    style = _held(by, style_id, STYLE)
    move(style, "return_style", by=by, on=on, reason=_reason(style, reason))
    _keep(style, reason=_reason(style, reason))
    announce_style(by, style)
    return style


@transaction.atomic
@trail.act("documents.publish_style")
def publish_style(*, by: Actor, style_id: int, number: str, dated: date, on: date, opened: str = "") -> OfficeStyle:
    """发布, by somebody who did not write at it, under the 文号 and date of the paper that sets it. From now on papers are written by it.

    opened: the digest of the text that was looked at; DOC-154 when it was taken back, changed and submitted again meanwhile.
    Refused: DOC-152 to who wrote at it, DOC-153 without a 文号 or with a date to come; as `draft_style` when its text will not do any more.
    """
    style = _held(by, style_id, "documents.publish_style")
    if style.state == OfficeStyle.SUBMITTED and opened not in ("", style.digest):
        what = "您打开以后退回改过、又提交了，没有发布。"
        raise Refused(Problem("DOC-154", f"文书样式 {style}", what, "请把现在的一稿从头看过再发布。"))
    styles.check_style_text(by, style.region, style.text)
    problems = []
    if by.key in style.authors and style.state == OfficeStyle.SUBMITTED:
        fix = "请另一位有权发布的人员核对后发布。"
        problems.append(Problem("DOC-152", f"文书样式 {style}", "是您自己起草或改过的，不能由您发布。", fix))
    parts = parse_number(number)
    number = parts.text if parts else number.strip()
    if not 0 < len(number) <= LONGEST["number"]:
        what = "没有写。" if not number else f"最多 {LONGEST['number']} 个字。"
        fix = "请写规定这种写法的文件的文号，例如“×保办字〔2022〕1号”。"
        problems.append(Problem("DOC-153", Place.of(f"文书样式 {style}", "文号"), what, fix))
    if dated > on:
        fix = "请写文件印发的日期。"
        problems.append(Problem("DOC-153", Place.of(f"文书样式 {style}", "文件日期"), f"{dated} 还没有到。", fix))
    if problems:
        raise Refused(*problems)
    _keep(style, number=number, dated=dated, published_by=by.key, published_at=timezone.now())
    move(style, "publish_style", by=by, on=on, because={"number": number, "dated": dated, "digest": style.digest})
    cache.reset_cache()
    announce_style(by, style)
    return style


@transaction.atomic
@trail.act("documents.withdraw_style")
def withdraw_style(*, by: Actor, style_id: int, on: date, reason: str) -> OfficeStyle:
    """废止: papers are written by what was in force before it. Refused DOC-155 without the reason."""
    style = _held(by, style_id, "documents.publish_style")
    if not reason.strip():
        where = Place.of(f"文书样式 {style}", "废止的理由")
        raise Refused(Problem("DOC-155", where, "没有写。", "请写明理由，它会留在记录里。"))
    move(style, "withdraw_style", by=by, on=on, reason=_reason(style, reason))
    cache.reset_cache()
    _keep(style, reason=_reason(style, reason))
    return style


@transaction.atomic
@trail.act("documents.drop_style")
def drop_style(*, by: Actor, style_id: int, on: date) -> OfficeStyle:
    """A draft that nobody wants any more."""
    style = _held(by, style_id, STYLE)
    move(style, "drop_style", by=by, on=on)
    return style


def _held(by: Actor, style_id: int, permission: str) -> OfficeStyle:
    """The style, held until the act is done. OfficeStyle.DoesNotExist outside of the user's regions."""
    style = styles.own_styles(by).select_for_update(of=("self",)).get(pk=style_id)
    require_permission(by, permission, style.region_id, style.region.name)
    return style


def _take(style: OfficeStyle, by: Actor, read: Style, text: str) -> None:
    style.kind, style.name, style.text = read.code, read.name, text
    style.valid_from, style.valid_until = read.applies_from, read.applies_until
    style.digest = hashlib.sha256(text.encode()).hexdigest()
    style.drafted_by, style.drafted_at = by.key, timezone.now()


def _keep(style: OfficeStyle, **values: object) -> None:
    for name, value in values.items():
        setattr(style, name, value)
    style.save(update_fields=list(values))


def _reason(style: OfficeStyle, reason: str) -> str:
    """As it is kept. Refused DOC-155 what is longer."""
    if problems := length_problems("DOC-155", Place.of(f"文书样式 {style}", "理由"), reason, LONGEST["reason"]):
        raise Refused(*problems)
    return reason.strip()


def _told(style: OfficeStyle) -> dict[str, object]:
    return {
        "kind": style.kind,
        "name": style.name,
        "from": style.valid_from,
        "until": style.valid_until,
        "digest": style.digest,
    }
