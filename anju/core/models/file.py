"""Kept files (附件)."""

from django.db import models
from django.db.models.functions import Now

from anju.core.models.job import Job  # noqa: F401
from anju.core.models.region import Region


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
