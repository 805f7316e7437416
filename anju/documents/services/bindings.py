"""Reading a paper to bind it to the ledger; keeping what a person says of its numbers; letting it go."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.documents.binding import storing
from anju.documents.binding.proposing import ProposedFigure
from anju.documents.models import BoundPaper
from anju.documents.queries import bindings
from anju.documents.services.asked_tables import office_of
from anju.problems import Place, Problem, Refused

STYLE = "documents.style"
MOST_KEPT = 60  # of an office: papers that wait to become styles


@transaction.atomic
@trail.act("documents.bind")
def bind_paper(*, by: Actor, region: Region, period: str, name: str, content: bytes) -> BoundPaper:
    """Read a paper and keep it with what each of its numbers is taken for. period: unless its title says another.

    Refused: DOC-040, DOC-090 and READ-… as every paper of strangers; DOC-170 without a number; DOC-171 with too many; DOC-173 when too many wait.
    """
    require_permission(by, STYLE, region.pk, region.name)
    where = Place(f"公文《{name}》", file=name)
    office = office_of(by, region)
    if BoundPaper.objects.filter(region=region, organisation=office, dropped_at__isnull=True).count() >= MOST_KEPT:
        what = f"读入还没有做成样式的公文已有 {MOST_KEPT} 份。"
        raise Refused(Problem("DOC-173", where, what, "请先在列表里去掉不再要的。"))
    paper, period, proposals = bindings.read_proposed(by, region, period, name, content)
    binding = BoundPaper.objects.create(
        region=region, organisation=office, name=name[-200:], title=paper.title[:300], period=period,
        digest=hashlib.sha256(content).hexdigest(), paper=storing.store_paper(paper),
        proposals=storing.store_proposals(proposals.numbers), by=by.key,
    )  # fmt: skip
    after = {"file": binding.name, "period": period, "numbers": len(proposals.numbers)}
    trail.describe(obj=binding, region_id=region.pk, after=after, digest=binding.digest)
    return binding


@transaction.atomic
def answer_numbers(*, by: Actor, binding_id: int, answers: Mapping[int, ProposedFigure | str | None]) -> BoundPaper:
    """Keep what a person says of numbers: a figure, that it is none of the ledger's, or (None) nothing any more. It is no act: what comes of it is.

    Refused: DOC-172 a number that is not there. BoundPaper.DoesNotExist for another office's.
    """
    binding = _held(by, binding_id)
    stored: dict[str, Any] = dict(binding.answers)
    for serial, answer in answers.items():
        if str(serial) not in binding.proposals:
            raise Refused(Problem("DOC-172", f"第 {serial} 个数", "这份公文里没有。", "请刷新页面再选。"))
        if answer is None:
            stored.pop(str(serial), None)
        else:
            stored[str(serial)] = storing.store_answer(answer)
    binding.answers = stored
    binding.save(update_fields=["answers"])
    return binding


def confirm_certain(*, by: Actor, binding_id: int) -> int:
    """确定的一次确认: all that leave no doubt and were not answered yet. How many."""
    binding = _held_unlocked(by, binding_id)
    certain = bindings.certain_answers(storing.fetch_proposals(binding.proposals), binding.answers)
    answer_numbers(by=by, binding_id=binding_id, answers=certain)
    return len(certain)


@transaction.atomic
@trail.act("documents.drop_binding")
def drop_binding(*, by: Actor, binding_id: int) -> BoundPaper:
    """Keep it no longer. BoundPaper.DoesNotExist for another office's, and the second time."""
    binding = _held(by, binding_id)
    binding.dropped_at = timezone.now()
    binding.save(update_fields=["dropped_at"])
    trail.describe(obj=binding, region_id=binding.region_id)
    return binding


def _held_unlocked(by: Actor, binding_id: int) -> BoundPaper:
    binding = bindings.find_binding(by, binding_id)
    require_permission(by, STYLE, binding.region_id, binding.region.name)
    return binding


def _held(by: Actor, binding_id: int) -> BoundPaper:
    """The paper, for this transaction alone: two windows answer one after the other."""
    binding = bindings.list_bindings(by).get(pk=binding_id)
    require_permission(by, STYLE, binding.region_id, binding.region.name)
    kept = BoundPaper.objects.filter(dropped_at__isnull=True).select_for_update(of=("self",))
    return kept.select_related("region").get(pk=binding.pk)
