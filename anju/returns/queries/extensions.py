"""Later deadlines that were asked for (延期申请)."""

from anju.core.models.region import Region
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import below
from anju.returns.models import Extension, Return


def list_extensions(user: Actor, ret: Return) -> list[Extension]:
    """All that were asked for that return, the oldest first."""
    return list(visible_rows(Extension.objects.filter(ret=ret), user))


def waiting_extensions(user: Actor, region: Region) -> list[Extension]:
    """What this user has to decide, of the region and below, the oldest first."""
    if not may(user, "returns.extend"):
        return []
    found = Extension.objects.filter(state=Extension.ASKED, region_id__in=below(user, region))
    rows = visible_rows(found.select_related("ret__form", "ret__region").defer("ret__form__spec"), user)
    return [one for one in rows if may(user, "returns.extend", one.region_id)]
