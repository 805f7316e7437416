"""Organisations (机构), staff (人员), their posts (岗位), resets of administrators (三员重置) and who works on whose case (个案分派)."""

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from anju.core.models.job import Job  # noqa: F401
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import posts


class Organisation(models.Model):
    """An organisation (机构): an office of a region's government, or a builder or implementing body that reports too."""

    class Kind(models.TextChoices):
        HOUSING = "housing", "住建"
        FINANCE = "finance", "财政"
        AUDIT = "audit", "审计"
        REFORM = "reform", "发改"
        STATISTICS = "statistics", "统计"
        LAND = "land", "自然资源"
        CIVIL = "civil", "民政"
        OFFICE = "office", "领导小组办公室"
        BUILDER = "builder", "建设单位"
        BODY = "body", "实施主体"
        STREET = (
            "street",
            "街道",
        )  # below a county: who works there has its region as a place, and sees its own rows only

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=100)
    short = models.CharField("简称", max_length=40, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    ended_on = models.DateField("停用日期", null=True)

    class Meta:
        verbose_name = "机构"
        ordering = ["region_id", "kind", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="organisation_by_name")]

    def __str__(self) -> str:
        return self.short or self.name

    def get_absolute_url(self) -> str:
        return path_of("core:staff-organisation", self.pk)


class Staff(AbstractBaseUser):
    """A person who works with the system (人员). What they may do stands in their postings, nowhere else."""

    username = models.CharField("用户名", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    is_active = models.BooleanField("在用", default=True)
    made_at = models.DateTimeField("登记时间", db_default=Now())

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = BaseUserManager()

    class Meta:
        verbose_name = "人员"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("core:staff-person", self.pk)


class Posting(models.Model):
    """A post of a person at an organisation (任岗), for the organisation's region and all below it. It ends, it is never deleted."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="postings", verbose_name="人员")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="postings", verbose_name="机构")
    post = models.CharField("岗位", max_length=16, help_text="posts.yaml 里的代码，授予时核对")
    bounded = models.BooleanField("须有依据和期限", help_text="授予那天岗位是这样规定的")
    since = models.DateField("起")
    until = models.DateField("止", null=True, help_text="最后一天")
    ground = models.CharField("依据", max_length=100, blank=True, help_text="任命或审计通知书的文号")
    by = models.CharField("授予人", max_length=64)
    at = models.DateTimeField("授予时间", db_default=Now())
    acting_for = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name="代谁", help_text="本人外出时指定的代理"
    )

    class Meta:
        verbose_name = "任岗"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                # the day before its first: taken away before it was in force for a day
                condition=Q(until__isnull=True)
                | Q(until__gte=ExpressionWrapper(F("since") - timedelta(days=1), output_field=models.DateField())),
                name="posting_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(bounded=False) | (~Q(ground="") & Q(until__isnull=False)),
                name="a_bounded_post_has_ground_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff}·{self.label}"

    @property
    def label(self) -> str:
        """The post as people call it; its code when the room that brought it is gone."""
        known = posts().get(self.post)
        return known.label if known else self.post


class AdminReset(models.Model):
    """One of the three administrators is to get a new password or new codes (三员重置): one administrator asks, another confirms."""

    class Kind(models.TextChoices):
        PASSWORD = "password", "重置密码"
        CODES = "codes", "重置动态口令"

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", verbose_name="人员")
    kind = models.CharField("事项", max_length=8, choices=Kind)
    reason = models.CharField("依据", max_length=200)
    by = models.CharField("提出人", max_length=64)
    at = models.DateTimeField("提出时间", db_default=Now())
    decided_by = models.CharField("确认人", max_length=64, blank=True, default="")
    decided_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = "三员重置"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.staff}·{self.get_kind_display()}"


class Assignment(models.Model):
    """Who works on a household's case (个案分派): they see that household's rows, wherever they sit, until the assignment ends.

    The room of households keeps `household_id`, region and organisation true (core/database, `scope_from`).
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="assignments", verbose_name="经办人")
    household_id = models.BigIntegerField("家庭")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_column="org_id", verbose_name="机构"
    )
    since = models.DateField("起")
    ended_on = models.DateField("结束日期", null=True, help_text="从这天起看不到")

    class Meta:
        verbose_name = "个案分派"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "household_id"], condition=Q(ended_on__isnull=True), name="assignment_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("since")), name="assignment_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff}·{self.household_id}"
