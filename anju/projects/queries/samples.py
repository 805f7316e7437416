"""Projects drawn for a check (抽样核查): a sample of the list that anyone with the list and the seed draws again."""

from dataclasses import dataclass

from django.db.models import QuerySet

from anju.core.sampling import Drawn, list_digest, order_by_seed
from anju.projects.models import Project


@dataclass(frozen=True)
class ProjectSample:
    """ordered: the whole list as it is drawn. ids: the projects by key. digest: of the list."""

    ordered: list[Drawn]
    ids: dict[str, int]
    digest: str
    count: int

    @property
    def drawn(self) -> list[Drawn]:
        return self.ordered[: self.count]

    @property
    def drawn_ids(self) -> list[int]:
        return [self.ids[one.key] for one in self.drawn]


def draw_projects(found: QuerySet[Project], *, count: int, seed: str) -> ProjectSample:
    """The sample of that many of these projects (those of `filter_projects`: the user's scope is in them). Keys: region code and project code."""
    rows = found.order_by().values_list("pk", "region__code", "code")
    ids = {f"{region}/{code}": pk for pk, region, code in rows}
    return ProjectSample(order_by_seed(ids, seed), ids, list_digest(ids), count)
