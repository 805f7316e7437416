"""Forms in the older spelling (project, event without a ledger) are read for ever, and keep their digest: it is inside scans' digests."""

import pytest

from anju.problems import Refused
from anju.returns.forms import spec
from anju.returns.forms.book import compile_form
from anju.returns.models import Form
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import opening

OLDER = {one.code: one for one in spec.shipped_specs()}
# As they were loaded into the first databases, before a form could name a ledger.
DIGESTS = {
    "anju-project-month": "dd2f234e0ca8ce5bfefe499f3dbc12276b8f30eeb6ddcc34e828e6f65e300067",
    "county-progress-year": "0e05c623fd1a782051205f767b3ae8c6687abbb392fe1f8d8aa7841049561139",
    "overdue-survey": "2b7209c504d58e212272733edb4580a0dd996ccf6995416259992a137fdb16a0",
}


def respelled(form, **changes):
    """The form as it would be written today."""
    plain = form.canonical | changes
    if "projects" in plain["rows"]:
        plain["rows"] = {"ledger": "projects", **plain["rows"]["projects"]}
    columns = []
    for column in plain["columns"]:
        source = column.get("from", {})
        if {"project", "event"} & set(source):
            source = {"ledger": "projects"} | {{"project": "field"}.get(key, key): one for key, one in source.items()}
        columns.append(column | ({"from": source} if source else {}))
    return spec.FormSpec.model_validate(plain | {"columns": columns})


@pytest.mark.parametrize(("code", "digest"), DIGESTS.items())
def test_a_form_of_before_keeps_its_digest(code, digest):
    assert OLDER[code].digest == digest
    assert spec.FormSpec.model_validate(OLDER[code].canonical).digest == digest


@pytest.mark.parametrize("code", DIGESTS)
def test_both_spellings_say_the_same(code):
    older, newer = OLDER[code], respelled(OLDER[code])
    assert (older.rows.ledger, older.rows.kinds) == (newer.rows.ledger, newer.rows.kinds)
    for one, other in zip(older.columns, newer.columns, strict=True):
        assert not one.source or dict(one.source) == dict(other.source), one.code
    assert newer.digest != older.digest
    assert "ledger" in str(newer.canonical) and "ledger:" not in str(older.canonical)
    assert spec.FormSpec.model_validate(newer.canonical).digest == newer.digest
    assert compile_form(newer).inputs.keys() == compile_form(older).inputs.keys()


def test_a_new_version_in_the_new_spelling_is_filled_as_the_old_one_was(
    people, projects, forms, county, acting, operator
):
    newer = respelled(OLDER["anju-project-month"], since="2021-09-01")
    acting(operator)
    [form] = opening.load_forms(by=operator, specs=[newer])
    by = acting(people["clerk"])
    rets = [
        opening.open_return(by=by, form_code=form.code, region=county, period=period)
        for period in ("2021-08", "2021-09")
    ]
    assert [Form.objects.get(pk=ret.form_id).digest for ret in rets] == [OLDER[form.code].digest, newer.digest]
    before, now = (lay_out_grid(by, ret) for ret in rets)
    assert [line.key for line in now.lines] == [line.key for line in before.lines] and len(now.lines) > 1
    units = {
        line.key: (now.cells[line.key, "planned"].text, before.cells[line.key, "planned"].text) for line in now.lines
    }
    assert all(one == other for one, other in units.values()) and any(one for one, _ in units.values())


@pytest.mark.parametrize(
    "source",
    [
        "{ledger: projects}",
        "{field: units}",
        "{ledger: projects, field: units, event: start}",
        "{project: units, event: start}",
    ],
)
def test_a_source_is_written_whole_and_once(source):
    text = f"""
code: bad
name: 坏表
since: "2020-01-01"
authority: {{issuer: 甲, source: 乙, trust: 核}}
unit: housing
period: month
due: {{unit: {{days: 5}}}}
rows: {{ledger: projects}}
columns:
  - {{code: a, label: 甲, unit: 套, from: {source}}}
checks:
  - {{id: x, level: 阻断, columns: [a], formula: a >= 0, says: "{{a}}"}}
"""
    with pytest.raises(Refused, match=r"RET-002.*第 11 行.*(台账|来源)"):
        spec.read_spec(text, "bad.yaml")
