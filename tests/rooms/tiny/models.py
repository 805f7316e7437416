"""Benches."""

from django.db import models

from anju.cases.models import Case
from anju.core.models.region import Region


class Bench(models.Model):
    """A bench (长椅) of a region. broken: it waits for somebody to mend it."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=40)
    broken = models.BooleanField("待修", default=False)

    class Meta:
        verbose_name = "长椅"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Repair(models.Model):
    """Which bench a case is about."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="+")
    bench = models.ForeignKey(Bench, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "报修"

    def __str__(self) -> str:
        return str(self.bench)
