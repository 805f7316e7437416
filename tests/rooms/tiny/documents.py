"""A paper of this room."""

from typing import Any

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.kinds import DocumentKind, register_kind
from tests.rooms.tiny.queries import benches


def gather(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"title": "长椅情况", "count": len(benches(user))}


register_kind(DocumentKind(code="benches", name="长椅情况", template="tiny/paper.html", gather=gather))
