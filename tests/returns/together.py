"""A county's month that is really committed, for tests with several connections."""

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope


def month():
    """people, a draft of 2021-08 with one project, and the key of its line."""
    from anju.figures.catalogue import load_catalogue
    from anju.projects.services import projects as ledger
    from anju.returns.services import opening

    everyone = local_actor()
    county = Region.objects.get(code="140522", valid_until=None)
    city = Region.objects.get(code="140500", valid_until=None)
    with open_scope(everyone):
        load_catalogue(by=everyone)
        opening.load_forms(by=everyone)
        office = Organisation.objects.create(region=county, kind="housing", name="示例住建局")
    ids = frozenset({county.pk})

    def person(key, post, regions=ids):
        return Actor(key, f"{key}某", regions, {post: regions}, None, frozenset({office.pk}))

    people = {key: person(key, key) for key in ("clerk", "reviewer", "head")} | {
        "lock": person("lock", "city_reviewer", ids | {city.pk})
    }
    with open_scope(people["clerk"]):
        project = ledger.register_project(
            by=people["clerk"], region=county, code="A1", name="东关棚改", kind="shanty", year="2021", units="282"
        )
        ret = opening.open_return(by=people["clerk"], form_code="anju-project-month", region=county, period="2021-08")
    return people, ret, f"p{project.pk}"
