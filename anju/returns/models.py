"""Returns (报表): what a unit reports for a period on a form, cell by cell, and what became of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from anju.core.models.file import File
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.states import Move, States
from anju.core.wording import period_title
from anju.rules.language.versions import FIRST


class Signed(models.Model):
    """What is kept with who did it and when."""

    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class Form(models.Model):
    """A version of a form (报表制度中的一张表), as its YAML says. Never changed: a new version begins on its day."""

    code = models.CharField("表号", max_length=40)
    since = models.DateField("启用日期")
    name = models.CharField("表名", max_length=120)
    digest = models.CharField(max_length=64)
    spec = models.JSONField()
    language = models.SmallIntegerField("写法版本", db_default=FIRST, help_text="算式按哪一版规则语言读")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "表式"
        ordering = ["code", "-since"]
        constraints = [models.UniqueConstraint(fields=["code", "since"], name="form_version")]

    def __str__(self) -> str:
        return self.name


class Return(models.Model):
    """One unit's return for one period on one form (填报). serial 1 is the return, later ones are its corrections (更正); all stay."""

    DRAFT, REVIEW, JOINT, HEAD, CITY, LOCKED = "draft", "review", "joint", "head", "city", "locked"
    VOID = "void"  # a correction that was begun by mistake and given up: it stays, and counts for nothing
    STATES = States(
        Move("hand_in", DRAFT, REVIEW, permission="returns.fill", label="提交审核"),
        Move("withdraw", REVIEW, DRAFT, permission="returns.fill", label="撤回修改"),
        Move("review", REVIEW, JOINT, permission="returns.review", label="审核通过，送部门联审"),
        Move("clear", JOINT, HEAD, permission="returns.review", label="联审完毕，送单位负责人"),
        Move("submit", HEAD, CITY, permission="returns.submit", label="上报市级"),
        Move("lock", CITY, LOCKED, permission="returns.lock", label="市级审定并锁定"),
        Move("return", REVIEW, DRAFT, permission="returns.review", label="退回填报"),
        Move("return", JOINT, DRAFT, permission="returns.review", label="退回填报"),
        Move("return", HEAD, DRAFT, permission="returns.submit", label="退回填报"),
        Move("return", CITY, DRAFT, permission="returns.lock", label="退回县级"),
        Move("discard", DRAFT, VOID, permission="returns.correct", label="撤销这次更正"),
        labels={
            DRAFT: "填报中", REVIEW: "待审核", JOINT: "部门联审", HEAD: "待单位负责人上报", CITY: "待市级审定", LOCKED: "已锁定", VOID: "已撤销",
        },
    )  # fmt: skip
    SUBMITTED = (CITY, LOCKED)  # what has left the unit: an auditor sees these only

    form = models.ForeignKey(Form, models.PROTECT, related_name="+", verbose_name="表式")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="填报单位")
    period = models.CharField("期间", max_length=10)
    serial = models.SmallIntegerField("次", default=1)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections", verbose_name="更正哪一次")  # fmt: skip
    reason = models.TextField("更正说明", blank=True)
    ordered_by = models.CharField("上级要求的依据", max_length=120, blank=True)
    state = models.CharField("状态", max_length=8, default=DRAFT, choices=list(STATES.labels.items()))
    cut_off = models.DateField("统计截止日")
    due = models.JSONField("各级期限", default=dict, help_text="级别 → 时刻")
    note = models.TextField("情况说明", blank=True)
    first_submitted_at = models.DateTimeField("首次上报时间", null=True)
    submitted_at = models.DateTimeField("上报时间", null=True)
    locked_at = models.DateTimeField("锁定时间", null=True)
    digest = models.CharField("锁定内容的 SHA-256", max_length=64, blank=True)
    delivered = models.BooleanField("已报送上级", default=False, db_default=False)
    by = models.CharField("建立", max_length=64)
    at = models.DateTimeField("建立时间", db_default=Now())

    class Meta:
        verbose_name = "报表"
        ordering = ["-period", "form_id", "region_id", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["region", "period", "form", "serial"], name="one_return_each"),
            models.UniqueConstraint(fields=["corrects"], condition=~Q(state="void"), name="one_correction_each"),
        ]
        indexes = [
            models.Index(fields=["region", "state"], name="return_by_state"),
            models.Index(fields=["period", "state"], name="return_by_period"),
        ]

    def __str__(self) -> str:
        return f"{self.region.name}{period_title(self.period, self.form.name)}" + (
            f"（第{self.serial - 1}次更正）" if self.serial > 1 else ""
        )

    def get_absolute_url(self) -> str:
        return path_of("returns:return", self.pk)


