"""Official documents and what they said at each writing."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from anju.core.models.file import File
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


class StyleCopy(models.Model):
    """The exact bytes of a style that some paper was written by (`Version.template_digest`): it can be computed anew after the style has changed."""

    digest = models.CharField("摘要", primary_key=True, max_length=64)
    file = models.CharField("文件", max_length=200)
    content = models.BinaryField("原文")

    class Meta:
        verbose_name = "文书样式存本"

    def __str__(self) -> str:
        return self.file


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


class BoundPaper(models.Model):
    """A paper of an office, as it was read, each of its numbers held against the ledger (绑定): what a style is made of.

    paper, proposals, answers: as anju/documents/binding/storing.py keeps them; answers: number → what a person said of it. digest: of the file.
    organisation: NULL for one that was read at the machine itself.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="机构")
    name = models.CharField("文件名", max_length=200)
    title = models.CharField("标题", max_length=300)
    period = models.CharField("期间", max_length=10)
    digest = models.CharField(max_length=64)
    paper = models.JSONField()
    proposals = models.JSONField()
    answers = models.JSONField(default=dict)
    by = models.CharField("上传", max_length=64)
    at = models.DateTimeField("上传时间", db_default=Now())
    dropped_at = models.DateTimeField("不再保留", null=True)

    class Meta:
        verbose_name = "公文绑定"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title or self.name

    def get_absolute_url(self) -> str:
        return path_of("documents:binding", self.pk)


class DocumentNumber(models.Model):
    """A 文号 that is in use (占用), by the code of an organ and the year: of a paper issued here, of one issued elsewhere, kept for one to come, or
    left out (空号) and said why. What no row has below the highest is a gap that nobody has explained.
    """

    RESERVED, USED, OUTSIDE, VOID = "reserved", "used", "outside", "void"
    STATES = States(
        Move("use_number", RESERVED, USED, permission="documents.issue", label="用于印发"),
        Move("void_number", RESERVED, VOID, permission="documents.number", label="作空号"),
        labels={RESERVED: "预留", USED: "已用", OUTSIDE: "系统外使用", VOID: "空号"},
    )

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    code = models.CharField("发文机关代字", max_length=50)
    year = models.IntegerField("年份")
    serial = models.IntegerField("顺序号")
    state = models.CharField("状态", max_length=10, choices=list(STATES.labels.items()))
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+", verbose_name="公文")
    reason = models.CharField("说明", max_length=200, blank=True)
    by = models.CharField("登记人", max_length=64)
    at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = "文号"
        ordering = ["region_id", "code", "-year", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["region", "code", "year", "serial"], name="a_serial_is_taken_once"),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | ~Q(state="used"),
                name="a_used_number_has_its_paper",
            ),
            models.CheckConstraint(condition=Q(state="used") | ~Q(reason=""), name="an_unused_number_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.code}〔{self.year}〕{self.serial}号"

    @property
    def state_text(self) -> str:
        return self.STATES.label(self.state)


class Correction(models.Model):
    """更正: figures of an issued paper changed afterwards. Proposed to the publisher, who has a correction paper drafted and issued or says why
    there is to be none. original and document are kept beside each other for ever.

    differences: [{where, old, new, figures: [[ref, old, new]]}] between what was printed and what the ledger says; digest: of them.
    """

    PROPOSED, DRAFTED, ISSUED, DISMISSED, LAPSED = "proposed", "drafted", "issued", "dismissed", "lapsed"
    STATES = States(
        Move("draft_correction", PROPOSED, DRAFTED, permission="documents.correct", label="起草更正通报"),
        Move("issue_correction", DRAFTED, ISSUED, permission="documents.issue", label="印发更正通报"),
        Move("dismiss_correction", PROPOSED, DISMISSED, permission="documents.correct", label="不更正"),
        Move("lapse_correction", PROPOSED, LAPSED, permission="documents.correct", label="不再有变化"),
        labels={PROPOSED: "建议更正", DRAFTED: "更正稿已起草", ISSUED: "已更正", DISMISSED: "不更正", LAPSED: "不再有变化"},
    )  # fmt: skip

    original = models.ForeignKey(Document, models.PROTECT, related_name="corrections", verbose_name="原件")
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="correction_of", verbose_name="更正通报"
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    state = models.CharField("状态", max_length=10, default=PROPOSED, choices=list(STATES.labels.items()))
    differences = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    reason = models.CharField("理由", max_length=400, blank=True)
    by = models.CharField("经办", max_length=64)
    at = models.DateTimeField("提出时间", db_default=Now())

    class Meta:
        verbose_name = "更正"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["original"], condition=Q(state__in=["proposed", "drafted"]), name="one_open_correction"
            ),
        ]

    def __str__(self) -> str:
        return f"更正{self.original}"


