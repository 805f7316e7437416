"""Tables of the ground: regions, organisations and people, kept files, the trail, jobs. Django finds them by this module."""

from anju.core.models import draft, file, job, people, region, trail  # noqa: F401
