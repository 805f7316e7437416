"""Projects, as the search finds them: by name, code or address."""

from collections.abc import Iterator

from anju.core.people.scope import Actor, visible_rows
from anju.core.subjects import Subject, SubjectMatch
from anju.projects.models import Project
from anju.projects.queries import projects


def search_projects(user: Actor, words: list[str]) -> Iterator[SubjectMatch]:
    found = projects.search_projects(visible_rows(Project.objects.select_related("region"), user), " ".join(words))
    for project in found.order_by("-year", "code", "id")[:50]:
        note = "　".join(filter(None, (project.code, project.region.name)))
        yield SubjectMatch(project.name, note, project.get_absolute_url(), project.region_id)


PROJECTS = Subject("项目", "projects.see", search_projects)
