"""Checks of anju doctor: what documents are made with. A browser is not among them."""

from collections.abc import Iterator

from anju.core.console.doctor import BAD, OK, CheckResult, doctor_check
from anju.core.people.scope import Actor

MEND = "请重新安装（安装包里的 install.sh，或 make install）。"
MEND_STYLE = "请改正这种样式：已发布的照改正的另起一稿发布，或者废止；改好以前用它的地方不写这种公文，别处不受影响。"


@doctor_check("公文")
def check_tools(user: Actor) -> Iterator[CheckResult]:
    import pypandoc

    from anju.documents.writers.pdf import SANS, SERIF, known_fonts

    try:
        version = pypandoc.get_pandoc_version()
    except OSError as error:
        yield CheckResult("公文", BAD, f"写 Word 用的 pandoc 不能运行：{error}", MEND)
    else:
        yield CheckResult("公文", OK, f"pandoc {version}、typst 可用")
    families = set(known_fonts().families())
    if missing := [name for name in (SERIF, SANS) if name not in families]:
        yield CheckResult("字体", BAD, f"写 PDF 用的字体缺少：{'、'.join(missing)}。", MEND)
    else:
        yield CheckResult("字体", OK, "随程序的中文字体齐全")


@doctor_check("文书样式")
def check_styles(user: Actor) -> Iterator[CheckResult]:
    """A style that this version cannot read is named with its lines."""
    from anju.documents.queries.styles import styles_in_use

    library = styles_in_use()
    for problem in library.problems:
        yield CheckResult("文书样式", BAD, str(problem), MEND_STYLE)
    if not library.problems:
        yield CheckResult("文书样式", OK, f"{len(library.styles) + len(library.published)} 种，都可以用")
