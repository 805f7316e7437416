"""Official documents and what they said at each writing."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.states import Move, States


class Document(models.Model):
    """A document (公文): draft, signed, issued. Its text is in its versions; number and date come with the issue."""

    DRAFT, SIGNED, ISSUED, WITHDRAWN = "draft", "signed", "issued", "withdrawn"
    STATES = States(
        Move("sign_off", DRAFT, SIGNED, permission="documents.sign", label="签发"),
        Move("return", SIGNED, DRAFT, permission="documents.sign", label="退回修改"),
        Move("issue", SIGNED, ISSUED, permission="documents.issue", label="印发"),
        Move("withdraw", ISSUED, WITHDRAWN, permission="documents.sign", label="撤回"),
        labels={DRAFT: "草稿", SIGNED: "已签发", ISSUED: "已印发", WITHDRAWN: "已撤回"},
    )

    kind = models.CharField("文种", max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    period = models.CharField("期间", max_length=10)
    title = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=10, default=DRAFT, choices=list(STATES.labels.items()))
    number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("印发日期", null=True)
    by = models.CharField("拟稿", max_length=64)
    at = models.DateTimeField("拟稿时间", db_default=Now())

    class Meta:
        verbose_name = "公文"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], condition=~Q(number=""), name="a_number_is_used_once"),
            models.CheckConstraint(
                condition=Q(number="", issued_on__isnull=True) | (~Q(number="") & Q(issued_on__isnull=False)),
                name="number_and_date_come_together",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"《{self.title}》"

    def get_absolute_url(self) -> str:
        return path_of("documents:document", self.pk)

    @property
    def state_text(self) -> str:
        return self.STATES.label(self.state)


class Version(models.Model):
    """What the document said at one writing, with the digests of all it was made of. Append-only.

    figures: [{ref, text, observations, where, sentence}] as printed. books: digests of the rulebooks. warnings: the word checks' reminders.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    serial = models.IntegerField("次")
    html = models.TextField()
    options = models.JSONField(default=dict)
    prose = models.JSONField(default=dict)
    figures = models.JSONField(default=list)
    figures_digest = models.CharField(max_length=64)
    books = models.JSONField(default=list)
    template_digest = models.CharField(max_length=64)
    html_digest = models.CharField(max_length=64)
    warnings = models.JSONField(default=list)
    reason = models.CharField("缘由", max_length=400, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "公文版本"
        ordering = ["document", "-serial"]
        constraints = [models.UniqueConstraint(fields=["document", "serial"], name="one_version_per_serial")]

    def __str__(self) -> str:
        return f"第{self.serial}稿"


class AskedTable(models.Model):
    """A table that somebody asked for (临时取数), kept for next time by its office. It holds no number: it is filled anew whenever it is opened.

    pasted: the head as it came from Excel. picks: what a person confirmed of it (anju/documents/asking). organisation: NULL for one that was
    kept at the machine itself.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="机构")
    name = models.CharField("名称", max_length=100)
    period = models.CharField("期间", max_length=10)
    pasted = models.TextField("表头")
    picks = models.JSONField(default=dict)
    by = models.CharField("取数人", max_length=64)
    at = models.DateTimeField("取数时间", db_default=Now())
    dropped_at = models.DateTimeField("不再保留", null=True)

    class Meta:
        verbose_name = "临时取数"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "region", "name"],
                condition=Q(dropped_at__isnull=True),
                nulls_distinct=False,
                name="one_asked_table_per_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("documents:table", self.pk)
