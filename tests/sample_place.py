"""A sixth place for the documents' tests: a real region, invented figures, entered one by one through the service."""

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.queries.documents import find_version
from anju.documents.services import documents
from anju.figures import catalogue
from anju.figures.models import Measure
from anju.figures.services import observations

CITY, PERIOD = "520200", "2023"
FIRST, SECOND = "520201", "520203"  # two of its parts


def place(user: Actor, code: str = CITY) -> Region:
    return tree.find_region(user, code)


def load_measures(user: Actor) -> None:
    """The catalogue, unless it is there: who asks for the world `measures` has it already."""
    if not Measure.objects.exists():
        catalogue.load_catalogue(by=user)


def told(user: Actor, facts: dict[str, str], code: str = CITY, **beside: str) -> None:
    """Enter figures of a region: measure → value in the measure's own unit."""
    load_measures(user)
    for measure, value in facts.items():
        observations.enter_figure(
            by=user, measure=measure, region=place(user, code), period=PERIOD, value=value, **beside
        )


def written(user: Actor, kind: str, options: dict | None = None, prose: dict | None = None, code: str = CITY):
    """The newest version of a document just written."""
    document = documents.write_document(
        by=user,
        kind=kind,
        region=place(user, code),
        period=PERIOD,
        options={"organs": ["示例机关"], **(options or {})},
        prose=prose or {},
    )
    return find_version(user, document)
