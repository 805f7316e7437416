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


def name_project(user: Actor, key: str) -> SubjectMatch | None:
    """What project/12 is, with its region before its name; None for another room's key, or outside of the user's regions."""
    kind, _, number = key.partition("/")
    if kind != "project" or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    project = visible_rows(Project.objects.select_related("region"), user).filter(pk=int(number)).first()
    if project is None:
        return None
    name = project.name.removeprefix(project.region.name)
    return SubjectMatch(f"{project.region.name}{name}", project.code, project.get_absolute_url(), project.region_id)
