"""A circular of May becomes a style; June is written from it by choosing the month, in the office's own words, every number the ledger's."""

import pytest

from anju.documents.binding.proposing import CERTAIN, propose_paper
from anju.documents.binding.styling import make_style
from anju.documents.checker.reading import read_html, read_paper
from anju.documents.styles.library.loading import load_text
from anju.documents.styles.writing import write_style
from tests.documents.binding.papers import JUNE, MAY, PAPERS, print_paper


def styled(user, region, number, period=MAY):
    paper = read_paper(print_paper(user, number, period).file, "通报.docx")
    made = propose_paper(user, paper, region, period)
    meanings = {one.serial: one.figures[0].meant for one in made.numbers.values() if one.figures}
    meanings |= {one.serial: "constant" for one in made.numbers.values() if not one.figures}
    return make_style(paper, meanings, made.holdings, period, code="own-circular", name="工作通报")


def test_see(scope, ledger):
    import difflib
    for number in range(len(PAPERS)):
        style = styled(scope, ledger, number)
        open(f"/tmp/bd/v{number}.yaml","w").write(style.text)
        read = load_text(style.text.encode(), "样式.yaml")
        written = write_style(read, scope, ledger, JUNE, {"organs": ["示例机关"], "addressee": "各地"}, {})
        new, wanted = read_html(written.html), read_paper(print_paper(scope, number, JUNE).file, "六月.docx")
        print("==", number, [r.what for r in written.reminders], style.notes)
        a = [n.shown for n in wanted.numbers()]; b = [n.shown for n in new.numbers()]
        for op in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if op[0] != "equal": print("NUM", op[0], a[op[1]:op[2]], b[op[3]:op[4]])
        for l in difflib.unified_diff([p.text for p in wanted.paragraphs], [p.text for p in new.paragraphs], lineterm="", n=0): print(l[:240])
