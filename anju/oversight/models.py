"""What the office was reminded of."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from anju.core.models.people import Organisation
from anju.core.models.region import Region


class SentReminder(models.Model):
    """A reminder (提醒) to whoever may do an act in a region: what is due, by when. key names the thing, so that it is told once.

    organisation: only its people are told; none: all who may. done_at: it is not due any more. seen: user names of those who put it away.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    act = models.CharField("事", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    what = models.CharField("提醒", max_length=300)
    link = models.CharField(max_length=200)
    due = models.DateTimeField("期限")
    at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    seen = ArrayField(models.CharField(max_length=150), default=list)

    class Meta:
        db_table = "oversight_notice"
        verbose_name = "提醒"
        ordering = ["due", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "key"], condition=Q(done_at=None), name="notice_once")]

    def __str__(self) -> str:
        return self.what
