"""What a person has typed into forms and not sent yet. It is no act, and leaves no trail: nobody else ever sees it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from anju.core.models.draft import FormDraft
from anju.core.pages.forms import storable_text
from anju.core.people.scope import Actor

DAYS = 30
MOST = 100  # forms of one person
LONGEST = 200_000  # characters of one form
FIELDS = 200


class NoDraft(ValueError):
    """What was sent is no draft of a form of ours."""


def list_drafts(user: Actor, actions: Iterable[str]) -> list[FormDraft]:
    """Their drafts of the forms that are sent to these addresses."""
    since = timezone.now() - timedelta(days=DAYS)
    return list(FormDraft.objects.filter(by=user.key, action__in=list(actions)[:FIELDS], at__gte=since).order_by("id"))


def keep_draft(*, by: Actor, action: str, key: str, fields: Any) -> None:
    """Keep what was typed, in place of what was kept of that form before; without fields nothing is left to keep. NoDraft for what is none."""
    checked = _check(action, key, fields)
    if not checked:
        drop_draft(by=by, action=action, key=key)
        return
    FormDraft.objects.update_or_create(
        by=by.key, action=action, key=key, defaults={"fields": checked, "at": timezone.now()}
    )
    mine = FormDraft.objects.filter(by=by.key)
    old = list(mine.order_by("-at").values_list("pk", flat=True)[MOST:])
    mine.filter(pk__in=old).delete()
    mine.filter(at__lt=timezone.now() - timedelta(days=DAYS)).delete()


def drop_draft(*, by: Actor, action: str, key: str) -> None:
    """The form was sent, or its writer has given it up."""
    FormDraft.objects.filter(by=by.key, action=action, key=key).delete()


def _check(action: Any, key: Any, fields: Any) -> dict[str, list[str]]:
    if not (isinstance(action, str) and action.startswith("/") and len(action) <= 200 and isinstance(key, str)):
        raise NoDraft(action)
    if len(key) > 1000 or not isinstance(fields, Mapping) or len(fields) > FIELDS or "\0" in f"{action}{key}":
        raise NoDraft(key)
    for name, pair in fields.items():
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise NoDraft(name)
    if sum(len(name) + len(before) + len(text) for name, (before, text) in fields.items()) > LONGEST:
        raise NoDraft("too long")
    return {
        storable_text(name): [storable_text(before), storable_text(text)] for name, (before, text) in fields.items()
    }
