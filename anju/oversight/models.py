"""What the office was reminded of; what a leader instructed (批示), and what units must answer for it (交办事项)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from anju.cases.models import Case
from anju.core.models.file import File
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of


class SentReminder(models.Model):
    """A reminder (提醒) to whoever may do an act in a region: what is due, by when. key names the thing, so that it is told once.

    organisation: only its people are told; none: all who may. done_at: it is not due any more. seen: user names of those who put it away.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    act = models.CharField("事", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    what = models.CharField("提醒", max_length=300)
    link = models.CharField(max_length=200)
    due = models.DateTimeField("期限")
    at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    seen = ArrayField(models.CharField(max_length=150), default=list)

    class Meta:
        db_table = "oversight_notice"
        verbose_name = "提醒"
        ordering = ["due", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "key"], condition=Q(done_at=None), name="notice_once")]

    def __str__(self) -> str:
        return self.what


class Instruction(models.Model):
    """A leader's instruction (批示): one source of demands. region: the leader's; what was written about is told by text and link.

    leader: whose it is; by: who entered it, the leader or the office for them. organisation: of who gave it, which closes what it demands;
    none for the machine's own operator.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="机构")
    text = models.CharField("批示", max_length=1000)
    about_text = models.CharField("针对", max_length=300)
    about_link = models.CharField(max_length=200)
    leader = models.CharField("领导", max_length=40)
    given_on = models.DateField("批示日期")
    by = models.CharField("登记人", max_length=64)
    at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = "批示"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.leader}批示：{self.text[:60]}"


class Demand(models.Model):
    """What one unit must do and answer by a day (交办事项); its state is its case's. A unit below does not see the instruction itself, so its
    words stand here too. person: who is named to see to it.
    """

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="责任单位")
    instruction = models.ForeignKey(Instruction, models.PROTECT, null=True, related_name="demands", verbose_name="批示")
    giver = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="交办机构")
    leader = models.CharField("领导", max_length=40)
    text = models.CharField("事项", max_length=1000)
    about_text = models.CharField("针对", max_length=300)
    about_link = models.CharField(max_length=200)
    person = models.CharField("责任人", max_length=40, blank=True)
    given_on = models.DateField("交办日期")
    due_on = models.DateField("期限")

    class Meta:
        verbose_name = "交办事项"
        ordering = ["due_on", "case_id"]

    def __str__(self) -> str:
        return f"{self.leader}批示：{self.text[:60]}"

    def get_absolute_url(self) -> str:
        return path_of("oversight:demand", self.pk)


class DemandStep(models.Model):
    """What was answered, asked again or closed with, in the order of time. Append-only."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "答复"
        AGAIN = "again", "请再办"
        CLOSE = "close", "办结"

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="steps")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("事", max_length=8, choices=Kind)
    text = models.CharField("说明", max_length=2000)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="佐证")
    by = models.CharField(max_length=64)
    by_name = models.CharField("办理人", max_length=80)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = "办理"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text[:60]}"
