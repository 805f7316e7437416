"""A job (后台任务): work that goes on when the page is closed."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from anju.core.pages.addresses import path_of


class Job(models.Model):
    """One piece of work that somebody asked for. The queue's own row (queue_id) only wakes a worker; what counts stands here."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "运行"
        DONE = "done", "完成"
        FAILED = "failed", "失败"
        STOPPED = "stopped", "已停止"

    name = models.CharField("任务", max_length=64)
    title = models.CharField("名称", max_length=120)
    args = models.JSONField("参数", default=dict)
    day = models.DateField("日期", null=True, help_text="每日任务属于哪一天")
    by = models.CharField("交办人", max_length=64)
    by_name = models.CharField("交办人姓名", max_length=64)
    region = models.ForeignKey("core.Region", models.PROTECT, null=True, related_name="+", verbose_name="区划")
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    stop = models.BooleanField("要求停止", default=False)
    done = models.IntegerField("已做", default=0)
    total = models.IntegerField("共", null=True)
    message = models.TextField("说明", blank=True)
    result = models.CharField("结果", max_length=200, blank=True, help_text="结果所在的页面")
    attempts = models.IntegerField("运行次数", default=0)
    queue_id = models.BigIntegerField("队列编号", null=True)
    made_at = models.DateTimeField("交办时间", db_default=Now())
    started_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["name", "day"], condition=Q(day__isnull=False), name="job_once_a_day"),
            models.CheckConstraint(condition=Q(total=None) | Q(done__lte=F("total")), name="job_done_of_total"),
        ]
        indexes = [models.Index(fields=["state"], name="job_open", condition=Q(state__in=["waiting", "running"]))]

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"

    def get_absolute_url(self) -> str:
        return path_of("core:job", self.pk)

    @property
    def open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def remaining(self) -> str:
        """How long it will still take, going by what it has done so far: for people."""
        if self.state != self.State.RUNNING or not self.started_at or not self.done or not self.total:
            return ""
        took = (timezone.now() - self.started_at) // timedelta(seconds=1)
        seconds = took * (self.total - self.done) // self.done
        if seconds < 60:
            return f"{seconds}秒"
        return f"{seconds // 60}分钟" if seconds < 3600 else f"{seconds // 3600}小时{seconds % 3600 // 60}分钟"
