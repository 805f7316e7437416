"""A paper that exists as data alone: half-year, with lists, ranks and comparison with the year before."""

import re


def plain(version) -> str:
    return re.sub(r"<[^>]+>", "", version.html)


def test_dbg(scope, half_year):
    from anju.documents.styles.library.finding import style_library
    from anju.documents.styles.values.paper import Paper
    from anju.documents.styles.sources import PaperRequest
    import datetime
    s = style_library().find("half-year", [], datetime.date(2023,6,30))
    p = Paper(s, PaperRequest(scope, half_year, "2023-H1", {}), ())
    for m in p.members("planned", p.root).members:
        print(m.key, {n: (p.value(n, m).name, p.value(n, m).text(), len(p.value(n,m).parts)) for n in ("actual","target","rate")})
    assert 0


def test_it(written):
    version = written()
    print(plain(version))
    print(version.html)
    print(version.warnings)
    assert 0
