"""A cluster that an earlier run made is used again only while all that it was made from is the same."""

import pytest

from tests.template_clusters import CODE, SOURCES, template_digest


@pytest.fixture
def code(tmp_path):
    for name in (
        "anju/projects/migrations/0001_tables.py",
        "anju/core/database/rls_v2.py",
        "anju/projects/pages/list.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("x = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "same"),
    [
        ("anju/projects/migrations/0001_tables.py", False),
        ("anju/projects/migrations/0002_more.py", False),
        ("anju/core/database/rls_v2.py", False),
        ("anju/projects/pages/list.py", True),
    ],
)
def test_a_template_is_made_anew_when_what_it_is_made_from_has_changed(code, file, same):
    before = template_digest(code)
    (code / file).write_text("x = 2\n")
    assert (template_digest(code) == before) is same


def test_every_source_is_there():
    assert all(any(CODE.glob(pattern)) for pattern in SOURCES)
    migrations = {path.parent for path in CODE.glob("anju/**/migrations/*.py")}
    assert migrations == {path.parent for path in CODE.glob("anju/*/migrations/*.py")}
