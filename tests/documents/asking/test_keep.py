"""A table that was asked for is kept for the office, replaced under its name, filled anew in any period, and let go."""

import pytest

from anju.problems import Refused
from tests.cast import CITY, EAST, ELSEWHERE, everyone, operator
from tests.documents.tables.conftest import MONTH, city, texts  # noqa: F401

PASTED = "县区\t棚改任务（套）\t棚改开工（套）\n合计\t\t\n城区\t\t\n泽州县\t\t"


@pytest.fixture
def picks(city):  # noqa: F811
    from anju.documents.asking.picks import ColumnPick, Picks

    columns = (
        ColumnPick("棚户区改造开工任务〔shanty.start.target〕", "套"),
        ColumnPick("棚户区改造开工量〔shanty.start〕", "套"),
    )
    return Picks("周五要的表", columns, (CITY, "140502", "140525"), whole=CITY, read_in=MONTH)


@pytest.fixture
def keep(city, picks):  # noqa: F811
    from anju.documents.services.asked_tables import keep_table

    def run(by, **changed):
        from dataclasses import replace

        return keep_table(by=by, region=city, period=MONTH, pasted=PASTED, picks=replace(picks, **changed))

    return run


def rows(user, table, period=MONTH):
    from anju.documents.queries.asked_tables import fill_kept

    return texts(fill_kept(user, table, period))


def test_it_is_filled_with_what_stands_and_in_another_period_anew(scope, keep):
    table = keep(scope)
    assert rows(scope, table) == [["合计", "220", "230"], ["城区", "100", "90"], ["泽州县", "40", ""]]
    assert [row[2] for row in rows(scope, table, "2020-08")] == [
        "",
        "60",
        "10",
    ]  # the city: of six counties three reported


def test_the_same_name_again_replaces_it(scope, keep):
    from anju.core.models.trail import Trail
    from anju.documents.asking.picks import ColumnPick
    from anju.documents.queries.asked_tables import list_tables

    first = keep(scope)
    again = keep(scope, columns=(ColumnPick("（空着）"), ColumnPick("名次：第1栏")))
    assert (again.pk, list_tables(scope).count()) == (first.pk, 1)
    assert Trail.objects.filter(act="documents.keep_table").count() == 2


def test_another_office_does_not_see_it(scope, keep, acting):
    from anju.documents.models import AskedTable
    from anju.documents.queries.asked_tables import find_table, list_tables

    city_user, county_user = operator("city_reviewer", CITY), operator("clerk", EAST)
    with acting(city_user):
        table = keep(city_user)
        assert list(list_tables(city_user)) == [table]
    with acting(county_user):
        assert not list_tables(county_user)
        with pytest.raises(AskedTable.DoesNotExist):
            find_table(county_user, table.pk)


def test_another_office_of_the_same_city_does_not_see_it_either(scope, keep, acting):
    from anju.documents.queries.asked_tables import list_tables

    housing, finance = operator("city_reviewer", CITY), operator("finance", CITY)
    with acting(housing):
        keep(housing)
    with acting(finance):
        assert not list_tables(finance)


def test_a_colleague_of_the_office_sees_it_within_their_scope(scope, keep, acting):
    from anju.documents.queries.asked_tables import list_tables

    first, second = operator("city_reviewer", CITY), operator("publisher", CITY)
    with acting(first):
        table = keep(first)
    with acting(second):
        assert list(list_tables(second)) == [table]
        assert rows(second, table)[1] == ["城区", "100", "90"]


def test_who_is_elsewhere_may_not(scope, keep, acting):
    stranger = everyone(ELSEWHERE)
    from anju.core.people.identity import actor_of_staff

    user = actor_of_staff(stranger)
    with acting(user), pytest.raises((Refused, LookupError)):
        keep(user)


@pytest.mark.parametrize("name", ["", "   ", "长" * 101])
def test_it_needs_a_name(scope, keep, name):
    with pytest.raises(Refused, match="DOC-123"):
        keep(scope, name=name)


def test_what_gives_no_table_is_not_kept(scope, keep):
    from anju.documents.asking.picks import ColumnPick
    from anju.documents.models import AskedTable

    with pytest.raises(Refused, match="DOC-122"):
        keep(scope, columns=(ColumnPick("没有的指标"), ColumnPick("（空着）")))
    with pytest.raises(Refused, match="DOC-120"):
        keep(scope, rows=(CITY,))
    assert not AskedTable.objects.exists()


def test_let_go_it_is_gone_and_its_name_is_free(scope, keep):
    from anju.documents.models import AskedTable
    from anju.documents.queries.asked_tables import list_tables
    from anju.documents.services.asked_tables import drop_table

    table = keep(scope)
    drop_table(by=scope, table_id=table.pk)
    assert not list_tables(scope)
    with pytest.raises(AskedTable.DoesNotExist):
        drop_table(by=scope, table_id=table.pk)
    assert keep(scope).pk != table.pk