class Remark(models.Model):
    """What somebody says of a sentence of a draft (意见), and what the drafter made of it. serial: of the version that they read; where and
    sentence: as it stood there. taken: None until it is answered.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="remarks")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    serial = models.IntegerField("第几稿")
    where = models.TextField("位置")
    sentence = models.TextField("原句")
    text = models.TextField("意见")
    by = models.CharField(max_length=64)
    by_name = models.CharField("提出人", max_length=80)
    at = models.DateTimeField("时间", db_default=Now())
    taken = models.BooleanField("采纳", null=True)
    answer = models.TextField("答复", blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_name = models.CharField("答复人", max_length=80, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "公文意见"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"对{self.document}{self.where}的意见"

    @property
    def state_text(self) -> str:
        return {None: "待答复", True: "已采纳", False: "未采纳"}[self.taken]


class SealedScan(models.Model):
    """The sealed scan of a paper (用印扫描件) beside the text it was signed as. digest: of that text.

    has_text: the file has a text layer that was compared. missing: [{where, text}] that the layer does not say. Whoever compared the rest with
    their eyes confirms it, once.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="scans")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    has_text = models.BooleanField("有文字层")
    missing = models.JSONField(default=list)
    note = models.CharField("说明", max_length=400, blank=True)
    confirmed_by = models.CharField("核对人", max_length=64, blank=True)
    confirmed_at = models.DateTimeField("核对时间", null=True)
    by = models.CharField("上传", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = "用印扫描件"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.document}的扫描件"

    @property
    def verdict(self) -> str:
        """What a list says of it."""
        if self.confirmed_at is not None:
            return "已核对"
        if not self.has_text:
            return "没有文字层，请对照核对"
        return f"{len(self.missing)}处与原文不符" if self.missing else "文字逐句相符"


class Delivery(models.Model):
    """An issued paper sent to a unit (送达), which signs for it (签收). A unit below does not see the paper itself, so the text stands here too.

    region, organisation: the receiver's.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="deliveries", verbose_name="公文")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="收文单位")
    title = models.CharField("标题", max_length=200)
    number = models.CharField("文号", max_length=60)
    issued_on = models.DateField("印发日期")
    html = models.TextField()
    sent_by = models.CharField("发送人", max_length=64)
    sent_at = models.DateTimeField("发送时间", db_default=Now())
    received_by = models.CharField(max_length=64, blank=True)
    received_name = models.CharField("签收人", max_length=80, blank=True)
    received_at = models.DateTimeField("签收时间", null=True)

    class Meta:
        verbose_name = "送达"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["document", "organisation"], name="sent_once_to_each")]

    def __str__(self) -> str:
        return f"{self.number}《{self.title}》"

    def get_absolute_url(self) -> str:
        return path_of("documents:delivery", self.pk)


class OfficeStyle(models.Model):
    """文书样式 of an office (docs/styles.md), in which only a published one counts: one person drafts it, another publishes it under a 文号.

    kind, name, valid_from, valid_until: as its text says. digest: of the text's UTF-8. authors: whoever wrote at it, none of whom publishes it.
    Of several published ones of a kind and region the one published last counts while it is valid.
    """

    DRAFT, SUBMITTED, PUBLISHED, WITHDRAWN, DROPPED = "draft", "submitted", "published", "withdrawn", "dropped"
    STATES = States(
        Move("submit_style", DRAFT, SUBMITTED, permission="documents.style", label="提交发布"),
        Move("return_style", SUBMITTED, DRAFT, permission="documents.style", label="退回修改"),
        Move("publish_style", SUBMITTED, PUBLISHED, permission="documents.publish_style", label="发布"),
        Move("withdraw_style", PUBLISHED, WITHDRAWN, permission="documents.publish_style", label="废止"),
        Move("drop_style", DRAFT, DROPPED, permission="documents.style", label="删去草稿"),
        labels={DRAFT: "草稿", SUBMITTED: "待发布", PUBLISHED: "已发布", WITHDRAWN: "已废止", DROPPED: "已删去"},
    )

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    kind = models.CharField("文种", max_length=60)
    name = models.CharField("名称", max_length=100)
    valid_from = models.DateField("适用起始日")
    valid_until = models.DateField("适用截止日", null=True)
    text = models.TextField("样式")
    digest = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=10, default=DRAFT, choices=list(STATES.labels.items()))
    number = models.CharField("文号", max_length=60, blank=True)
    dated = models.DateField("文件日期", null=True)
    reason = models.CharField("理由", max_length=400, blank=True)
    authors = ArrayField(models.CharField(max_length=64), default=list)
    drafted_by = models.CharField("拟稿", max_length=64)
    drafted_at = models.DateTimeField("拟稿时间", db_default=Now())
    published_by = models.CharField("发布", max_length=64, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)

    class Meta:
        verbose_name = "文书样式"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["published", "withdrawn"])
                | (~Q(number="") & ~Q(published_by="") & Q(dated__isnull=False, published_at__isnull=False)),
                name="a_published_style_says_by_what",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.name}》"

    def get_absolute_url(self) -> str:
        return path_of("documents:style", self.pk)

    @property
    def state_text(self) -> str:
        return self.STATES.label(self.state)
