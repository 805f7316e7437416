"""What somebody has typed into a form and not sent yet."""

from django.db import models
from django.db.models.functions import Now


class FormDraft(models.Model):
    """A form as it was left: nobody's but the person's who typed it. It goes when the form is sent, or after a month.

    action: the address that the form is sent to. key: what tells it from other forms sent there. fields: name → [what the page said, what
    was typed]. None of our forms asks for residents' data yet; one that does must seal its drafts, or keep none.
    """

    by = models.CharField("本人", max_length=64)
    action = models.CharField("送往", max_length=200)
    key = models.CharField("哪一张表单", max_length=1000)
    fields = models.JSONField("填写")
    at = models.DateTimeField("时间", db_default=Now())

    class Meta:
        verbose_name = "未提交的填写"
        constraints = [models.UniqueConstraint(fields=["by", "action", "key"], name="draft_of_a_form_once")]

    def __str__(self) -> str:
        return f"{self.by} {self.action}"
