"""Photographs of a project."""

from datetime import date

from django.db import transaction

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused, length_problems
from anju.projects.base import EDIT, field_problem, future_day_problems, hold_project, project_title  # fmt: skip
from anju.projects.fields import FIELDS, check_limits, read_field
from anju.projects.models import Photo
from anju.workbooks.files.typed import InvalidField

LONGEST_CAPTION = 120  # characters
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@transaction.atomic
@trail.act("projects.add_photo")
def add_photo(
    *,
    by: Actor,
    project_id: int,
    content: bytes,
    name: str,
    taken_on: date,
    longitude: str = "",
    latitude: str = "",
    caption: str = "",
) -> Photo:
    """Keep a photograph of the site with its day and place. Refused PROJ-023 for what is no JPEG or PNG, or larger than may be kept."""
    project = hold_project(by, project_id, EDIT)
    media = next((kind for head, kind in PICTURES.items() if content.startswith(head)), "")
    problems = future_day_problems(project_title(project), "拍摄日期", taken_on)
    if not media:
        problems.append(
            Problem(
                "PROJ-023",
                Place(f"{project_title(project)} 《{name}》", file=name),
                "不是照片（JPEG 或 PNG）。",
                "请另存为 JPEG 后再上传。",
            )
        )
    problems += file_sizes.too_large(
        len(content),
        file_sizes.EVIDENCE,
        code="PROJ-023",
        where=Place(f"{project_title(project)} 《{name}》", file=name),
        what=f"照片超过 {file_sizes.megabytes(file_sizes.EVIDENCE)} 兆。",
        fix="请压缩后再上传。",
    )
    problems += length_problems("PROJ-023", Place.of(project_title(project), "说明"), caption, LONGEST_CAPTION)
    place = {}
    for key, text in (("longitude", longitude), ("latitude", latitude)):
        try:
            place[key] = read_field(FIELDS[key], text)
            check_limits(FIELDS[key], place[key])
        except InvalidField as unfit:
            problems.append(field_problem(project.name, FIELDS[key], unfit))
    if problems:
        raise Refused(*problems)
    file = keep_file(by=by, region_id=project.region_id, name=name, content=content, media=media)
    known = Photo.objects.filter(project=project, file=file).first()
    if known is not None:
        return known
    made = Photo.objects.create(
        project=project,
        region_id=project.region_id,
        file=file,
        taken_on=taken_on,
        caption=caption.strip(),
        **place,
    )
    after = {"photo": made.pk, "name": file.name, "taken_on": str(taken_on)}
    trail.describe(
        obj=trail.Subject.of(project, project_title(project)),
        after=after,
        region_id=project.region_id,
        digest=file.sha256,
    )
    return made
