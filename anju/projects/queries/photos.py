"""Photographs of a project."""

from anju.core.people.scope import Operator, visible
from anju.projects.models import Photo, Project


def photos(user: Operator, project: Project) -> list[Photo]:
    """Without their bytes."""
    return list(visible(Photo.objects.filter(project=project).select_related("file").defer("file__content"), user))


def photo(user: Operator, pk: int) -> Photo:
    return visible(Photo.objects.select_related("file"), user).get(pk=pk)
