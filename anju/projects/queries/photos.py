"""Photographs of a project."""

from anju.core.people.scope import Actor, visible_rows
from anju.projects.models import Photo, Project


def list_photos(user: Actor, project: Project) -> list[Photo]:
    """Without their bytes."""
    return list(visible_rows(Photo.objects.filter(project=project).select_related("file").defer("file__content"), user))


def find_photo(user: Actor, pk: int) -> Photo:
    return visible_rows(Photo.objects.select_related("file"), user).get(pk=pk)
