"""The trail (留痕), its seals, and what of it left the database for files."""

import json
from typing import Any

from django.db import models
from django.db.models.functions import Now

from anju.core.models.job import Job  # noqa: F401
from anju.core.models.region import Region


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

    def __str__(self) -> str:
        return f"{self.act}：{self.obj}"

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

    def __str__(self) -> str:
        return f"第{self.seq}环"


class TrailArchive(models.Model):
    """A part of the chain, from its beginning on, that was written to a file and has left the database (转存)."""

    first = models.BigIntegerField("首条")
    last = models.BigIntegerField("末条")
    hash = models.BinaryField("末条散列值")
    file = models.CharField("文件", max_length=200)
    sha256 = models.CharField("SHA-256 摘要", max_length=64)
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = "留痕转存"
        ordering = ["last"]

    def __str__(self) -> str:
        return f"第{self.first}至{self.last}条"
