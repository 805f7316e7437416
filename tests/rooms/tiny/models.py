"""Benches."""

from django.db import models

from anju.cases.models import Case
from anju.core.models.region import Region


class Bench(models.Model):
    """A bench (长椅) of a region. broken: it waits for somebody to mend it."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    broken = models.BooleanField("待修", default=False)
    seats = models.IntegerField("座位", null=True)

    class Meta:
        verbose_name = "长椅"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class RepairCase(models.Model):
    """Which bench a case is about."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+")
    bench = models.ForeignKey(Bench, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "报修"

    def __str__(self) -> str:
        return str(self.bench)


class Repair(models.Model):
    """A repair (维修) of a bench: how many times, or the condition that it was found in. origin: as a ledger's entries have it."""

    bench = models.ForeignKey(Bench, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    on = models.DateField("日期")
    times = models.IntegerField("次数", null=True)
    condition = models.CharField("状况", max_length=40, blank=True)
    origin = models.CharField("来源", max_length=40)

    class Meta:
        verbose_name = "维修"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.bench} {self.on}"