class Line(models.Model):
    """A row of a return (行): an item of the form's ledger, or a row that the form names."""

    ret = models.ForeignKey(Return, models.PROTECT, related_name="lines", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField("行", max_length=60)
    label = models.CharField("行名", max_length=160)
    item = models.BigIntegerField("台账中的编号", null=True, db_column="project", help_text="表式所指台账的一项")
    facts = models.JSONField("行的属性", default=dict, help_text="类型、年度等，供列的取数和汇总条件用")
    order = models.IntegerField("顺序")

    class Meta:
        verbose_name = "报表行"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["ret", "key"], name="line_once")]

    def __str__(self) -> str:
        return self.label


class Cell(models.Model):
    """What stands in a cell now. version counts its changes: who writes upon an older one is told who was faster."""

    NUMBER, TEXT = "number", "text"
    STATES = {"number": "数", "text": "文字", "unreported": "未报", "no_task": "无任务", "not_applicable": "不适用"}

    ret = models.ForeignKey(Return, models.PROTECT, related_name="cells", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    line = models.CharField("行", max_length=60)
    column = models.CharField("列", max_length=40)
    state = models.CharField("状态", max_length=14, choices=list(STATES.items()))
    value = models.BigIntegerField("数", null=True, help_text="列单位的最小单位；填报的位数见 places")
    places = models.SmallIntegerField("小数位", default=0)
    text = models.TextField("文字", blank=True)
    version = models.IntegerField("版本", default=1)
    via = models.CharField("由来", max_length=10, help_text="prefill page workbook correct")
    by = models.CharField("填报人", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = "填报数"
        constraints = [
            models.UniqueConstraint(fields=["ret", "line", "column"], name="cell_once"),
            models.CheckConstraint(
                condition=Q(state="number", value__isnull=False) | (~Q(state="number") & Q(value__isnull=True)),
                name="cell_number_has_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}·{self.column}"


class Change(models.Model):
    """One change of a cell (改动): what stood before. Append-only; a return's history is these."""

    ret = models.ForeignKey(Return, models.PROTECT, related_name="changes", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    line = models.CharField(max_length=60)
    column = models.CharField(max_length=40)
    version = models.IntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField()
    via = models.CharField(max_length=10)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "填报改动"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ret", "line", "column", "version"], name="change_once")]

    def __str__(self) -> str:
        return f"{self.line}·{self.column}（第{self.version}次）"


class LockedPage(models.Model):
    """What the page of a return said at its lock (锁定时的样子), while the ledger goes on: checks, answers, opinions. Append-only."""

    ret = models.OneToOneField(Return, models.PROTECT, related_name="locked_page")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    content = models.JSONField("内容")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "锁定时的样子"

    def __str__(self) -> str:
        return str(self.ret_id)


class Answer(Signed):
    """The answer to a check that asks (答复), or a waiver of one that blocks (豁免) by a named person, with its reason and last day."""

    ret = models.ForeignKey(Return, models.PROTECT, related_name="answers")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    check_id = models.CharField("检查", max_length=40)
    line = models.CharField("行", max_length=60, blank=True)
    said = models.CharField("当时的事实", max_length=400, help_text="检查当时说的话；事实变了，答复就不再算数")
    text = models.TextField("答复或理由")
    waiver = models.BooleanField("豁免", default=False)
    until = models.DateField("豁免到", null=True)

    class Meta:
        verbose_name = "检查答复"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(waiver=False) | Q(until__isnull=False), name="waiver_expires")
        ]

    def __str__(self) -> str:
        return self.said


class Opinion(Signed):
    """A department's opinion in the joint review (联审意见). The latest of each organisation counts. Append-only."""

    ret = models.ForeignKey(Return, models.PROTECT, related_name="opinions")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    agrees = models.BooleanField("同意")
    remark = models.TextField("意见", blank=True)
    line = models.CharField("行", max_length=60, blank=True)
    column = models.CharField("列", max_length=40, blank=True)

    class Meta:
        verbose_name = "联审意见"
        ordering = ["id"]

    def __str__(self) -> str:
        return "同意" if self.agrees else "不同意"


class Step(Signed):
    """One step of a return through its states (环节): who, when, with which remark. Append-only."""

    ret = models.ForeignKey(Return, models.PROTECT, related_name="steps")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    move = models.CharField("办理", max_length=16)
    source = models.CharField(max_length=8)
    target = models.CharField(max_length=8)
    remark = models.TextField("意见", blank=True)
    line = models.CharField("行", max_length=60, blank=True, default="", db_default="", help_text="意见所指的格")
    column = models.CharField("列", max_length=40, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "办理环节"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.move} {self.by_name}"


class Urge(Signed):
    """The city urged a unit to go on with its return (催报), begun or not. to: whose turn it was, by name. Append-only; the newest is shown."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    period = models.CharField("期间", max_length=10)
    remark = models.TextField("催报的话", blank=True)
    to = models.JSONField("送达", default=list)
    keys = models.JSONField("送达人的用户名", default=list, help_text="与 to 同序；以前的催报没有记")

    class Meta:
        verbose_name = "催报"
        ordering = ["id"]
        indexes = [models.Index(fields=["period", "region"], name="urge_by_period")]

    def __str__(self) -> str:
        return f"{self.region.name}{period_title(self.period, self.form.name)}"


class UrgeReading(models.Model):
    """Somebody who was urged opened the page on which it stands (已读): the return, or the list while none was begun. Append-only."""

    urge = models.ForeignKey(Urge, models.PROTECT, related_name="readings")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "催报已读"
        constraints = [models.UniqueConstraint(fields=["urge", "by"], name="urge_read_once")]

    def __str__(self) -> str:
        return self.by


class Receipt(models.Model):
    """A return sent to one of its receivers (报送), and what came back (回执)."""

    WAITING, SENT, RECEIVED, DIFFERS = "waiting", "sent", "received", "differs"
    STATES = States(
        Move("send", WAITING, SENT, permission="returns.receive", label="登记已报送"),
        Move("receive", SENT, RECEIVED, permission="returns.receive", label="登记回执"),
        Move("differ", SENT, DIFFERS, permission="returns.receive", label="回读不一致"),
        Move("resend", DIFFERS, SENT, permission="returns.receive", label="改正后再报送"),
        labels={WAITING: "待报送", SENT: "已报送", RECEIVED: "已有回执", DIFFERS: "回读不一致"},
    )

    ret = models.ForeignKey(Return, models.PROTECT, related_name="receipts")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    receiver = models.CharField("报送对象", max_length=30)
    state = models.CharField("状态", max_length=10, default=WAITING, choices=list(STATES.labels.items()))
    sent_at = models.DateTimeField("报送时间", null=True)
    received_at = models.DateTimeField("回执时间", null=True)
    number = models.CharField("回执编号", max_length=80, blank=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="回执或导出文件")
    differences = models.JSONField("回读差异", default=list)
    by = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "报送回执"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ret", "receiver"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.ret} → {self.receiver}"


class Paper(models.Model):
    """The sealed scan of a return (盖章扫描件), kept as proof. Append-only."""

    ret = models.ForeignKey(Return, models.PROTECT, related_name="papers")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    digest = models.CharField("盖章时报表内容的 SHA-256", max_length=64)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "盖章件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.digest[:12]


class Extension(models.Model):
    """A later deadline that a unit asks for (延期申请), granted or refused by the city with its ground. The return keeps the deadline in force."""

    ASKED, GRANTED, REFUSED = "asked", "granted", "refused"
    STATES = States(
        Move("grant", ASKED, GRANTED, permission="returns.extend", label="同意延期"),
        Move("refuse", ASKED, REFUSED, permission="returns.extend", label="不同意延期"),
        labels={ASKED: "待市级决定", GRANTED: "已同意", REFUSED: "未同意"},
    )

    ret = models.ForeignKey(Return, models.PROTECT, related_name="extensions", verbose_name="报表")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField("状态", max_length=10, default=ASKED, choices=list(STATES.labels.items()))
    until = models.DateField("延至", help_text="申请的一天；同意时市级可以改")
    reason = models.TextField("延期原因")
    ground = models.TextField("决定的理由", blank=True)
    by = models.CharField("申请人", max_length=64)
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField("申请时间", db_default=Now())
    decided_by = models.CharField("决定人", max_length=64, blank=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)

    class Meta:
        verbose_name = "延期申请"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ret"], condition=Q(state="asked"), name="one_open_extension_per_return")
        ]

    def __str__(self) -> str:
        return f"{self.ret} 延至 {self.until}"


class SetDelivery(Signed):
    """A city's returns of one form and period, sent to its superior as one set (报送上级). serial 2 and later: again, after corrections."""

    SENT, RECEIVED, RETURNED = "sent", "received", "returned"
    STATES = States(
        Move("sign", SENT, RECEIVED, permission="returns.sign_for", label="签收"),
        Move("register", SENT, RECEIVED, permission="returns.deliver", label="登记上级签收"),
        Move("query", SENT, RETURNED, permission="returns.return_cell", label="退回意见"),
        Move("query", RECEIVED, RETURNED, permission="returns.return_cell", label="退回意见"),
        labels={SENT: "已报送，待签收", RECEIVED: "已签收", RETURNED: "有退回意见"},
    )

    form = models.ForeignKey(Form, models.PROTECT, related_name="+", verbose_name="表式")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    period = models.CharField("期间", max_length=10)
    serial = models.SmallIntegerField("次", default=1)
    state = models.CharField("状态", max_length=10, default=SENT, choices=list(STATES.labels.items()))
    listed = models.JSONField("清单", help_text="每张报表的 region、name、return、serial、digest")
    digest = models.CharField("清单的 SHA-256", max_length=64)
    received_at = models.DateTimeField("签收时间", null=True)
    received_by_name = models.CharField("签收人", max_length=40, blank=True)
    number = models.CharField("回执编号", max_length=80, blank=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="回执扫描件")

    class Meta:
        verbose_name = "报送上级"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["region", "period", "form", "serial"], name="delivery_once")]

    def __str__(self) -> str:
        again = f"（第{self.serial}次报送）" if self.serial > 1 else ""
        return f"{self.region.name}{period_title(self.period, self.form.name)}{again}"


class SuperiorRemark(Signed):
    """A cell that the superior returned, and why (上级退回意见). ret: the correction in which it is answered. Append-only."""

    delivery = models.ForeignKey(SetDelivery, models.PROTECT, related_name="remarks")
    ret = models.ForeignKey(Return, models.PROTECT, related_name="superior_remarks")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    line = models.CharField("行", max_length=60)
    column = models.CharField("列", max_length=40)
    text = models.TextField("退回意见")
    number = models.CharField("依据的文号", max_length=80, blank=True)

    class Meta:
        verbose_name = "上级退回意见"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class ScanComparison(Signed):
    """A figure of a sealed scan looked at by a person (核对盖章件). value: the return's; reading: a program's; paper: the scan's, if other."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="comparisons")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    line = models.CharField("行", max_length=60)
    column = models.CharField("列", max_length=40)
    value = models.BigIntegerField("报表上的数")
    reading = models.CharField("程序读出的", max_length=40, blank=True)
    paper_text = models.CharField("盖章件上的数", max_length=40, blank=True, help_text="与报表一致的空着")

    class Meta:
        verbose_name = "盖章件核对"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.line}·{self.column}"


class Inquiry(models.Model):
    """An auditor's question to a unit (审计问询) about a return or a cell of it, with the day by which it is to be answered."""

    ASKED, ANSWERED, CLOSED = "asked", "answered", "closed"
    STATES = States(
        Move("answer", ASKED, ANSWERED, permission="returns.answer_inquiry", label="答复问询"),
        Move("ask_again", ANSWERED, ASKED, permission="returns.inquire", label="再问"),
        Move("settle", ANSWERED, CLOSED, permission="returns.inquire", label="办结问询"),
        labels={ASKED: "待答复", ANSWERED: "已答复", CLOSED: "已办结"},
    )

    ret = models.ForeignKey(Return, models.PROTECT, related_name="inquiries", verbose_name="报表")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    line = models.CharField("行", max_length=60, blank=True)
    column = models.CharField("列", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, default=ASKED, choices=list(STATES.labels.items()))
    due = models.DateField("答复期限")
    ground = models.CharField("审计通知书", max_length=200)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "审计问询"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.ret} 第{self.pk}号问询"


class InquiryEntry(Signed):
    """One word of a question: asked, answered, closed; with a file. Append-only."""

    KINDS = {"ask": "问", "answer": "答复", "close": "办结"}

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="entries")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("类别", max_length=8, choices=list(KINDS.items()))
    text = models.TextField("内容", blank=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="附件")

    class Meta:
        verbose_name = "问询往来"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
