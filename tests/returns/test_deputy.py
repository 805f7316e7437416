"""A return that a deputy submits says so: on its line of states, on paper, in the auditor's pack."""

from datetime import date, timedelta

from anju.core.people import deputies
from anju.core.people.identity import actor_of_staff
from anju.core.people.scope import local_actor, open_scope
from anju.returns.models import Return, Step
from anju.returns.services import review
from tests.cast import person
from tests.returns.conftest import pass_on


def test_what_a_deputy_submits_is_signed_for_the_head(people, ready, county):
    pass_on(people, ready, "head")
    head, colleague = person("head", county.code), person("reviewer", county.code)
    by = actor_of_staff(head)
    with open_scope(by):
        posting = deputies.own_postings(by).get()
        until = date.today() + timedelta(days=3)
        deputies.name_deputy(by=by, posting_id=posting.pk, username=colleague.username, until=until, reason="外出")
    with open_scope(local_actor()):
        Return.objects.filter(pk=ready.pk).update(organisation=posting.organisation)
    deputy = actor_of_staff(colleague)
    with open_scope(deputy):
        review.submit_return(by=deputy, ret_id=ready.pk)
        assert Step.objects.filter(ret=ready, move="submit").get().by_name == f"{colleague.name}（代{head.name}）"
