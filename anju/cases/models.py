"""Cases of close-out ledgers."""

from django.db import models
from django.db.models import Q

from anju.cases.kinds import CLOSED, OPEN, kind_of, kinds
from anju.core.models.file import File
from anju.core.models.region import Region
from anju.core.states import States


class Case(models.Model):
    """A case (台账条目): one thing that must be put right, from the day it is entered (列入) until it is closed out (销号).

    What it is about is said by kind, key and text. The room of its ledger has a row of its own for it, with the real foreign key.
    States, permissions and names are those of its kind (cases/kinds.py).
    """

    OPEN, CLOSED = OPEN, CLOSED

    kind = models.CharField("类别", max_length=40)
    ledger = models.CharField("台账", max_length=40, blank=True, help_text="一类有几本台账的，是哪一本")
    subject_kind = models.CharField("对象类型", max_length=40)
    subject_key = models.CharField("对象编号", max_length=64)
    text = models.CharField("对象名称", max_length=300, help_text="列入时的名称")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    state = models.CharField("状态", max_length=20, default=OPEN)
    opened_on = models.DateField("列入日期")
    facts = models.JSONField("列入时的事实", default=dict)
    reason = models.TextField("原因", blank=True)
    reported_on = models.DateField("报告本级政府日期", null=True)
    report_number = models.CharField("报告文号", max_length=80, blank=True)
    consented_on = models.DateField("政府同意日期", null=True)
    consent_number = models.CharField("同意文号", max_length=80, blank=True)
    closed_on = models.DateField("销号日期", null=True)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="佐证")
    handled_by = models.CharField("最近经办人", max_length=64, blank=True, help_text="以前列入的没有记")

    class Meta:
        verbose_name = "台账条目"
        ordering = ["region_id", "opened_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_key", "kind", "ledger"],
                condition=~Q(state=CLOSED),
                name="one_open_case_per_ledger",
            )
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.ledger}".rstrip()

    @property
    def STATES(self) -> States:
        return kind_of(self.kind).states

    @property
    def state_label(self) -> str:
        """As its kind calls it; the code itself when the room that brought the kind is gone."""
        kind = kinds().get(self.kind)
        return kind.states.label(self.state) if kind else self.state

    @property
    def ledger_label(self) -> str:
        kind = kinds().get(self.kind)
        return kind.ledgers().get(self.ledger, self.ledger) if kind else self.ledger

    @property
    def full_name(self) -> str:
        """What people call it in a problem and in the trail."""
        return f"{kind_of(self.kind).label} {self.text} {self.ledger_label}".rstrip()
