import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from anju.core.database.rls_v1 import grant, protect

QUEUE = ("jobs", "events", "periodic_defers", "workers")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_people"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, verbose_name="任务")),
                ("title", models.CharField(max_length=120, verbose_name="名称")),
                ("args", models.JSONField(default=dict, verbose_name="参数")),
                ("day", models.DateField(help_text="每日任务属于哪一天", null=True, verbose_name="日期")),
                ("by", models.CharField(max_length=64, verbose_name="交办人")),
                ("by_name", models.CharField(max_length=64, verbose_name="交办人姓名")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待"),
                            ("running", "运行"),
                            ("done", "完成"),
                            ("failed", "失败"),
                            ("stopped", "已停止"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("stop", models.BooleanField(default=False, verbose_name="要求停止")),
                ("done", models.IntegerField(default=0, verbose_name="已做")),
                ("total", models.IntegerField(null=True, verbose_name="共")),
                ("message", models.TextField(blank=True, verbose_name="说明")),
                (
                    "result",
                    models.CharField(blank=True, help_text="结果所在的页面", max_length=200, verbose_name="结果"),
                ),
                ("attempts", models.IntegerField(default=0, verbose_name="运行次数")),
                ("queue_id", models.BigIntegerField(null=True, verbose_name="队列编号")),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="交办时间"),
                ),
                ("started_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                (
                    "region",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "后台任务",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])), fields=["state"], name="job_open"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("day__isnull", False)), fields=("name", "day"), name="job_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("total", None), ("done__lte", models.F("total")), _connector="OR"),
                        name="job_done_of_total",
                    ),
                ],
            },
        ),
        protect(
            "core_job",
            optional=True,
            grants="SELECT, INSERT, UPDATE (state, stop, done, total, message, result, attempts, queue_id, started_at, ended_at)",
        ),
        # The queue's own tables hold numbers of jobs and nothing else. Its functions run with the caller's rights.
        *(grant(f"procrastinate_{name}", "SELECT, INSERT, UPDATE, DELETE") for name in QUEUE),
        *(grant(f"procrastinate_{name}_id_seq", "USAGE") for name in QUEUE[:3]),
    ]
