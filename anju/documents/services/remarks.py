"""Remarks on sentences of a draft (意见): given by who reads it, answered by who drafts it; nothing is signed while one waits."""

from django.db import transaction
from django.utils import timezone

from anju.core.people.permissions import require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.documents.base import hold_document
from anju.documents.models import Document, Remark
from anju.documents.queries import documents, remarks
from anju.documents.reminders import announce_remarks
from anju.problems import Place, Problem, Refused, length_problems

GIVE, ANSWER = "documents.remark", "documents.write"
LONGEST = 1_000  # characters


@transaction.atomic
@trail.act("documents.remark")
def give_remark(*, by: Actor, document: Document, serial: int, number: int, text: str) -> Remark:
    """Say something of a sentence of a draft. serial: of the version that was read; number: of its sentence, from 1.

    The same again, a second click, is the one that stands. Refused: DOC-190 it is no draft any more, DOC-191 no such version or sentence,
    DOC-192 nothing said or too much.
    """
    require_permission(by, GIVE, document.region_id, str(document))
    document = hold_document(by, document)
    where = f"公文《{document.title}》"
    if document.state != Document.DRAFT:
        what = f"{document.state_text}的公文不再收意见。"
        raise Refused(Problem("DOC-190", where, what, "要改的，请发布岗退回修改或起草更正通报。"))
    version = next((one for one in documents.list_versions(by, document) if one.serial == serial), None)
    sentences = remarks.list_sentences(documents.find_version(by, document, serial)) if version else []
    problems = []
    if not 0 < number <= len(sentences):
        problems.append(Problem("DOC-191", Place.of(where, "哪一句"), "没有选是哪一句。", "请从列出的句子里选一句。"))
    if not text.strip():
        problems.append(Problem("DOC-192", Place.of(where, "意见"), "没有写意见。", "请写明哪里不妥、怎样改。"))
    problems += length_problems("DOC-192", Place.of(where, "意见"), text, LONGEST)
    if problems:
        raise Refused(*problems)
    said = sentences[number - 1]
    known = {
        "document": document,
        "serial": serial,
        "where": said.where,
        "sentence": said.text,
        "text": text.strip(),
        "by": by.key,
    }
    if (standing := visible_rows(Remark.objects.filter(**known), by).first()) is not None:
        return standing
    made = Remark.objects.create(
        region=document.region, organisation_id=min(by.organisation_ids, default=None),
        by_name=signature(by, GIVE, document.region_id)[:80], **known,
    )  # fmt: skip
    trail.describe(
        obj=document, after={"where": made.where, "serial": serial}, reason=made.text, region_id=document.region_id
    )
    announce_remarks(by, document)
    return made


@transaction.atomic
@trail.act("documents.answer_remark")
def answer_remark(*, by: Actor, document: Document, remark_id: int, taken: bool | None, answer: str = "") -> Remark:
    """采纳 or not, with a reason where it is not. Again the same changes nothing.

    Refused: DOC-193 neither chosen, not taken without a reason, or too long; DOC-194 it was answered otherwise already.
    Remark.DoesNotExist when it is none of this paper's.
    """
    require_permission(by, ANSWER, document.region_id, str(document))
    held = Remark.objects.select_for_update(of=("self",)).filter(document=document)
    remark = visible_rows(held, by).get(pk=remark_id)
    where = Place.of(str(remark), "答复")
    if taken is None:
        raise Refused(Problem("DOC-193", where, "没有选采纳还是不采纳。", "请选一个；不采纳的写明理由。"))
    if not taken and not answer.strip():
        raise Refused(Problem("DOC-193", where, "不采纳没有写理由。", "请写一句理由，提意见的人看得到。"))
    if problems := length_problems("DOC-193", where, answer, LONGEST):
        raise Refused(*problems)
    if remark.taken is not None:
        if (remark.taken, remark.answer) == (taken, answer.strip()):
            return remark
        what = f"{remark.answered_name}已答复：{remark.state_text}。"
        raise Refused(Problem("DOC-194", where, what, "请刷新后看；还有话的，另提一条意见。"))
    remark.taken, remark.answer, remark.answered_by, remark.answered_at = taken, answer.strip(), by.key, timezone.now()
    remark.answered_name = signature(by, ANSWER, document.region_id)[:80]
    remark.save(update_fields=["taken", "answer", "answered_by", "answered_at", "answered_name"])
    after = {"remark": remark.pk, "taken": taken}
    trail.describe(obj=document, after=after, reason=remark.answer, region_id=document.region_id)
    announce_remarks(by, document)
    return remark
