"""Quota documents (指标文件) and their lines: one number with as many lines as it has sources, subjects, purposes and receivers.

A line that hands on names the line that it is taken from, so money is a tree from the first receipt to the project. Amounts are in 分.
Append-only, but for what is stamped later: who confirmed a document or why it is void (作废), and on which day a line was received.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from anju.core.models.file import File
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of


class QuotaDocument(models.Model):
    """A numbered paper of a finance office. region: whose ledger it stands in: who received it from above, or who gave it.

    known: how it is known. The competent office signed in and entered it, its export was read in, it was entered by others from the paper with
    its scan (which a second person confirms), or it stood when the ledger began.
    follows: of a formal quota (正式下达), the advance notice (提前下达) that it completes.
    """

    class Way(models.TextChoices):
        RECEIVED = "received", "上级下达"
        GIVEN = "given", "向下下达"
        ASSIGNED = "assigned", "落实到项目"
        RECALLED = "recalled", "收回、上缴"

    class Stage(models.TextChoices):
        WHOLE = "whole", "一次下达"
        ADVANCE = "advance", "提前下达"
        FORMAL = "formal", "正式下达"

    class Known(models.TextChoices):
        REGISTERED = "registered", "登记"
        IMPORTED = "imported", "导入"
        PAPER = "paper", "来文登记"
        OPENING = "opening", "期初"

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划", db_index=False)
    way = models.CharField("方向", max_length=8, choices=Way)
    stage = models.CharField("下达方式", max_length=8, choices=Stage)
    number = models.CharField("文号", max_length=80)
    title = models.CharField("标题", max_length=200)
    issuer = models.CharField("发文机关", max_length=80)
    dated = models.DateField("落款日期")
    budget_year = models.SmallIntegerField("预算年度")
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="提前下达的文件")
    known = models.CharField("怎么知道的", max_length=10, choices=Known)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="扫描件")
    by = models.CharField(max_length=64)
    by_name = models.CharField("登记人", max_length=80)
    at = models.DateTimeField("登记时间", db_default=Now())
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_name = models.CharField("确认人", max_length=80, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    voided_at = models.DateTimeField("作废时间", null=True)
    voided_name = models.CharField("作废人", max_length=80, blank=True)
    void_reason = models.CharField("作废原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "指标文件"
        ordering = ["-dated", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "number", "way"], condition=Q(voided_at__isnull=True), name="quota_document_once"
            ),
            models.CheckConstraint(
                condition=~Q(known="paper") | Q(file__isnull=False), name="quota_paper_has_its_scan"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | ~Q(confirmed_by=F("by")), name="quota_confirmed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return path_of("funds:document", self.pk)

    @property
    def waits(self) -> bool:
        """Does it still wait for a second person (待确认)?"""
        return self.known == self.Known.PAPER and self.confirmed_at is None and self.voided_at is None


class QuotaLine(models.Model):
    """One amount of a quota document, for one receiver. region: who receives it; of what is assigned, its own.

    whole, already: of a formal quota, 全年额度 and 已提前 as the paper states them; amount is 本次.
    taken_from: the line of a higher level, or of one's own, that it is taken from; none where the money comes from outside of the ledger.
    item: of what is assigned, the number of the project in its ledger (LEDGER of catalogue.py), with its name of that day.
    received_on: the day stamped at the receiving level; None: not yet.
    """

    document = models.ForeignKey(QuotaDocument, models.PROTECT, related_name="lines", verbose_name="指标文件")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="接收", db_index=False)
    unit = models.CharField("用款单位", max_length=80, blank=True)
    source = models.CharField("来源", max_length=20)
    subject = models.CharField("支出科目", max_length=7)
    purpose = models.CharField("用途", max_length=20)
    item = models.BigIntegerField("项目", null=True)
    item_label = models.CharField("项目名称", max_length=120, blank=True)
    direct = models.CharField("直达标识", max_length=2, blank=True, help_text="随指标走到底，不变")
    amount = models.BigIntegerField("金额", help_text="分；正式下达的是本次")
    whole = models.BigIntegerField("全年额度", null=True, help_text="分")
    already = models.BigIntegerField("已提前", null=True, help_text="分")
    taken_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", verbose_name="从哪一笔")
    received_on = models.DateField("收到日期", null=True)
    received_by = models.CharField("签收人", max_length=80, blank=True)

    class Meta:
        verbose_name = "指标"
        ordering = ["document_id", "id"]
        indexes = [models.Index(fields=["region", "document"], name="quota_line_by_region")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="quota_line_is_positive"),
            models.CheckConstraint(
                condition=Q(whole__isnull=True, already__isnull=True) | Q(whole=F("already") + F("amount")),
                name="quota_whole_is_already_and_this",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(taken_from__isnull=False),
                name="quota_of_an_item_is_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document.number} {self.region.name}"


class QuotaRecall(models.Model):
    """So much of a line went back to where it was taken from (收回、上缴): out of the ledger where it came from outside.

    region: of the line. Amounts in 分, never more than was left of it.
    """

    document = models.ForeignKey(QuotaDocument, models.PROTECT, related_name="recalls", verbose_name="指标文件")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    line = models.ForeignKey(QuotaLine, models.PROTECT, related_name="recalls", verbose_name="哪一笔")
    amount = models.BigIntegerField("金额", help_text="分")

    class Meta:
        verbose_name = "收回、上缴"
        ordering = ["document_id", "id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="quota_recall_is_positive")]

    def __str__(self) -> str:
        return f"{self.document.number} {self.line}"
