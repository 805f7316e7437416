"""Regions (区划), organisations (机构), staff and their posts (人员、岗位), kept files (附件) and the trail (留痕)."""

import json
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from anju.core.addresses import path_of
from anju.core.job_models import Job  # noqa: F401
from anju.core.permissions import posts


class Region(models.Model):
    """A region: one row per code and period of validity. A county that became a district ends, and another row begins.

    Pseudo-units (市本级, 经开区 …) that publish figures of their own have a code of ours: the parent's code and a suffix.
    The parent is a link, never a prefix of the code: counties run by the province carry no city's code.
    """

    class Kind(models.TextChoices):
        NATION = "nation", "国家"
        PROVINCE = "province", "省级"
        CITY = "city", "地级"
        COUNTY = "county", "县级"
        PSEUDO = "pseudo", "虚拟单位"

    id = models.AutoField(primary_key=True)
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=60)
    short = models.CharField("简称", max_length=60)
    also = ArrayField(models.CharField(max_length=60), verbose_name="又名", default=list, help_text="表格里的其他写法")
    kind = models.CharField("级别", max_length=8, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="上级")
    valid_from = models.DateField("启用日期")
    valid_until = models.DateField("停用日期", null=True, help_text="停用之日；当日已不再使用")
    order = models.IntegerField("顺序")

    class Meta:
        verbose_name = "区划"
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="region_code_from")]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


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

    class Meta:
        verbose_name = "任岗"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="posting_ends_after_it_began"
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


class File(models.Model):
    """A kept file (附件): a photograph, a sealed scan, a receipt. In the database, beside what it belongs to; by region; never changed."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("文件名", max_length=200)
    media = models.CharField("类型", max_length=80)
    sha256 = models.CharField("SHA-256 摘要", max_length=64)
    size = models.IntegerField("字节数")
    content = models.BinaryField("内容")
    by = models.CharField("上传", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = "附件"
        ordering = ["id"]
        indexes = [models.Index(fields=["region", "sha256"], name="file_by_digest")]

    def __str__(self) -> str:
        return self.name


class Trail(models.Model):
    """One act (留痕). Append-only; `canonical` is what counts, the columns beside it are for finding."""

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=models.Func(function="anju_xid", output_field=models.BigIntegerField()))
    at = models.DateTimeField("时间", db_default=Now())
    by = models.CharField("操作员", max_length=64)
    act = models.CharField("操作", max_length=64)
    obj = models.TextField("对象")
    object_type = models.CharField("对象类型", max_length=64, null=True, help_text="第 1 版的记录没有")
    object_id = models.CharField("对象编号", max_length=64, null=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name="区划", db_index=False)
    canonical = models.BinaryField("原文")

    class Meta:
        verbose_name = "留痕"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["obj"], name="trail_obj"),
            models.Index(fields=["xid", "id"], name="trail_xid"),
            models.Index(fields=["object_type", "object_id"], name="trail_object"),
        ]

    @property
    def said(self) -> dict[str, Any]:
        """What was written, as it was written."""
        return json.loads(bytes(self.canonical))


class TrailSeal(models.Model):
    """A link of the chain: hash = SHA-256(previous hash, seq as 8 bytes, canonical bytes)."""

    seq = models.BigIntegerField(primary_key=True)
    trail = models.OneToOneField(Trail, models.PROTECT, related_name="seal")
    hash = models.BinaryField()

    class Meta:
        verbose_name = "留痕封存"
        ordering = ["seq"]
