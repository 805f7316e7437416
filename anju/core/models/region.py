"""Regions (区划)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anju.core.models.job import Job  # noqa: F401


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
