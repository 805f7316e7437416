"""The project library. What happened to a project is in its events, each with its day, amount and evidence; nothing here is a running total."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from anju.cases.models import Case
from anju.core.models.file import File
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.states import Move, States


class Project(models.Model):
    """A project (项目). Planned quantities are NULL where they are unknown or do not belong to the kind."""

    class Kind(models.TextChoices):
        SHANTY = "shanty", "棚户区改造"
        PRH = "prh", "公共租赁住房"
        ARH = "arh", "保障性租赁住房"
        ECONOMIC = "economic", "经济适用住房"
        CAPPED = "capped", "限价普通商品住房"
        OLD = "old", "城镇老旧小区改造"

    class Renovation(models.TextChoices):
        OLD_TOWN = "old_town", "老城区脏乱差棚改"
        URBAN_VILLAGE = "urban_village", "符合棚户区界定的城中村改造"

    class Grade(models.TextChoices):
        BASIC = "basic", "基础类"
        IMPROVED = "improved", "完善类"
        UPGRADED = "upgraded", "提升类"

    RESERVE, PLANNED, CLOSED, REPLACED, CANCELLED = "reserve", "planned", "closed", "replaced", "cancelled"
    STATES = States(
        Move("plan", RESERVE, PLANNED, permission="projects.edit", label="列入年度计划"),
        Move("close", PLANNED, CLOSED, permission="projects.adjust", label="办结"),
        Move("reopen", CLOSED, PLANNED, permission="projects.adjust", label="重新打开"),
        Move("replace", PLANNED, REPLACED, permission="projects.adjust", label="置换"),
        Move("cancel", PLANNED, CANCELLED, permission="projects.adjust", label="取消"),
        Move("cancel", RESERVE, CANCELLED, permission="projects.adjust", label="取消"),
        labels={RESERVE: "储备", PLANNED: "在册", CLOSED: "办结", REPLACED: "已置换", CANCELLED: "已取消"},
    )

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划", db_index=False)
    code = models.CharField("编码", max_length=40)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    year = models.SmallIntegerField("计划年度", null=True, help_text="列入哪一年的计划；储备项目为空")
    state = models.CharField("状态", max_length=10, default=PLANNED, choices=list(STATES.labels.items()))
    renovation = models.CharField("改造类型", max_length=16, blank=True, choices=Renovation)
    grade = models.CharField("改造内容", max_length=10, blank=True, choices=Grade)
    body = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="实施主体")
    builder = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="建设单位")
    address = models.CharField("地址", max_length=200, blank=True)
    longitude = models.IntegerField("经度", null=True, help_text="百万分之一度")
    latitude = models.IntegerField("纬度", null=True, help_text="百万分之一度")
    units = models.IntegerField("计划套数", null=True)
    monetised = models.IntegerField("其中货币化安置（户）", null=True)
    households = models.IntegerField("户数", null=True)
    buildings = models.IntegerField("楼栋数", null=True)
    communities = models.IntegerField("小区数", null=True)
    area = models.BigIntegerField("建筑面积", null=True, help_text="万分之一㎡")
    built_year = models.SmallIntegerField("建成年份", null=True, help_text="老旧小区")
    consent = models.BigIntegerField("居民同意率", null=True, help_text="百万分之一个百分点")
    investment = models.BigIntegerField("计划投资", null=True, help_text="分")
    approval = models.CharField("立项文号", max_length=80, blank=True)
    licence = models.CharField("施工许可证号", max_length=80, blank=True)
    start_by = models.DateField("应开工日期", null=True)
    due_on = models.DateField("合同约定竣工日期", null=True)
    due_published_on = models.DateField("约定竣工日期公开日期", null=True)
    due_published_at = models.CharField("公开网址或载体", max_length=200, blank=True)
    note = models.TextField("备注", blank=True)
    by = models.CharField("登记人", max_length=64)
    at = models.DateTimeField("登记时间", db_default=Now())
    version = models.IntegerField("版本", default=1, help_text="每改一次加一，防止互相覆盖")
    changed_by = models.CharField("最近修改人", max_length=64, blank=True, db_default="")
    changed_at = models.DateTimeField("最近修改时间", null=True)

    class Meta:
        verbose_name = "项目"
        ordering = ["region_id", "kind", "year", "code"]
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="project_by_code"),
            models.CheckConstraint(
                condition=Q(due_published_on__isnull=True) | Q(due_on__isnull=False), name="published_day_is_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["region", "kind", "year"], name="project_by_kind"),
            # A province's projects counted (late.tally) without opening one of them; those in the plan found among all that were ever built.
            models.Index(
                fields=["region", "state", "year", "due_on"],
                name="project_counts",
                include=["id", "kind", "units", "households", "monetised"],
            ),
            # Every project of a province looked into for a word, without opening one of them.
            models.Index(
                fields=["region", "state", "year"], name="project_search", include=["name", "code", "address", "id"]
            ),
            # One for each order of the list, so that its first page of a province is read and not sorted.
            models.Index(F("year").desc(nulls_first=True), "code", "id", name="project_by_year"),
            models.Index(fields=["code", "id"], name="project_in_order_of_code"),
            models.Index(fields=["name", "id"], name="project_in_order_of_name"),
            models.Index(F("units").desc(nulls_last=True), "id", name="project_in_order_of_units"),
            models.Index(fields=["due_on", "id"], name="project_in_order_of_due"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("projects:project", self.pk)


class Event(models.Model):
    """One thing that happened to a project (进度): so much started on that day, a permit granted, a payment made. Append-only.

    A mistake is mended by another event that supersedes it; a void one takes it back.
    kind is a code of events.yaml, which gives its label, stage and unit.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="events", verbose_name="项目", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划", db_index=False)
    kind = models.CharField("事项", max_length=30)
    on = models.DateField("日期")
    amount = models.BigIntegerField("数量", null=True, help_text="事项单位的最小单位；没有数量的事项为空")
    mode = models.CharField(
        "方式", max_length=10, blank=True,
        choices=[("physical", "实物安置"), ("monetised", "货币化安置"), ("purchased", "购买"), ("leased", "长期租赁")],
    )  # fmt: skip
    part = models.CharField("楼栋或部位", max_length=60, blank=True)
    number = models.CharField("文号、证号", max_length=80, blank=True)
    note = models.TextField("说明", blank=True)
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name="佐证")
    origin = models.CharField("来源", max_length=40, help_text="ledger、return:编号、import:编号")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name="更正"
    )
    void = models.BooleanField("撤回", db_default=False, help_text="所更正的事项没有发生")
    ordered_by = models.CharField("上级要求的依据", max_length=120, blank=True, db_default="")
    by = models.CharField("登记人", max_length=64)
    at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        verbose_name = "进度事项"
        ordering = ["on", "id"]
        indexes = [
            models.Index(fields=["project", "kind", "on"], name="event_by_project"),
            models.Index(fields=["region", "on"], name="event_by_region"),
            models.Index(fields=["supersedes"], name="event_superseded", condition=Q(supersedes__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | Q(supersedes__lt=F("id")), name="event_supersedes_earlier"
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"


class Condition(models.Model):
    """One line of the checklist of 开工条件 of a project: met on which day, by which paper. Codes are in events.yaml."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="conditions", verbose_name="项目")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField("条件", max_length=30)
    met_on = models.DateField("具备日期", null=True)
    number = models.CharField("文号、证号", max_length=80, blank=True)
    not_needed = models.BooleanField("不需要", default=False)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "开工条件"
        constraints = [models.UniqueConstraint(fields=["project", "code"], name="condition_once")]

    def __str__(self) -> str:
        return self.code


class Adjustment(models.Model):
    """A project adjusted, replaced or cancelled by a document (调整、置换), or a plan number mended that was wrongly typed (录入更正, without one).

    What it was and became stays. Append-only.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="adjustments", verbose_name="项目")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(
        "办法",
        max_length=10,
        choices=[("adjust", "调整"), ("replace", "置换"), ("cancel", "取消"), ("correct", "录入更正")],
    )
    number = models.CharField("文号", max_length=80, blank=True)
    on = models.DateField("日期")
    before = models.JSONField("调整前", default=dict)
    after = models.JSONField("调整后", default=dict)
    replaced_by = models.ForeignKey(Project, models.PROTECT, null=True, related_name="+", verbose_name="置换为")
    reason = models.TextField("原因")
    ordered_by = models.CharField("上级要求的依据", max_length=120, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "项目调整"
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}{self.number}"


class Photo(models.Model):
    """A photograph of the site, with its day and place."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="photos", verbose_name="项目")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    taken_on = models.DateField("拍摄日期")
    longitude = models.IntegerField(null=True)
    latitude = models.IntegerField(null=True)
    caption = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = "现场照片"
        ordering = ["-taken_on", "-id"]

    def __str__(self) -> str:
        return self.caption or f"摄于{self.taken_on}"


class Cohort(models.Model):
    """A saved set of projects (项目清单), fixed on a day: those started before one date and unfinished on another."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("名称", max_length=100)
    started_by = models.DateField("开工截止日", null=True)
    unfinished_on = models.DateField("未建成截止日", null=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "项目清单"
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="cohort_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("projects:cohort", self.pk)


class Member(models.Model):
    """A project of a cohort, with what was unfinished when the cohort was fixed. Append-only."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="members")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    unfinished = models.IntegerField("未建成", null=True, help_text="套")

    class Meta:
        verbose_name = "清单项目"
        constraints = [models.UniqueConstraint(fields=["cohort", "project"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.cohort_id}·{self.project_id}"


class Entry(models.Model):
    """A project in a ledger of what is overdue (台账): which project a case is about. All that is done with it is the case's."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+", verbose_name="台账条目")
    project = models.ForeignKey(Project, models.PROTECT, related_name="entries", verbose_name="项目")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")

    class Meta:
        verbose_name = "项目台账条目"
        ordering = ["region_id", "case__opened_on", "case_id"]

    def __str__(self) -> str:
        return f"{self.project}·{self.case.ledger}"


class AlertScan(models.Model):
    """What the books noticed of a region with very many projects (规则书提醒), found out in the background and kept until the month's next one.

    Nothing is lost with it: it comes from the ledger and the books, and can be found out again. It holds for its day, for the books with that
    digest and for the ledger as that snapshot of the database saw it; "" in one from before they were kept.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    on = models.DateField("截至")
    projects = models.IntegerField("核对的在册项目")
    books = models.CharField("规则书摘要", max_length=64, blank=True, db_default="")
    snapshot = models.TextField("台账快照", blank=True, db_default="")
    by = models.CharField("交办人", max_length=64)
    at = models.DateTimeField("算出时间", db_default=Now())

    class Meta:
        db_table = "projects_look"
        verbose_name = "规则书提醒"
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"截至{self.on}"


class Alert(models.Model):
    """One thing that was noticed of a project, in its place among the others: the gravest first."""

    scan = models.ForeignKey(AlertScan, models.CASCADE, db_column="look_id", related_name="alerts", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    place = models.IntegerField()
    subject = models.CharField("规则书", max_length=40)
    colour = models.CharField("颜色", max_length=2, blank=True)
    text = models.TextField("说什么")
    propose = models.TextField("建议", blank=True)

    class Meta:
        db_table = "projects_notice"
        verbose_name = "一处提醒"
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["scan", "place"], name="notice_in_its_place")]

    def __str__(self) -> str:
        return self.text


class LedgerChange(models.Model):
    """That a transaction changed the ledger of a region: written by triggers of projects and events, read to see whether an answer still holds."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    xid = models.BigIntegerField("事务")

    class Meta:
        db_table = "projects_change"
        verbose_name = "台账变动"
        constraints = [models.UniqueConstraint(fields=["region", "xid"], name="change_once_a_transaction")]

    def __str__(self) -> str:
        return f"{self.region_id}·{self.xid}"
