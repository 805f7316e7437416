"""Stored runs: which book, which facts, what came out. Append-only; replaying one gives the same bytes."""

from django.db import models
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.rules.engine.digest import WHOLE_FILE
from anju.rules.language.versions import FIRST


class BookCopy(models.Model):
    """The exact bytes of a book that some run used: an old decision can be replayed after the file has changed."""

    digest = models.CharField("摘要", primary_key=True, max_length=64)
    file = models.CharField("文件", max_length=200)
    content = models.BinaryField("原文")
    language = models.SmallIntegerField("写法版本", db_default=FIRST, help_text="存下时的规则语言")

    class Meta:
        verbose_name = "规则书存本"

    def __str__(self) -> str:
        return self.file


class Run(models.Model):
    """One run of one book over the rows of one region and period.

    rows: what each input of each row was, and which figures, person or assumption it came from (`facts.stored`).
    findings, pending: what a warning or check says, and the rows nothing could be said of (`findings`).
    outputs: canonical CSV, sorted by row key.
    outputs_digest: as digest_version says: rows/2 of the rows (`anju.rules.engine.digest`), which a file or table with the same outcome has
    too; rows/1, of runs before it, is SHA-256 of `outputs`.
    """

    kind = models.CharField("类别", max_length=12)
    subject = models.CharField("事项", max_length=60)
    title = models.CharField("规则书", max_length=200)
    book = models.ForeignKey(BookCopy, models.PROTECT, verbose_name="规则书存本", db_column="book_digest")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="区划", db_index=False)
    period = models.CharField("期间", max_length=10)
    on = models.DateField("业务日期")
    language = models.SmallIntegerField("写法版本", db_default=FIRST, help_text="规则书按哪一版规则语言读和算")
    engine = models.CharField("引擎", max_length=12)
    rows = models.JSONField("输入")
    inputs_digest = models.CharField("输入摘要", max_length=64)
    outputs = models.BinaryField("结果")
    outputs_digest = models.CharField("结果摘要", max_length=64)
    digest_version = models.CharField("摘要版本", max_length=8, db_default=WHOLE_FILE, help_text="结果摘要怎样算")
    findings = models.JSONField("发现", default=list)
    pending = models.JSONField("待核", default=list)
    notices = models.JSONField("提示", default=list, help_text="stale parameters and the like, as problems")
    by = models.CharField("操作员", max_length=64)
    by_name = models.CharField("操作员姓名", max_length=60)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "规则运行"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "period", "kind", "subject", "-id"], name="run_newest")]

    def __str__(self) -> str:
        return f"{self.title} {self.period}（第{self.pk}次）"

    def get_absolute_url(self) -> str:
        return path_of("runs:run", self.pk)
