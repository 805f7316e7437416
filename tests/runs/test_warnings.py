from tests.runs.conftest import WHOLE_YEAR
from anju.runs import services, queries


def test_x(place):
    by, region, read = place("jincheng-2021")
    found = services.run_warnings(by=by, region=region, period="2021", on=WHOLE_YEAR, given={"overdue-projects": {"started_by": "2017-12-31"}})
    for f in found:
        print(f.id, f.colour, f.level, f.sentence)
    for p in queries.pending(by, region, "2021"):
        print("PENDING", p)
    assert 0
